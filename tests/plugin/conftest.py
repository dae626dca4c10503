"""Runs pytest inside a test, with our plugin and without those that have nothing to do with it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator

import pytest
from tests.plugin.openai_server import ChatServer

import assistant
import pytest_aiassert

QUIET = (
    "-p",
    "no:anyio",
    "-p",
    "no:asyncio",
    "-p",
    "no:cov",
    "-p",
    "no:examples",
    "-p",
    "no:hypothesispytest",
    "--color=no",
)


def _load_all() -> None:
    """Load every module now: an inner run forgets those that it was the first to load."""
    for package in (assistant, pytest_aiassert):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".jail" not in module.name:
                importlib.import_module(module.name)
    for lazily_imported in ("httpcore2._backends.anyio", "yaml"):
        importlib.import_module(lazily_imported)


_load_all()


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Write the source as a test file, if any, and run pytest on it in this process."""

    def run_it(*arguments: str, source: str | None = None) -> pytest.RunResult:
        monkeypatch.setenv("COLUMNS", "200")
        if source is not None:
            pytester.makepyfile(source)
        return pytester.runpytest_inprocess(*QUIET, *arguments)

    return run_it


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own AIASSERT_… variables must not steer the tests."""
    import os

    for name in list(os.environ):
        if name.startswith("AIASSERT_"):
            monkeypatch.delenv(name)
    for name in ("PYTEST_ADDOPTS", "CI", "BUILD_NUMBER"):  # with the last two, pytest shows more
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """A server to record from; `.spec` is what --ai-provider takes."""
    server = ChatServer()
    yield server
    server.stop()
