"""`aiassert compare`: two run files in, a verdict and an exit code out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pytest_aiassert.cli.exit_codes import REGRESSION, UNDECIDED
from pytest_aiassert.cli.screen import colour, complain, show, width
from pytest_aiassert.comparison import Comparison, compare_runs, comparison_to_json
from pytest_aiassert.runs import load_run


def compare_files(a: Path, b: Path, *, alpha: float, margin: float, as_json: bool, strict: bool) -> int:
    """Print the comparison of two run files, and return the exit code."""
    comparison = compare_runs(load_run(a), load_run(b), alpha=alpha, margin=margin)
    if as_json:
        show([json.dumps(comparison_to_json(comparison), indent=1, sort_keys=True)])
    else:
        show(_lines(comparison))
    if strict and comparison.verdict == "undecided":
        complain("undecided counts as a failure with --strict")
        return UNDECIDED
    return REGRESSION if comparison.verdict == "regression" else 0


def _lines(comparison: Comparison) -> list[str]:
    from pytest_aiassert.reports import comparison_lines

    return comparison_lines(comparison, width=width(), colour=colour(sys.stdout))
