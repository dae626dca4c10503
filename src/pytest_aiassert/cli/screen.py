"""What the command line shows: lines on stdout, complaints and progress on stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import IO

WIDEST = 120
"""Columns beyond which lines are hard to read."""


def show(lines: Iterable[str]) -> None:
    """Print lines to stdout; what a terminal's encoding lacks is escaped."""
    for line in lines:
        try:
            print(line)  # noqa: T201 - this is the command line's output
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding or "ascii"
            print(line.encode(encoding, "backslashreplace").decode(encoding))  # noqa: T201 - the same


def complain(message: str) -> None:
    """Print one message to stderr, with the command's name before it."""
    text = f"aiassert: {message}"
    print(text.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)  # noqa: T201 - stderr is the place


def silence_output() -> None:
    """Send what is still buffered for stdout nowhere; else the interpreter would fail on it when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def colour(stream: IO[str]) -> bool:
    """Whether a stream may have colour: NO_COLOR and FORCE_COLOR first, else terminals do."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def width() -> int:
    """Return the columns to write in."""
    return min(WIDEST, shutil.get_terminal_size((100, 24)).columns)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Align rows in columns; the last column is left as it is."""
    if not rows:
        return []
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows
    ]


@contextmanager
def progress(title: str, total: int) -> Generator[Callable[[str, int], None]]:
    """Show a bar on stderr where that is a terminal; the callable takes a label and how many steps are done."""
    if not (sys.stderr.isatty() and os.environ.get("TERM") != "dumb"):
        yield _silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[label]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total, label="")

        def advance(label: str, steps: int) -> None:
            bar.update(task, advance=steps, label=label)

        yield advance


def _silent(label: str, steps: int) -> None:
    """Show nothing: a log file has no use for a bar."""
