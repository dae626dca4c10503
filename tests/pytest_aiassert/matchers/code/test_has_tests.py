"""has_tests: what counts, and what is told instead."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import has_tests


def test_tests_are_counted_by_kind(good):
    verdict = has_tests().check(good)
    assert (verdict.passed, verdict.reason) == (True, "1 pytest function with assertions (test_add)")
    assert verdict.evidence[0].marks == (6,)


def test_too_few_say_what_else_there_is():
    tests = "def test_a():\n    assert f() is None\ndef test_b(): f()\nassert f() is None\n"
    reply = f"```python\ndef f():\n    '''\n    >>> f()\n    '''\n{tests}"
    verdict = has_tests(3).check(reply)
    assert verdict.score == pytest.approx(1 / 3)
    assert verdict.reason == (
        "1 pytest function with assertions (test_a), expected at least 3; "
        "1 test without any assertion: test_b (line 7); 1 assertion outside of any test (line 8 of the code); "
        "1 doctest example, which pytest does not collect by itself; the block at line 2 is cut off"
    )


def test_many_names_are_cut():
    code = "\n".join(f"def test_{number}():\n    assert {number} > -1" for number in range(10))
    assert has_tests(10).check(code).reason.endswith("test_7, …)")


def test_replies_without_tests_fail():
    assert has_tests().check("words").reason == "no code: the reply is prose only (5 characters)"
    assert has_tests().check("```go\nfunc f() {}\n```").reason == (
        "tests are recognised in python, javascript, typescript and tsx only; no code: found go at line 2"
    )
    assert has_tests().check("x = f(1)").reason == "no test with an assertion, expected at least 1"


def test_the_repr_reads_like_the_call():
    assert (repr(has_tests()), repr(has_tests(2))) == ("has_tests()", "has_tests(2)")


@pytest.mark.parametrize("value", [0, "2", False])
def test_an_impossible_minimum_is_refused(value):
    with pytest.raises(UsageError, match="has_tests: min is"):
        has_tests(value)
