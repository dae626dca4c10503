"""Tests that judge the quality of AI output: matchers, providers, trials and comparisons for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.behaviours import Behaviour
    from pytest_aiassert.case import Case
    from pytest_aiassert.comparison import Comparison, compare_runs
    from pytest_aiassert.golden import GoldenSet, load_golden
    from pytest_aiassert.matchers import (
        Matcher,
        all_of,
        any_of,
        contains_code,
        defines,
        has_docstrings,
        has_tests,
        implements,
        imports_exist,
        imports_only,
        is_formatted,
        is_secure,
        matches_regex,
        matches_schema,
        max_complexity,
        mentions,
        not_,
        parses,
        passes_lint,
        quality_score,
    )
    from pytest_aiassert.providers import MockProvider, ReplayProvider
    from pytest_aiassert.runs import Run, load_run
    from pytest_aiassert.verdict import Evidence, Verdict

__all__ = [
    "Behaviour",
    "Case",
    "Comparison",
    "Evidence",
    "GoldenSet",
    "Matcher",
    "MockProvider",
    "ReplayProvider",
    "Run",
    "Verdict",
    "all_of",
    "any_of",
    "compare_runs",
    "contains_code",
    "defines",
    "has_docstrings",
    "has_tests",
    "implements",
    "imports_exist",
    "imports_only",
    "is_formatted",
    "is_secure",
    "load_golden",
    "load_run",
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
    behaviours=("Behaviour",),
    case=("Case",),
    comparison=("Comparison", "compare_runs"),
    golden=("GoldenSet", "load_golden"),
    matchers=(
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
    ),
    providers=("MockProvider", "ReplayProvider"),
    runs=("Run", "load_run"),
    verdict=("Evidence", "Verdict"),
)
