"""Matchers: values that judge a reply. Each loads when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_aiassert.matchers.base import Matcher
    from pytest_aiassert.matchers.code import contains_code, parses
    from pytest_aiassert.matchers.composition import all_of, any_of, not_
    from pytest_aiassert.matchers.implementing import implements
    from pytest_aiassert.matchers.linting import passes_lint
    from pytest_aiassert.matchers.quality import quality_score
    from pytest_aiassert.matchers.schema import matches_schema
    from pytest_aiassert.matchers.testing import has_tests
    from pytest_aiassert.matchers.text import matches_regex, mentions

__all__ = [
    "Matcher",
    "all_of",
    "any_of",
    "contains_code",
    "has_tests",
    "implements",
    "matches_regex",
    "matches_schema",
    "mentions",
    "not_",
    "parses",
    "passes_lint",
    "quality_score",
]

_HOMES = {
    "Matcher": "base",
    "all_of": "composition",
    "any_of": "composition",
    "contains_code": "code",
    "has_tests": "testing",
    "implements": "implementing",
    "matches_regex": "text",
    "matches_schema": "schema",
    "mentions": "text",
    "not_": "composition",
    "parses": "code",
    "passes_lint": "linting",
    "quality_score": "quality",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value  # so that this runs once for each name
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
