"""Sequential tests: they stop when it is shown, and --ai-undecided says what becomes of those where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SEQUENTIAL = """
import pytest

@pytest.mark.ai_eval(samples={samples}, min_pass_rate=0.8, stop="sequential", confidence={confidence})
def test_it(mock_ai, request):
    request.config.turn = getattr(request.config, "turn", 0) + 1
    mock_ai.reply("reply")
    assert mock_ai.complete("x").text and request.config.turn % {every} != {rest}
"""


def source(*, samples: int = 40, confidence: float = 0.95, every: int = 1000, rest: int = 0) -> str:
    return SEQUENTIAL.format(samples=samples, confidence=confidence, every=every, rest=rest)


def trials(pytester: pytest.Pytester) -> int:
    return len((pytester.path / "run.jsonl").read_text().splitlines()) - 1


@pytest.fixture
def save(pytester: pytest.Pytester) -> str:
    return f"--ai-save-run={pytester.path / 'run.jsonl'}"


def test_straight_passes_end_it_early(run: Run, save: str, pytester: pytest.Pytester) -> None:
    run("--ai-eval", save, source=source()).assert_outcomes(passed=1)
    assert 14 <= trials(pytester) < 40


def test_straight_failures_end_it_early(run: Run, save: str, pytester: pytest.Pytester) -> None:
    result = run("--ai-eval", save, source=source(every=1))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*0 of 5 trials passed, must show a pass rate above 0.8 with 95% confidence*"])
    assert trials(pytester) < 10


@pytest.mark.parametrize(
    ("option", "outcome"), [([], "failed"), (["--ai-undecided=pass"], "passed"), (["--ai-undecided=xfail"], "xfailed")]
)
@pytest.mark.parametrize("rest", [0, 1], ids=["the last trial fails", "the last trial passes"])
def test_what_shows_neither_is_undecided(run: Run, option: list[str], outcome: str, rest: int) -> None:
    result = run("--ai-eval", "-rx", *option, source=source(samples=20, every=5, rest=rest))
    result.assert_outcomes(**{outcome: 1})
    if outcome != "passed":
        result.stdout.fnmatch_lines(["*16 of 20 trials passed, undecided: must show a pass rate above 0.8*"])


def test_undecided_though_every_trial_passed(run: Run) -> None:
    text = source(samples=29, confidence=0.95).replace("0.8", "0.9") + "\n    if request.config.turn == 3: assert 0\n"
    result = run("--ai-eval", source=text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*28 of 29 trials passed, undecided*"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"samples": 10}, "*marker ai_eval stop='sequential' with samples=10 cannot decide*samples from 14 to 2,000"),
        ({"confidence": 1}, "*marker ai_eval confidence=1 is not at least 0.5 and below 1"),
    ],
)
def test_a_test_that_cannot_be_decided_is_told_at_collection(run: Run, arguments: dict[str, int], words: str) -> None:
    result = run("--ai-eval", source=source(**arguments))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def test_an_unknown_way_to_stop_is_told(run: Run) -> None:
    result = run("--ai-eval", source=source().replace('"sequential"', '"soon"'))
    result.stderr.fnmatch_lines(["*stop='soon' is neither 'fixed' nor 'sequential'"])


def test_a_saved_run_keeps_its_trials(run: Run, save: str, pytester: pytest.Pytester) -> None:
    run("--ai-eval", save, source=source(samples=20, every=5))
    lines = [json.loads(line) for line in (pytester.path / "run.jsonl").read_text().splitlines()[1:]]
    assert sum(line["outcome"] == "passed" for line in lines) == 16
