"""No matcher of code raises on a reply's content, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_aiassert.matchers import (
    behaves_like,
    defines,
    has_docstrings,
    imports_exist,
    imports_only,
    is_formatted,
    is_secure,
    max_complexity,
    similar_code,
    tests_kill_mutants,
    tests_pass,
)

MATCHERS = [
    behaves_like(abs, inputs=[(1,), (-2,)]),
    defines("f", params=["x"], returns="int"),
    has_docstrings(0.5),
    max_complexity(3),
    imports_only("os"),
    imports_exist(),
    is_formatted(),
    is_secure(),
    similar_code("def f(x):\n    return x + 1\n"),
    similar_code("f(x)", language="js"),
    tests_pass(),
    tests_kill_mutants(),
]
PIECES = [
    "```python\n", "```\n", "```js\n", "```ts\n", "def f(x):\n", "    return x + 1\n", "class A:\n", "{", "}", "[1, 2]",
    '"a"', "\0", "\ud800", "\u202e\u05e9", "\u200b", "import os, nump\n", "from . import x\n", "'''", "> ", "\r",
    "def test_f():\n", "    assert f(1) == 2\n", "import unittest\n", "class T(unittest.TestCase):\n",
    "    while True: pass\n",    "    def test_a(self): self.assertEqual(f(1), 2)\n", "raise SystemExit\n",
    "function f(x) { return x }\n", "<think>",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=100),
    st.binary(max_size=100).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(lambda pieces: "".join(["```python\n", *pieces])),
)
LONG = {
    "assignments": "```python\n" + "x = 1\n" * 1_700_000,
    "brackets": "[" * 10_000_000,
    "operators": "```python\ndef f(x: int = 1" + " + 1" * 2_000 + ") -> int:\n    return x" + " + x" * 2_000,
    "branches": "```python\ndef f(x):\n" + "\n".join(" " * depth + "if x:" for depth in range(1, 90)),
    "definitions": "```python\n" + "def f(x):\n    return x\n\n" * 5_000,
}


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@settings(max_examples=25, deadline=None)
@given(reply=TEXTS)
def test_any_reply_gets_a_verdict(matcher, reply):
    verdict = matcher.check(reply)
    assert 0 <= verdict.score <= 1
    assert verdict.reason
    assert verdict.matcher == repr(matcher)


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@pytest.mark.parametrize("reply", LONG.values(), ids=LONG)
def test_long_and_deep_replies_get_a_verdict(matcher, reply):
    verdict = matcher.check(reply)
    assert verdict.reason
    assert len(verdict.reason) < 5_000
    assert sum(len(evidence.text) for evidence in verdict.evidence) < 100_000
