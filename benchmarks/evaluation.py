"""What `make eval` costs the second time, on the recordings in this repository."""

from __future__ import annotations

import sys

from benchmarks.environment import ROOT
from benchmarks.result import Figure, Result
from benchmarks.timing import PeakMemory, run, seconds, spread

TITLE = "`make eval`, the second time"


def measure(*, quick: bool = False) -> Result:
    """Run the examples on replay with all three reports, and watch time and memory."""
    reports = [f"--ai-report=build/benchmarks/ai-report{suffix}" for suffix in (".html", ".md", ".json")]
    command = [sys.executable, "-m", "pytest", "--ai-eval", "examples", "-p", "no:anyio", *reports]
    run(command, cwd=ROOT)
    times, peaks = [], []
    for _ in range(1 if quick else 3):
        with PeakMemory() as memory:
            times.append(seconds(lambda: run(command, cwd=ROOT)))
        peaks.append(memory.megabytes)
    wall = spread(times)
    return Result(
        title=TITLE,
        method=(
            "`pytest --ai-eval examples` with HTML, Markdown and JSON reports, after one run to warm up; memory is the "
            "peak over the process and all its children, shared pages counted once."
        ),
        figures=(
            Figure(name="wall time", value=wall.median, low=wall.low, high=wall.high, n=wall.n, unit="s", limit=20),
            Figure(name="peak memory", value=max(peaks), n=len(peaks), unit="MB", limit=500),
        ),
    )
