"""Every behaviour judges solutions that other people could have written: `solutions/` holds them, right and wrong.

A row is a heading `=== behaviour right` or `=== behaviour wrong: the counterexample`, and the code below it. All are
in Python but those of `javascript.txt`.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from pytest_aiassert.behaviours import all_behaviours, best_attempt, find_behaviour

NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
HEADING = re.compile(r"^=== (\w+) (right|wrong: .+)\n", flags=re.MULTILINE)


def read_rows():
    for file in sorted(Path(__file__).with_name("solutions").glob("*.txt")):
        _, *pieces = HEADING.split(file.read_text(encoding="utf-8"))
        language = "javascript" if file.stem == "javascript" else "python"
        for name, verdict, code in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True):
            yield language, name, verdict.partition(": ")[2], code


ROWS = tuple(read_rows())


def rows(*, right):
    return [
        pytest.param(*row, id=f"{row[1]}-{number}", marks=[NEEDS_NODE] if row[0] == "javascript" else [])
        for number, row in enumerate(ROWS)
        if right is (not row[2])
    ]


@pytest.mark.parametrize("verdict", ["right", "wrong"])
def test_every_behaviour_has_two_solutions_of_a_kind(verdict):
    counts = Counter(
        name
        for language, name, counterexample, _ in ROWS
        if language == "python" and bool(counterexample) is (verdict == "wrong")
    )

    assert not [behaviour.name for behaviour in all_behaviours() if counts[behaviour.name] < 2]
    assert not counts.keys() - {behaviour.name for behaviour in all_behaviours()}


def test_every_behaviour_has_a_solution_in_javascript():
    right = {name for language, name, counterexample, _ in ROWS if language == "javascript" and not counterexample}

    assert right == {behaviour.name for behaviour in all_behaviours()}


def test_no_heading_is_misspelt():
    files = Path(__file__).with_name("solutions").glob("*.txt")

    assert len(ROWS) == sum(len(re.findall("^===", file.read_text(encoding="utf-8"), re.MULTILINE)) for file in files)


@pytest.mark.parametrize(("language", "name", "counterexample", "code"), rows(right=True))
def test_what_is_right_satisfies(language, name, counterexample, code):
    attempt = best_attempt(code, find_behaviour(name), language=language)

    assert attempt.counterexample is None
    assert attempt.satisfied
    assert attempt.score == 1.0


@pytest.mark.parametrize(("language", "name", "counterexample", "code"), rows(right=False))
def test_what_is_wrong_is_refuted_by_its_smallest_counterexample(language, name, counterexample, code):
    attempt = best_attempt(code, find_behaviour(name), language=language)

    assert not attempt.satisfied
    assert attempt.counterexample == counterexample
    assert attempt.score < 1.0
