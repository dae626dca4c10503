"""Hands what plugins and conftest files add to the parts that use it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pytest

    from assistant.messages import Completion


def install_extensions(manager: pytest.PytestPluginManager) -> None:
    """Collect matchers, behaviours and coercers from all plugins, for the life of the session."""
    from pytest_aiassert.behaviours import use_behaviours
    from pytest_aiassert.matchers.coercion import use_coercers
    from pytest_aiassert.matchers.registry import use_matchers

    hook = manager.hook

    def coerce(value: object) -> Completion | None:
        found: Completion | None = hook.pytest_aiassert_coerce(value=value)
        return found

    scope = ExitStack()
    scope.enter_context(use_coercers(coerce))
    for mapping in reversed(hook.pytest_aiassert_matchers()):
        scope.enter_context(use_matchers(mapping))
    for behaviours in hook.pytest_aiassert_behaviours():
        scope.enter_context(use_behaviours(*behaviours))
    config = cast("pytest.Config", manager.getplugin("pytestconfig"))
    config.add_cleanup(scope.close)
