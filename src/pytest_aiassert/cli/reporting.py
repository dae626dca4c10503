"""`aiassert report`: saved runs as a report."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_aiassert.cli.screen import colour, complain, show, width
from pytest_aiassert.reports import check_report_path, terminal_lines, write_report
from pytest_aiassert.runs import EvalReport, load_run


def report_runs(paths: Sequence[Path], outputs: Sequence[Path], *, title: str | None) -> int:
    """Write reports of run files, or print a summary, and return the exit code."""
    for path in outputs:
        check_report_path(path)
    runs = tuple(load_run(path) for path in paths)
    for run in runs:
        for note in run.notes:
            complain(note)
    report = EvalReport(
        title=title or ", ".join(dict.fromkeys(run.header.name for run in runs)),
        runs=runs,
        duration=sum(trial.duration for run in runs for case in run.cases for trial in case.trials),
        notes=tuple(note for run in runs for note in run.notes),
    )
    if not outputs:
        show(terminal_lines(report, width=width(), colour=colour(sys.stdout), verbosity=1))
    for path in outputs:
        write_report(report, path)
        show([f"wrote {path}"])
    return 0
