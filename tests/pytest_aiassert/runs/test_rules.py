"""Pure decisions over trials."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.errors import UsageError
from pytest_aiassert.runs.rules import Rule, Stop, rule_for


def rule(bar: float = 0.8, samples: int = 20, stop: Stop = "sequential", confidence: float = 0.95) -> Rule:
    return rule_for(bar=bar, samples=samples, stop=stop, confidence=confidence)


def test_a_fixed_rule_decides_when_nothing_can_change() -> None:
    fixed = rule(samples=10, stop="fixed")
    assert fixed.decide(8, 0) == "passed"
    assert fixed.decide(7, 2) is None
    assert fixed.decide(7, 3) == "failed"
    assert fixed.certain(0, 0) == 3
    assert fixed.told() == "needs 8 of 10"


def test_a_sequential_rule_decides_when_it_is_shown() -> None:
    sequential = rule()
    assert sequential.decide(0, 0) is None
    assert sequential.decide(13, 0) is None
    assert sequential.decide(16, 0) == "passed"
    assert sequential.decide(0, 4) == "failed"
    assert sequential.told() == "must show a pass rate above 0.8 with 95% confidence"


@given(st.lists(st.booleans(), max_size=20), st.sampled_from(["fixed", "sequential"]))
def test_what_is_certain_to_run_does_run(trials: list[bool], stop: Stop) -> None:
    """No course of the certain trials but the last decides before all of them ran."""
    one = rule(stop=stop)
    passes, fails = trials.count(True), trials.count(False)
    ahead = one.certain(passes, fails)
    assert 0 <= ahead <= 20
    for good in range(ahead):
        for bad in range(ahead - good):
            if good or bad:
                assert one.decide(passes + good, fails + bad) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"samples": 10}, "cannot decide min_pass_rate=0.8 at confidence=0.95; give samples from 14 to 2,000"),
        ({"samples": 3000}, "give samples from 14 to 2,000"),
        ({"bar": 1.0}, "cannot show a pass rate above 1; give min_pass_rate below 1"),
        ({"bar": 0.02, "samples": 50}, "give samples from 149 to 2,000"),
    ],
)
def test_what_so_many_samples_cannot_decide_is_told(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        rule(**arguments)  # type: ignore[arg-type]  # numbers of both kinds
