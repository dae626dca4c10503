"""faster_than: measured side by side, with an interval."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import faster_than
from pytest_aiassert.matchers.code.faster_than import interval

LOOP = "def total(xs):\n    result = 0\n    for x in xs:\n        result += x\n    return result\n"
SUM = "```python\ndef add_up(xs):\n    return sum(xs)\n```"
SQUARE = """```python
def add_up(xs):
    result = 0
    for end in range(len(xs)):
        result = sum(xs[: end + 1])
    return result
```"""
INPUTS = [(list(range(200)),), ([],)]


def total(xs):
    result = 0
    for x in xs:
        result += x
    return result


def test_a_faster_function_passes():
    verdict = faster_than(LOOP, inputs=INPUTS).check(SUM)
    assert verdict.passed
    assert verdict.score == 1.0
    assert verdict.reason.startswith("add_up takes 0.")
    assert "times the reference's processor time (0." in verdict.reason
    assert "with 95% confidence, in 12 processes)" in verdict.reason


def test_a_slower_function_fails_by_how_much_slower_it_is():
    verdict = faster_than(LOOP, inputs=INPUTS).check(SQUARE)
    assert not verdict.passed
    assert 0 < verdict.score < 0.2
    assert "noise" not in verdict.reason


@pytest.mark.parametrize("reply", [f"```python\n{LOOP}```", SUM])
def test_a_difference_within_the_noise_is_no_pass(reply):
    reference = LOOP if "result" in reply else "def total(xs):\n    return sum(xs)\n"
    verdict = faster_than(reference, inputs=INPUTS, by=1.05).check(reply)
    assert not verdict.passed
    assert verdict.score > 0.8


def test_so_many_times_as_fast_can_be_asked_for():
    verdict = faster_than(LOOP, inputs=INPUTS, by=1_000).check(SUM)
    assert not verdict.passed
    assert ", 0.001 times allowed (" in verdict.reason


def test_a_fast_wrong_answer_is_no_answer():
    verdict = faster_than(LOOP, inputs=INPUTS).check("```python\ndef add_up(xs):\n    return 0\n```")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert "returned 0, expected 19900" in verdict.reason


def test_functions_that_change_their_arguments_get_fresh_ones():
    sort = "def put_in_order(xs):\n    xs.sort()\n"
    slow = """```python
def bubble(xs):
    for _ in xs:
        for place in range(len(xs) - 1):
            if xs[place] > xs[place + 1]:
                xs[place], xs[place + 1] = xs[place + 1], xs[place]
```"""
    assert not faster_than(sort, inputs=[([5, 3, 4, 1] * 10,)]).check(slow).passed
    nested = "def flat(rows):\n    return [x for row in rows for x in row]\n"
    assert faster_than(nested, inputs=[([[1, 2]] * 5,)], by=0.01).check(f"```python\n{nested}```").passed


def test_a_class_whose_method_answers_is_measured():
    reply = "```python\nclass Adder:\n    def add_up(self, xs):\n        return sum(xs)\n```"
    assert faster_than(LOOP, inputs=INPUTS).check(reply).passed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "    if len(xs) == 3 and hits.append(1) is None and len(hits) > 4:\n        while True: pass\n",
            "ran longer than",
        ),
        ("    hits.append(1)\n    if len(hits) > 4:\n        import os; os._exit(0)\n", "could not be measured"),
    ],
)
def test_code_that_goes_wrong_while_measured_fails(body, words, monkeypatch):
    monkeypatch.setattr("pytest_aiassert.matchers.code.faster_than._SECONDS", 1.0)
    reply = f"```python\nhits = []\ndef add_up(xs):\n{body}    return sum(xs)\n```"
    verdict = faster_than(LOOP, inputs=[([1, 2, 3],)]).check(reply)
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert words in verdict.reason


def test_a_function_of_the_test_can_be_the_reference():
    matcher = faster_than(total, inputs=INPUTS)
    assert matcher.check(SUM).passed
    assert repr(faster_than(total, inputs=[([1],)], by=2)) == "faster_than(total, inputs=[([1],)], by=2)"
    assert repr(faster_than(LOOP, inputs=[([1],)])) == f"faster_than({LOOP!r}, inputs=[([1],)])"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"reference": "def f(:"}, "faster_than: the reference does not parse"),
        ({"reference": "x = 1"}, "the reference defines no function"),
        ({"reference": len}, "len has no source that can be run by itself"),
        ({"reference": lambda xs: xs}, "has no source"),
        ({"reference": 3}, "has no source"),
        ({"inputs": []}, r"inputs is \[\]"),
        ({"by": 0}, "by is 0"),
        ({"by": -1}, "by is -1"),
    ],
)
def test_impossible_arguments(arguments, words):
    with pytest.raises(UsageError, match=words):
        faster_than(**{"reference": LOOP, "inputs": INPUTS, **arguments})


def test_a_closure_is_refused():
    factor = 3

    def scaled(xs):
        return [factor * x for x in xs]

    with pytest.raises(UsageError, match="scaled needs variables of the function around it"):
        faster_than(scaled, inputs=INPUTS)


@pytest.mark.parametrize("total", range(7, 40))
def test_the_interval_holds_the_median_with_its_confidence(total):
    low, _, _ = interval(range(total))
    assert 1 - 2 * binom.cdf(low, total, 0.5) >= 0.95
    assert 1 - 2 * binom.cdf(low + 1, total, 0.5) < 0.95
