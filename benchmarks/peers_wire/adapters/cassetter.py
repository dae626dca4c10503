"""cassetter, by the marker of its pytest plugin."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import pytest

MODES = {"record": "once", "new": "new_episodes", "replay": "none"}


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return {"record_mode": MODES[os.environ["MODE"]], **json.loads(os.environ["OPTIONS"])}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.vcr)


@pytest.fixture
def peer() -> SimpleNamespace:
    return SimpleNamespace(reply=lambda *_, **__: None)
