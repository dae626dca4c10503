"""Runs: their records, their files, and running a golden set without pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.runs.header import run_header
    from pytest_aiassert.runs.records import CaseResult, EvalReport, Run, RunHeader, TrialRecord, Turn
    from pytest_aiassert.runs.runner import run_cases
    from pytest_aiassert.runs.store import RunWriter, load_run, save_run

__all__ = [
    "CaseResult",
    "EvalReport",
    "Run",
    "RunHeader",
    "RunWriter",
    "TrialRecord",
    "Turn",
    "load_run",
    "run_cases",
    "run_header",
    "save_run",
]

__getattr__, __dir__ = lazy(
    __name__,
    header=("run_header",),
    records=("CaseResult", "EvalReport", "Run", "RunHeader", "TrialRecord", "Turn"),
    runner=("run_cases",),
    store=("RunWriter", "load_run", "save_run"),
)
