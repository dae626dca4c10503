"""Hands what plugins and conftest files add to the parts that use it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast

import pytest

from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.wording import cut

if TYPE_CHECKING:
    from assistant.messages import Completion


def install_extensions(manager: pytest.PytestPluginManager) -> None:
    """Collect matchers, behaviours, linters and coercers from all plugins, for the life of the session."""
    from pytest_aiassert.behaviours import use_behaviours
    from pytest_aiassert.code.linters import use_linters
    from pytest_aiassert.matchers.coercion import use_coercers
    from pytest_aiassert.matchers.registry import use_matchers
    from pytest_aiassert.wire.formats import use_formats

    hook = manager.hook

    def coerce(value: object) -> Completion | None:
        found: Completion | None = hook.pytest_aiassert_coerce(value=value)
        return found

    scope = ExitStack()
    scope.enter_context(use_coercers(coerce))
    try:
        for mapping in reversed(_answers(hook.pytest_aiassert_matchers, Mapping, "a mapping of names to functions")):
            scope.enter_context(use_matchers(mapping))
        for behaviours in _answers(hook.pytest_aiassert_behaviours, list, "a list of Behaviour"):
            scope.enter_context(use_behaviours(*behaviours))
        for linters in reversed(_answers(hook.pytest_aiassert_linters, list, "a list of Linter")):
            scope.enter_context(use_linters(*linters))
        for formats in reversed(_answers(hook.pytest_aiassert_wire_formats, list, "a list of WireFormat")):
            scope.enter_context(use_formats(*formats))
    except AIAssertError as error:
        raise pytest.UsageError(str(error)) from error
    config = cast("pytest.Config", manager.getplugin("pytestconfig"))
    config.add_cleanup(scope.close)


def _answers(hook: Any, kind: type, wanted: str) -> list[Any]:
    """Call a hook; raises pytest.UsageError for what it raises, and for answers of another kind."""
    name, plugins = hook.name, ", ".join(found.plugin_name for found in hook.get_hookimpls())
    try:
        answers = list(hook())
    except Exception as error:
        raise pytest.UsageError(f"hook {name} raised {type(error).__name__}: {error}; see {plugins}") from error
    for answer in answers:
        if not isinstance(answer, kind):
            raise pytest.UsageError(f"hook {name} returned {cut(repr(answer))}, but returns {wanted}; see {plugins}")
    return answers
