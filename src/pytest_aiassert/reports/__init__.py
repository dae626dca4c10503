"""Reports of what was judged: terminal, HTML, Markdown, JSON."""

from __future__ import annotations

from pytest_aiassert.reports.changes import comparison_lines
from pytest_aiassert.reports.terminal import terminal_lines
from pytest_aiassert.reports.text import failure_text
from pytest_aiassert.reports.visible import to_ascii
from pytest_aiassert.reports.writing import check_report_path, write_report

__all__ = ["check_report_path", "comparison_lines", "failure_text", "terminal_lines", "to_ascii", "write_report"]
