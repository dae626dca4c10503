"""Running commands, timing them in turns, and the interval of a median."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Self

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A median and the order-statistic interval around it; below six values the interval is their range."""

    median: float
    low: float
    high: float
    n: int


def spread(values: Sequence[float], confidence: float = 0.95) -> Spread:
    """Return the median and its distribution-free interval (Conover 1999, section 3.2)."""
    ordered = sorted(values)
    n = len(ordered)
    tail, below, rank = (1 - confidence) / 2, 0.0, 0
    while below + comb(n, rank) / 2**n <= tail:
        below += comb(n, rank) / 2**n
        rank += 1
    position = max(rank - 1, 0)
    return Spread(median=statistics.median(ordered), low=ordered[position], high=ordered[n - 1 - position], n=n)


def run(command: Sequence[str | Path], *, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return its output; ends the program with both streams where it fails."""
    hidden = ("COV_CORE_", "COVERAGE_", "PYTEST_", "PYTHON", "AIASSERT_")
    variables = {k: v for k, v in os.environ.items() if not k.startswith(hidden)} | (environment or {})
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"benchmarks: {' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action took."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def interleave(actions: Sequence[Callable[[], object]], *, rounds: int) -> list[tuple[float, ...]]:
    """Time every action once a round, in an order that turns from round to round; one warm-up round is dropped."""
    for action in actions:
        action()
    timed = []
    for turn in range(rounds):
        first = turn % len(actions)
        times = dict.fromkeys(range(len(actions)), 0.0)
        for position in [*range(first, len(actions)), *range(first)]:
            times[position] = seconds(actions[position])
        timed.append(tuple(times.values()))
    return timed


class PeakMemory:
    """Within its block, watches the memory of this process's descendants together; `megabytes` is the peak.

    Pages that processes share are counted once where the kernel tells (PSS), else in each process.
    """

    def __init__(self, interval: float = 0.05) -> None:
        self.megabytes = 0.0
        self._interval = interval
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(self._interval):
            total = sum(_kilobytes(pid) for pid in _descendants(os.getpid()))
            self.megabytes = max(self.megabytes, total * 1024 / MEGABYTE)


def resident_kilobytes(root: int) -> list[int]:
    """Return the resident memory of each process below this one."""
    return [_kilobytes(pid, ("status", "VmRSS:")) for pid in _descendants(root)]


def _descendants(root: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    waiting = children.get(root, [])
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting.extend(children.get(pid, ()))


def _kilobytes(pid: int, *sources: tuple[str, str]) -> int:
    """Return a process's share of memory, or what else is asked for; 0 where it has ended meanwhile."""
    for name, key in sources or (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with contextlib.suppress(OSError):
            for line in (Path("/proc") / str(pid) / name).read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1])
    return 0
