"""Judges by name: the checks of golden sets, those that ask a model among them."""

from __future__ import annotations

from pytest_aiassert.judges.judging import judged_by
from pytest_aiassert.judges.preferring import better_than
from pytest_aiassert.matchers import registry
from pytest_aiassert.matchers.base import Matcher


def build_check(spec: object) -> Matcher:
    """Turn a check of a golden set into a matcher or judge; raises UsageError as the registry of matchers does."""
    taken = registry.matcher_names()
    judges: dict[str, registry.Factory] = {"judged_by": judged_by, "better_than": better_than}
    with registry.use_matchers({name: factory for name, factory in judges.items() if name not in taken}):
        return registry.build_check(spec)
