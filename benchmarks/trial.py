"""What one trial costs, against one plain parametrised test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.environment import base_install, scratch
from benchmarks.result import Figure, Result
from benchmarks.timing import interleave, run, spread

TITLE = "A trivial trial"

TRIALS = """
import pytest
from pytest_aiassert import mentions

@pytest.mark.ai_eval(samples={count})
def test_trials(mock_ai):
    mock_ai.reply("The answer is 4.")
    assert mock_ai.complete("What is 2 + 2?") == mentions("4")
"""
ITEMS = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_item(number):
    assert "4" in "The answer is 4."
"""


def measure(*, quick: bool = False) -> Result:
    """Compare the slope of trials with the slope of parametrised tests, in turns."""
    python = base_install()
    count = 1000 if quick else 2000
    folder = scratch(
        "trial",
        {
            "test_many_trials.py": TRIALS.format(count=count),
            "test_one_trial.py": TRIALS.format(count=1),
            "test_many_items.py": ITEMS.format(count=count),
            "test_one_item.py": ITEMS.format(count=1),
        },
    )
    files = ("test_many_trials.py", "test_one_trial.py", "test_many_items.py", "test_one_item.py")
    rounds = interleave([_session(python, file, folder) for file in files], rounds=5 if quick else 11)
    trial = spread([(many - one) * 1000 / (count - 1) for many, one, _, _ in rounds])
    item = spread([(many - one) * 1000 / (count - 1) for _, _, many, one in rounds])
    ratio = spread([(a - b) / (c - d) for a, b, c, d in rounds])
    return Result(
        title=TITLE,
        method=(
            f"`@pytest.mark.ai_eval(samples={count})` with `mock_ai` and one text matcher, against {count} plain "
            "parametrised tests without fixtures; whole processes, each less the same process with a single one; "
            "interleaved rounds."
        ),
        figures=(
            Figure(name="a trial", value=trial.median, low=trial.low, high=trial.high, n=trial.n, unit="ms"),
            Figure(name="a plain test", value=item.median, low=item.low, high=item.high, n=item.n, unit="ms"),
            Figure(
                name="trial / plain test",
                value=ratio.median,
                low=ratio.low,
                high=ratio.high,
                n=ratio.n,
                unit="×",
                limit=1.0,
            ),
        ),
    )


def _session(python: Path, file: str, folder: Path) -> Callable[[], str]:
    command: list[str | Path] = [
        python,
        "-m",
        "pytest",
        "-q",
        "--ai-eval",
        "-p",
        "no:anyio",
        "-p",
        "no:cacheprovider",
        file,
    ]
    return lambda: run(command, cwd=folder)
