"""Gives each probe its address of the real API, and writes down how it went; loaded as a plugin."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def real(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address that stands for the real API, which counts this test's requests."""
    base = f"{os.environ['REAL']}/{request.node.name}"
    monkeypatch.setenv("OPENAI_BASE_URL", f"{base}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", base)
    monkeypatch.setenv("GEMINI_BASE_URL", base)
    return base


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    line = {"test": item.name, "outcome": report.outcome, "text": report.longreprtext, "said": report.user_properties}
    with Path(os.environ["REPORTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, default=str) + "\n")
    return report
