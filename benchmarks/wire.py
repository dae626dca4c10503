"""What replaying an application's calls costs, against a bare mock transport and against vcrpy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.environment import ROOT, fresh_environment, scratch
from benchmarks.result import Figure, Result
from benchmarks.timing import run, spread

TITLE = "Record and replay at the wire"

PROGRAM = Path(__file__).with_name("replaying.py")
CALLS = 500


def measure(*, quick: bool = False) -> Result:
    """Replay 500 calls of the openai SDK in turns with each peer, of 500 recorded ones and of 5,000."""
    rounds = 3 if quick else 9
    print("  installing openai 3, and openai 2 with vcrpy, into environments of their own", flush=True)
    now = fresh_environment("wire", [ROOT, "openai>=3,<4"])
    then = fresh_environment("wire-vcrpy", [ROOT, "openai<3", "vcrpy>=8"])
    figures = [
        *_replays(now, 500, rounds),
        *_replays(now, 5000, rounds),
        *_first_token(now, rounds),
        *_memory(now),
        *_vcrpy(then, max(3, rounds // 3)),
    ]
    return Result(
        title=TITLE,
        method=(
            f"{CALLS} chat completions of the openai SDK, matched on the whole body, against the same calls answered "
            "by a bare MockTransport with a canned body; then the same against vcrpy with openai 2. "
            "Interleaved rounds in one process; loading a cassette is told apart. The wait for the first token "
            "is that of a stream from a server on loopback. Memory is that of a fresh process with the SDK."
        ),
        figures=tuple(figures),
    )


def _rounds(python: Path, *arguments: object) -> list[dict[str, float]]:
    folder = scratch("wire", {})
    command: Sequence[str | Path] = [python, PROGRAM, *map(str, arguments)]
    return [json.loads(line) for line in run(command, cwd=folder).splitlines()]


def _figure(name: str, values: Sequence[float], unit: str, limit: float | None = None) -> Figure:
    found = spread(values)
    return Figure(name=name, value=found.median, low=found.low, high=found.high, n=found.n, unit=unit, limit=limit)


def _replays(python: Path, recorded: int, rounds: int) -> list[Figure]:
    times = _rounds(python, "aiassert", recorded, CALLS, rounds)
    ratio = [one["aiassert"] / one["mock"] for one in times]
    rate = [CALLS / one["aiassert"] for one in times]
    return [
        _figure(f"replayed, of {recorded:,} recorded", rate, "calls/s"),
        _figure(f"replayed, of {recorded:,} recorded / MockTransport", ratio, "× the time", 1.15),
    ]


def _first_token(python: Path, rounds: int) -> list[Figure]:
    times = _rounds(python, "first-token", 0, 100, rounds)
    added = [(one["recording"] - one["plain"]) * 1000 for one in times]
    return [_figure("recording adds to the first token", added, "ms", 5)]


def _memory(python: Path) -> list[Figure]:
    (many,) = _rounds(python, "memory", 5000, 300, 1)
    (large,) = _rounds(python, "memory", 500, 100_000, 1)
    return [
        Figure(name="loading 5,000 exchanges", value=many["load"], unit="s", limit=0.3),
        Figure(name="memory with 5,000 exchanges", value=many["peak"], unit="MB", limit=120),
        Figure(
            name=f"memory with a cassette of {large['megabytes']:.0f} MB", value=large["peak"], unit="MB", limit=200
        ),
    ]


def _vcrpy(python: Path, rounds: int) -> list[Figure]:
    ours = [one["aiassert"] / CALLS for one in _rounds(python, "aiassert", 500, CALLS, rounds)]
    figures: list[Figure] = []
    for way, recorded, words in (
        ("vcr-order", 500, "vcrpy in order (its default: the body does not count), of 500"),
        ("vcr-body", 500, "vcrpy by body, of 500"),
    ):
        theirs = [one[way] / CALLS for one in _rounds(python, way, recorded, CALLS, rounds)]
        figures += [
            _figure(words, [1 / one for one in theirs], "calls/s"),
            _figure(f"{words} / pytest-aiassert", [b / a for a, b in zip(ours, theirs, strict=True)], "× the time"),
        ]
    return figures
