"""behaves_like: answers compared with those of a trusted function."""

from __future__ import annotations

import itertools

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import behaves_like
from pytest_aiassert.matchers.registry import build_check

MERGE = "def merge(a, b):\n    return sorted(a + b)\n"
INPUTS = [([1, 3], [2]), ([], [1])]


def python(code):
    return f"```python\n{code}\n```"


def half(n):
    return 10 / n


def sort(xs):
    xs.sort()


def test_the_function_is_found_whatever_its_name():
    verdict = behaves_like(sorted, inputs=[([2, 1],), ([],)]).check(python("def order(xs):\n    return sorted(xs)"))
    assert (verdict.passed, verdict.reason) == (True, "order agrees with all 2 inputs")
    assert verdict.matcher == "behaves_like(sorted, inputs=[([2, 1],), ([],)])"


def test_source_text_is_a_reference_too():
    matcher = behaves_like(MERGE, inputs=INPUTS)
    assert python(MERGE) == matcher
    verdict = matcher.check(python("def join(a, b):\n    return a + b"))
    assert verdict.score == 0.5
    assert verdict.reason == "join([1, 3], [2]) returned [1, 3, 2], expected [1, 2, 3]; 1 of 2 inputs agree"
    assert verdict.evidence[0].marks == (1,)


def test_the_last_function_of_the_source_counts_and_iterators_are_lists():
    text = (
        "def helper(n, to=2):\n    return n * to\n\ndef all_of(ns, to=2):\n    yield from (helper(n, to) for n in ns)\n"
    )
    matcher = behaves_like(text, inputs=[([1, 2],), ([3], 4)])
    assert python("def f(xs, by=2):\n    return [x * by for x in xs]") == matcher


def test_changes_to_arguments_are_part_of_what_is_right():
    in_place, copy = python("def f(xs):\n    xs.sort()"), python("def f(xs):\n    xs.sort(reverse=True)")
    for reference in (sort, "def sort(xs):\n    xs.sort()\n"):
        matcher = behaves_like(reference, inputs=[([2, 1, 3],), ([1],)])
        assert in_place == matcher
        assert "the arguments must be changed as the reference changes them" in matcher.check(copy).reason


def test_the_same_exception_is_asked_for():
    for reference in (half, "def half(n):\n    return 10 / n\n"):
        matcher = behaves_like(reference, inputs=[(2,), (0,)])
        assert python("def f(n):\n    return 10 / n") == matcher
        assert (
            "expected it to raise ZeroDivisionError"
            in matcher.check(python("def f(n):\n    return n and 10 / n")).reason
        )


def test_references_of_every_signature_work():
    assert python("def f(*xs):\n    return max(xs)") == behaves_like(max, inputs=[(1, 2), (3, 2)])
    add = lambda *xs: sum(xs)  # noqa: E731 - a function without a name of its own
    assert python("def f(*xs):\n    return sum(xs)") == behaves_like(add, inputs=[(1, 2), (3,)])


def test_a_reply_without_a_function_fails():
    assert behaves_like(half, inputs=[(2,)]).check("words").reason.startswith("no python code")
    assert "takes the arguments of half(n)" in behaves_like(half, inputs=[(2,)]).check(python("x = 1")).reason


def test_golden_sets_write_source():
    check = build_check({"behaves_like": {"reference": MERGE, "inputs": [[[1], [2]]]}})
    assert repr(check) == f"behaves_like({MERGE!r}, inputs=[[[1], [2]]])"


def test_impossible_references_are_refused():
    counter = itertools.count()
    for reference, inputs, message in [
        (3, [(1,)], "behaves_like: reference is 3; expected a function"),
        ("def f(", [(1,)], "the reference does not parse"),
        ("x = 1", [(1,)], "the reference defines no function"),
        ("def f(n):\n    import os\n    os._exit(1)", [(1,)], "the reference gave no answer"),
        (half, [], "inputs is .*; expected a list of tuples of arguments, at least one"),
        (half, {"a": 1}, "inputs is "),
        (half, [1], r"input 1 is 1; expected a tuple of arguments, as in \(1,\)"),
        (half, [(1, 2)], "does not fit"),
        (half, [(object(),)], "plain values"),
        (half, [(0,)], r"half\(0\) raised ZeroDivisionError, as did every other input"),
        (lambda n: print, [(1,)], "plain values"),  # noqa: ARG005
        (lambda n: next(counter), [(1,)], "once so and once otherwise"),  # noqa: ARG005
        (lambda n: None, [(1,)], "returns None for every input"),  # noqa: ARG005
    ]:
        with pytest.raises(UsageError, match=message):
            behaves_like(reference, inputs=inputs)


def test_keywords_that_must_be_given_are_refused():
    def f(n, *, base):
        return n * base

    with pytest.raises(UsageError, match="f needs the keyword 'base'"):
        behaves_like(f, inputs=[(1,)])
