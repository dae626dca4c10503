"""Linting, formatting and the rest on code that is none: a clear verdict, never a pass, never a traceback."""

from __future__ import annotations

import json
import random
import re

import pytest

from pytest_aiassert.code.warm import warm_ruff
from pytest_aiassert.matchers import is_formatted, is_secure, parses, passes_lint

FIRST = 1
"""The first line of the block; findings count from the reply's beginning, which is one line further."""
LINT = passes_lint()
MATCHERS = (parses("python"), LINT, is_formatted(), is_secure())
NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "metadata": {}, "source": ["x = 1\n"]}], "metadata": {}, "nbformat": 4}, indent=1
)
RANDOM = random.Random(5).randbytes(3_000)


def python(code):
    return f"```python\n{code}\n```"


BAD = {
    "empty": ("", "the reply is empty"),
    "blank": (" \n\t\r\n", "the reply is empty"),
    "empty fence": ("```python\n```", "no python code"),
    "huge prose": ("word " * 2_000_000, "10,000,000 characters are not searched"),
    "huge code": (python("x = 1\n" * 1_700_000), "at most 200,000 are"),
    "huge line": (python(f"x = '{'a' * 10_000_000}'"), "at most 200,000 are"),
    "huge bare code": ("x = 1\n" * 1_700_000, "10,200,000 characters are not searched"),
    "binary": (RANDOM.decode("latin-1"), "no python code"),
    "undecodable": (RANDOM.decode("utf-8", "surrogateescape"), "no python code"),
    "binary in a fence": (python(RANDOM.decode("latin-1")), "line "),
    "zero width": (python("x\u200b = 1"), FIRST),
    "zero width in the language": ("```py\u200bthon\nx = 1\n```", "no python code: found py\u200bthon"),
    "override mark": (python("x = \u202e1"), FIRST),
    "lone surrogate": (python("\nx = 'a\ud800'"), 2),
    "null byte": (python("x = 1\0"), FIRST),
    "notebook": (NOTEBOOK, "no python code: found json at line 1"),
    "fenced notebook": (f"```json\n{NOTEBOOK}\n```", "no python code: found json at line 2"),
    "notebook as ipynb": (f"```ipynb\n{NOTEBOOK}\n```", "no python code: found ipynb at line 2"),
    "notebook as python": (python(NOTEBOOK), "no python code: found json at line 2"),
    "javascript as python": (python("function f() { return 1 }"), FIRST),
    "html as python": (python("<html></html>"), FIRST),
    "prose as python": (python("Sure! Here is the code."), FIRST),
    "magics": (python("%matplotlib inline\n!ls"), FIRST),
    "prompts": (python(">>> 1 + 1\n2"), FIRST),
    "minus signs": (python(f"x = {'-' * 150_000}1"), "at most 20,000 are parsed"),
    "deep lines": (python("x = (\n" + "-\n" * 30_000 + "1)"), "nested too deeply|too many"),
    "deep brackets": (python("[\n" * 50_000 + "]\n" * 50_000), "too many nested parentheses|nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@pytest.mark.parametrize(("reply", "words"), BAD.values(), ids=BAD)
def test_it_fails_and_says_why(matcher, reply, words):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.score) == (False, 0.0)
    if isinstance(words, int):
        words = f": line {words + 1}: " if matcher is LINT else f"its line {words}[,:]"
    assert re.search(words, verdict.reason)
    assert len(verdict.reason) < 5_000


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
def test_a_lone_surrogate_is_named(matcher):
    reason = matcher.check(python("\nx = 'a\ud800'")).reason
    assert "a lone surrogate, which no source file can hold" in reason


GOOD = {
    "right to left": python('שלום = "\u05e9"\nprint(שלום)'),
    "carriage returns": "```python\r\nx = 1\r\nprint(x)\r\n```\r\n",
    "surrogate pair": python('x = "𝒳"\nprint(x)'),
}


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@pytest.mark.parametrize("reply", GOOD.values(), ids=GOOD)
def test_unusual_code_that_is_right_passes(matcher, reply):
    assert matcher.check(reply).passed


def test_carriage_returns_do_not_move_lines():
    verdict = passes_lint().check("Hi\r\n```python\r\nx = 1\r\nimport os\r\n```\r\n")
    assert "line 4: F401 `os` imported but unused" in verdict.reason


def test_deep_code_costs_no_server():
    warm_ruff().close()
    for number in range(3):
        passes_lint().check(python(f"deep_{number} = 1"))
    for depth in (2_000, 4_000, 30_000, 150_000):
        passes_lint().check(python(f"x = {'-' * depth}1"))
        is_formatted().check(python(f"x = {'-' * depth}1"))
    assert [place.losses for place in warm_ruff()._places.values() if place.asked > 2] == [0]
