"""Comparing two runs: paired by case, with intervals, significance and a verdict."""

from __future__ import annotations

from pytest_aiassert.comparison.compare import CaseChange, Comparison, Difference, Quantity, compare_runs
from pytest_aiassert.comparison.document import comparison_to_json
from pytest_aiassert.comparison.pairing import CasePair, Pairing, pair_by_case
from pytest_aiassert.comparison.statistics import holm, wilson

__all__ = [
    "CaseChange",
    "CasePair",
    "Comparison",
    "Difference",
    "Pairing",
    "Quantity",
    "compare_runs",
    "comparison_to_json",
    "holm",
    "pair_by_case",
    "wilson",
]
