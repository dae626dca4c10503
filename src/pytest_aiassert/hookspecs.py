"""The hooks by which plugins, conftest files and installed distributions extend the framework."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from assistant.messages import Completion
    from pytest_aiassert.behaviours import AnyBehaviour
    from pytest_aiassert.code.linters import Linter
    from pytest_aiassert.matchers import Matcher
    from pytest_aiassert.wire.formats import WireFormat


@pytest.hookspec(firstresult=True)
def pytest_aiassert_coerce(value: object) -> Completion | None:
    """Turn a reply of your own type into a Completion; return None for types you do not know."""


@pytest.hookspec
def pytest_aiassert_matchers() -> Mapping[str, Callable[..., Matcher]]:
    """Name matchers, so that golden sets can use them; a later name replaces an earlier one."""
    raise NotImplementedError  # a specification, never called


@pytest.hookspec
def pytest_aiassert_behaviours() -> list[AnyBehaviour]:
    """Add named behaviours of functions and classes for `implements`."""
    raise NotImplementedError  # a specification, never called


@pytest.hookspec
def pytest_aiassert_linters() -> list[Linter]:
    """Add linters for `passes_lint(linter=…)`; a later name replaces an earlier one."""
    raise NotImplementedError  # a specification, never called


@pytest.hookspec
def pytest_aiassert_wire_formats() -> list[WireFormat]:
    """Add formats of model APIs, for `ai_wire` to mock; a later one is asked before those there are."""
    raise NotImplementedError  # a specification, never called


@pytest.hookspec
def pytest_aiassert_report_section(report: Any) -> tuple[str, str] | None:
    """Add a section to reports: a title and Markdown text."""
