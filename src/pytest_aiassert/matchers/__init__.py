"""Matchers: values that judge a reply. Each loads when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.matchers.base import Matcher
    from pytest_aiassert.matchers.code import contains_code, parses
    from pytest_aiassert.matchers.complexity import max_complexity
    from pytest_aiassert.matchers.composition import all_of, any_of, not_
    from pytest_aiassert.matchers.defining import defines
    from pytest_aiassert.matchers.documenting import has_docstrings
    from pytest_aiassert.matchers.formatting import is_formatted
    from pytest_aiassert.matchers.implementing import implements
    from pytest_aiassert.matchers.importing import imports_exist, imports_only
    from pytest_aiassert.matchers.linting import passes_lint
    from pytest_aiassert.matchers.quality import quality_score
    from pytest_aiassert.matchers.schema import matches_schema
    from pytest_aiassert.matchers.security import is_secure
    from pytest_aiassert.matchers.testing import has_tests
    from pytest_aiassert.matchers.text import matches_regex, mentions

__all__ = [
    "Matcher",
    "all_of",
    "any_of",
    "contains_code",
    "defines",
    "has_docstrings",
    "has_tests",
    "implements",
    "imports_exist",
    "imports_only",
    "is_formatted",
    "is_secure",
    "matches_regex",
    "matches_schema",
    "max_complexity",
    "mentions",
    "not_",
    "parses",
    "passes_lint",
    "quality_score",
]

__getattr__, __dir__ = lazy(
    __name__,
    base=("Matcher",),
    code=("contains_code", "parses"),
    complexity=("max_complexity",),
    composition=("all_of", "any_of", "not_"),
    defining=("defines",),
    documenting=("has_docstrings",),
    formatting=("is_formatted",),
    implementing=("implements",),
    importing=("imports_exist", "imports_only"),
    linting=("passes_lint",),
    quality=("quality_score",),
    schema=("matches_schema",),
    security=("is_secure",),
    testing=("has_tests",),
    text=("matches_regex", "mentions"),
)
