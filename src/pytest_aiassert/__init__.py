"""Tests that judge the quality of AI output: matchers, providers, trials and comparisons for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
        has_tests,
        implements,
        matches_regex,
        matches_schema,
        mentions,
        not_,
        parses,
        passes_lint,
        quality_score,
    )
    from pytest_aiassert.providers import MockProvider, ReplayProvider
    from pytest_aiassert.runs import Run, load_run
    from pytest_aiassert.verdict import Evidence, Verdict

_HOMES = {
    "Behaviour": "behaviours",
    "Case": "case",
    "Comparison": "comparison",
    "Evidence": "verdict",
    "GoldenSet": "golden",
    "Matcher": "matchers",
    "MockProvider": "providers",
    "ReplayProvider": "providers",
    "Run": "runs",
    "Verdict": "verdict",
    "all_of": "matchers",
    "any_of": "matchers",
    "compare_runs": "comparison",
    "contains_code": "matchers",
    "has_tests": "matchers",
    "implements": "matchers",
    "load_golden": "golden",
    "load_run": "runs",
    "matches_regex": "matchers",
    "matches_schema": "matchers",
    "mentions": "matchers",
    "not_": "matchers",
    "parses": "matchers",
    "passes_lint": "matchers",
    "quality_score": "matchers",
}

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
    "has_tests",
    "implements",
    "load_golden",
    "load_run",
    "matches_regex",
    "matches_schema",
    "mentions",
    "not_",
    "parses",
    "passes_lint",
    "quality_score",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: loading the plugin runs this module."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pytest_aiassert' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"pytest_aiassert.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
