"""What peers cost an idle session and a trivial case; each is installed into an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.environment import fresh_environment, scratch
from benchmarks.idle import compare_plugin
from benchmarks.result import Figure, Result
from benchmarks.timing import interleave, run, spread

TITLE = "Peers"

PYTEST_EVALS = """
import pytest

@pytest.mark.eval(name="sum")
@pytest.mark.parametrize("number", range({count}))
def test_case(number, eval_bag):
    eval_bag.passed = "4" in "The answer is 4."
    assert eval_bag.passed
"""
DEEPEVAL = """
import pytest
from deepeval import assert_test
from deepeval.metrics import PatternMatchMetric
from deepeval.test_case import LLMTestCase

@pytest.mark.parametrize("number", range({count}))
def test_case(number):
    case = LLMTestCase(input="What is 2 + 2?", actual_output="The answer is 4.")
    assert_test(case, [PatternMatchMetric(pattern=".*4.*")])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A package, the name of its pytest plugin, and `test`, a file of `count` trivial cases."""

    package: str
    plugin: str
    test: str
    count: int
    options: tuple[str, ...] = ()


PEERS = (
    Peer(package="pytest-evals", plugin="evals", test=PYTEST_EVALS, count=2000, options=("--run-eval",)),
    Peer(package="deepeval", plugin="deepeval", test=DEEPEVAL, count=400),
)


def measure(*, quick: bool = False) -> Result:
    """Measure each peer as the plugin itself is measured, its telemetry switched off."""
    figures: list[Figure] = []
    for peer in PEERS:
        print(f"  installing {peer.package} into an environment of its own", flush=True)
        python = fresh_environment(f"peer-{peer.package}", [peer.package])
        idle = compare_plugin(python, peer.plugin, rounds=5 if quick else 15)
        figures += [replace(figure, name=f"{peer.package}: {figure.name}") for figure in idle]
        figures.append(_case(python, peer, rounds=5 if quick else 9))
    return Result(
        title=TITLE,
        method=(
            "Each in an environment of its own, with the same method as above: one idle session with and without its "
            "plugin (other plugins that it brings stay); many trivial parametrised cases, less a session with one. "
            "Telemetry off."
        ),
        figures=tuple(figures),
    )


def _case(python: Path, peer: Peer, *, rounds: int) -> Figure:
    files = {"test_many.py": peer.test.format(count=peer.count), "test_one.py": peer.test.format(count=1)}
    folder = scratch(f"peer-{peer.package}", files)
    command: list[str | Path] = [
        python,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:anyio",
        "-p",
        "no:cacheprovider",
        *peer.options,
    ]
    quiet = {"DEEPEVAL_TELEMETRY_OPT_OUT": "1"}
    sessions = [partial(run, [*command, file], cwd=folder, environment=quiet) for file in files]
    per_case = spread([(many - one) * 1000 / (peer.count - 1) for many, one in interleave(sessions, rounds=rounds)])
    return Figure(
        name=f"{peer.package}: a trivial case",
        value=per_case.median,
        low=per_case.low,
        high=per_case.high,
        n=per_case.n,
        unit="ms",
    )
