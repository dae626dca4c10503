"""Regular expressions under a time limit, because some patterns take forever on some replies."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

LONGEST_SEARCHED = 1_000_000
"""Characters of a reply that are searched; what comes after them is not."""

_CHILD = (
    "import re,sys;d=sys.stdin.buffer.read().decode('utf-8','surrogatepass');n,f,r=d.split(' ',2);n=int(n);"
    "m=re.compile(r[:n],int(f)).search(r[n:]);print(*(m.span() if m else ()))"
)


class SearchTimeoutError(Exception):
    """A pattern took longer than its limit."""


def search(pattern: re.Pattern[str], text: str, *, seconds: float) -> tuple[int, int] | None:
    """Find the first match's start and end; raises SearchTimeoutError after `seconds` of work.

    In the main thread a timer interrupts the search; elsewhere, and on Windows, another process does the work.
    """
    text = text[:LONGEST_SEARCHED]
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with _limit(seconds):
            match = pattern.search(text)
        return match.span() if match else None
    return _search_apart(pattern, text, seconds)


@contextmanager
def _limit(seconds: float) -> Generator[None]:
    """Interrupt the body after that much processor time; pytest-timeout's own alarm is a different one."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise SearchTimeoutError

    before = signal.signal(signal.SIGVTALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _search_apart(pattern: re.Pattern[str], text: str, seconds: float) -> tuple[int, int] | None:
    task = f"{len(pattern.pattern)} {int(pattern.flags & ~re.DEBUG)} {pattern.pattern}{text}"
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and program; the pattern travels as data
            [sys.executable, "-I", "-S", "-c", _CHILD],
            input=task.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=seconds,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise SearchTimeoutError from error
    span = done.stdout.split()
    return (int(span[0]), int(span[1])) if span else None
