"""Every behaviour judges solutions that other people could have written: `solutions/` holds them, right and wrong.

A row is a heading `=== behaviour right` or `=== behaviour wrong: the counterexample`, and the code below it.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pytest_aiassert.behaviours import all_behaviours, best_attempt, find_behaviour

HEADING = re.compile(r"^=== (\w+) (right|wrong: .+)\n", flags=re.MULTILINE)


def read_rows():
    for file in sorted(Path(__file__).with_name("solutions").glob("*.txt")):
        _, *pieces = HEADING.split(file.read_text(encoding="utf-8"))
        for name, verdict, code in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            yield name, verdict.partition(": ")[2], code


ROWS = tuple(read_rows())


def rows(*, right):
    return [
        pytest.param(name, counterexample, code, id=f"{name}-{number}")
        for number, (name, counterexample, code) in enumerate(ROWS)
        if right is (not counterexample)
    ]


@pytest.mark.parametrize("verdict", ["right", "wrong"])
def test_every_behaviour_has_two_solutions_of_a_kind(verdict):
    counts = Counter(name for name, counterexample, _ in ROWS if bool(counterexample) is (verdict == "wrong"))

    assert not [behaviour.name for behaviour in all_behaviours() if counts[behaviour.name] < 2]
    assert not counts.keys() - {behaviour.name for behaviour in all_behaviours()}


def test_no_heading_is_misspelt():
    files = Path(__file__).with_name("solutions").glob("*.txt")

    assert len(ROWS) == sum(file.read_text(encoding="utf-8").count("===") for file in files)


@pytest.mark.parametrize(("name", "counterexample", "code"), rows(right=True))
def test_what_is_right_satisfies(name, counterexample, code):
    attempt = best_attempt(code, find_behaviour(name))

    assert attempt.counterexample is None
    assert attempt.satisfied
    assert attempt.score == 1.0


@pytest.mark.parametrize(("name", "counterexample", "code"), rows(right=False))
def test_what_is_wrong_is_refuted_by_its_smallest_counterexample(name, counterexample, code):
    attempt = best_attempt(code, find_behaviour(name))

    assert not attempt.satisfied
    assert attempt.counterexample == counterexample
    assert attempt.score < 1.0
