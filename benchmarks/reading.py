"""What reading replies costs: a chain of matchers over a thousand, and extraction from one of ten megabytes."""

from __future__ import annotations

import re
from functools import partial

from benchmarks.replies import recorded_replies
from benchmarks.result import Figure, Result
from benchmarks.timing import interleave, spread
from pytest_aiassert.code import extract
from pytest_aiassert.matchers import contains_code, parses, passes_lint

TITLE = "Reading replies"
COUNT = 1_000
LARGE, SMALL = 10_000_000, 1_000_000
MOST_OF_CHAIN = 5.0
MOST_OF_RATIO = 15.0
_FENCE = re.compile("```python\n")


def measure(*, quick: bool = False) -> Result:
    """Judge the recorded replies, each with code of its own; then read replies of two sizes, in turns."""
    rounds = 3 if quick else 5
    turn = iter(range(rounds + 1))
    chain = contains_code() & parses() & passes_lint()

    def judge() -> None:
        for reply in _replies(next(turn)):
            chain.check(reply)

    judged = spread([seconds for (seconds,) in interleave([judge], rounds=rounds)])
    figures = [
        Figure(
            name=f"`contains_code() & parses() & passes_lint()` over {COUNT:,} replies",
            value=judged.median,
            low=judged.low,
            high=judged.high,
            n=judged.n,
            unit="s",
            limit=MOST_OF_CHAIN,
        )
    ]
    for name, (head, body) in _shapes().items():
        large, small = (_filled(head, body, size) for size in (LARGE, SMALL))
        times = interleave([partial(extract, large), partial(_ten_times, small)], rounds=rounds)
        taken = spread([one for one, _ in times])
        ratio = spread([10 * one / ten for one, ten in times])
        figures.append(
            Figure(
                name=f"{name}: 10 MB",
                value=taken.median * 1000,
                low=taken.low * 1000,
                high=taken.high * 1000,
                n=taken.n,
                unit="ms",
            )
        )
        figures.append(
            Figure(
                name=f"{name}: 10 MB / 1 MB",
                value=ratio.median,
                low=ratio.low,
                high=ratio.high,
                n=ratio.n,
                unit="×",
                limit=MOST_OF_RATIO,
            )
        )
    return Result(
        title=TITLE,
        method=(
            "The replies recorded in `golden/coding`, repeated, each with a line of code of its own so that no answer "
            "is a kept one; and the time to find the code in one reply of 10 MB against ten times one of 1 MB: ten "
            "would be exactly linear, and what does not fit the processor's caches takes a little more."
        ),
        figures=tuple(figures),
    )


def _replies(turn: int) -> list[str]:
    recorded = recorded_replies()
    texts = [recorded[number % len(recorded)] for number in range(COUNT)]
    return [_FENCE.sub(f"```python\nnumber_{turn} = {number}\n", text) for number, text in enumerate(texts)]


def _shapes() -> dict[str, tuple[str, str]]:
    """Return replies of several kinds, as what they begin with and what is repeated."""
    return {
        "one block": ("```python\n", "total = first + second\n"),
        "a block within a quote": ("> ```python\n", "> total = first + second\n"),
        "strings that hold fences": ("```python\n", 'text = "```"\n'),
        "prose": ("", "This is how one adds two numbers in Python.\n"),
    }


def _filled(head: str, body: str, size: int) -> str:
    return head + (body * (size // len(body) + 1))[: size - len(head)]


def _ten_times(reply: str) -> None:
    for _ in range(10):
        extract(reply)
