"""Runs: their records, their files, and running a golden set without pytest."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_aiassert.runs.header import run_header
    from pytest_aiassert.runs.records import CaseResult, EvalReport, Run, RunHeader, TrialRecord, Turn
    from pytest_aiassert.runs.runner import run_cases
    from pytest_aiassert.runs.store import RunWriter, load_run, save_run

_HOMES = {
    "run_header": "header",
    "CaseResult": "records",
    "EvalReport": "records",
    "Run": "records",
    "RunHeader": "records",
    "TrialRecord": "records",
    "Turn": "records",
    "run_cases": "runner",
    "RunWriter": "store",
    "load_run": "store",
    "save_run": "store",
}

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


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the records alone are cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
