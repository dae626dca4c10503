"""Hands what plugins and conftest files add to the parts that use it."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from assistant.messages import Completion


def install_extensions(config: pytest.Config) -> None:
    """Collect matchers, behaviours and coercers from hooks, for the life of the session."""
    from pytest_aiassert.behaviours import use_behaviours
    from pytest_aiassert.matchers.coercion import use_coercers
    from pytest_aiassert.matchers.registry import MatcherFactory, use_matchers

    hook = config.hook

    def coerce(value: object) -> Completion | None:
        found: Completion | None = hook.pytest_aiassert_coerce(value=value)
        return found

    scope = ExitStack()
    config.add_cleanup(scope.close)
    scope.enter_context(use_coercers(coerce))
    named: dict[str, MatcherFactory] = {}
    for mapping in reversed(hook.pytest_aiassert_matchers()):
        named.update(mapping)
    scope.enter_context(use_matchers(named))
    added = [behaviour for found in hook.pytest_aiassert_behaviours() for behaviour in found]
    scope.enter_context(use_behaviours(*added))
