"""Keeps what the tests found of each SDK in the file that COMPATIBILITY names; `make compatibility` reads it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.sdks.compatibility import KINDS

_found: dict[str, dict[str, bool]] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    cell = getattr(item, "callspec", None) and item.callspec.params.get("cell")
    kind = KINDS.get(item.path.stem)
    if cell is not None and kind is not None and (report.when == "call" or report.failed):
        outcomes = _found.setdefault(f"{cell.sdk.name} {cell.sdk.package} {cell.sdk.version}", {})
        for name in kind:
            key = f"{name} {cell.mode} {cell.feature}"
            outcomes[key] = outcomes.get(key, True) and report.passed
    return report


def pytest_sessionfinish() -> None:
    if os.environ.get("COMPATIBILITY") and _found:
        Path(os.environ["COMPATIBILITY"]).write_text(json.dumps(_found, indent=1, sort_keys=True), encoding="utf-8")
