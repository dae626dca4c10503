"""has_docstrings: what counts, and what is told."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import has_docstrings
from pytest_aiassert.matchers.registry import build_check

MIXED = """```python
class Stack:
    '''A stack.'''
    def __init__(self): ...
    def push(self, item):
        '''Add an item.'''
    def pop(self):
        ''' '''
        def inner(): ...
    def _grow(self): ...
if True:
    async def fetch(): ...
def test_stack(): ...
class TestStack:
    def helper(self): ...
```
And more:
```python
def area(r):
    return r
```"""


def test_every_public_definition_counts():
    verdict = has_docstrings().check(MIXED)
    assert (verdict.passed, verdict.score) == (False, pytest.approx(2 / 5))
    assert verdict.reason == (
        "2 of 5 public functions and classes documented; "
        "no docstring in Stack.pop (line 7), fetch (line 12) and area (line 19)"
    )
    assert [evidence.marks for evidence in verdict.evidence] == [(6, 11), (1,)]


def test_a_share_is_enough_where_it_is_asked_for():
    assert has_docstrings(0.4) == MIXED
    assert has_docstrings(0.5).check(MIXED).reason.endswith("; expected at least 50%")
    good = has_docstrings().check("def f():\n    '''Do it.'''\n    return 1\n")
    assert (good.passed, good.reason) == (True, "1 of 1 public function or class documented")


def test_many_missing_ones_are_cut():
    code = "\n".join(f"def f{number}(): return 1" for number in range(12))
    assert "f7 (line 9), …" in has_docstrings().check(f"```python\n{code}\n```").reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("words", "no python code: the reply is prose only (5 characters)"),
        ("```python\nx = 1\n```", "the code has no public function or class that could have a docstring"),
        (
            "```python\ndef f(\n```",
            "the python block at line 2 does not parse: its line 1, column 6: '(' was never closed",
        ),
    ],
)
def test_what_cannot_be_documented_fails(reply, reason):
    verdict = has_docstrings().check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, 0.0, reason)


def test_a_block_that_does_not_parse_is_told():
    verdict = has_docstrings().check("```python\ndef f(): return 1\n```\n```python\ndef g(")
    assert verdict.reason == (
        "0 of 1 public function or class documented; no docstring in f (line 2); not judged: the python block at "
        "line 5 does not parse: its line 1, column 6: '(' was never closed; the reply ends before the fence does"
    )


def test_golden_sets_write_it_with_or_without_a_share():
    assert repr(build_check("has_docstrings")) == "has_docstrings()"
    assert repr(build_check({"has_docstrings": 0.5})) == "has_docstrings(0.5)"


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1", float("nan")])
def test_an_impossible_share_is_refused(value):
    with pytest.raises(UsageError, match="has_docstrings: min is "):
        has_docstrings(value)
