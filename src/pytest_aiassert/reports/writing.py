"""Write a report to a file, in the form that the file's suffix names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.errors import UsageError
from pytest_aiassert.runs.records import EvalReport


def write_report(report: EvalReport, path: Path) -> None:
    """Write a report to a .html, .md or .json file, all of it or nothing.

    Creates missing folders. Raises UsageError for another suffix, or where the file cannot be written.
    """
    render = _renderer(path)
    try:
        write_atomically(path, render(report))
    except OSError as error:
        problem = error.strerror or str(error)
        raise UsageError(
            f"cannot write the report {path}: {problem}; free the place, or name another with --ai-report"
        ) from error


def check_report_path(path: Path) -> None:
    """Raise UsageError where no report can have this name, before anything is run for it."""
    _renderer(path)
    if path.is_dir():
        raise UsageError(f"cannot write the report {path}: it is a folder; name a file in it with --ai-report")


def _renderer(path: Path) -> Callable[[EvalReport], str]:
    suffix = path.suffix.lower()
    if suffix == ".html":
        from pytest_aiassert.reports.html import render_html

        return render_html
    if suffix == ".md":
        from pytest_aiassert.reports.markdown import render_markdown

        return render_markdown
    if suffix == ".json":
        from pytest_aiassert.reports.document import render_json

        return render_json
    found = f"the suffix {suffix!r}" if suffix else "no suffix"
    raise UsageError(f"report {str(path)!r} has {found}; use .html, .md or .json")
