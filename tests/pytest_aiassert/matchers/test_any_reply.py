"""No matcher raises on a reply's content, whatever it is."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from assistant.messages import Completion, ToolCall
from pytest_aiassert import matchers
from pytest_aiassert.matchers import (
    answers_with,
    at_least,
    calls_tool,
    calls_tools,
    contains_code,
    equals,
    has_json,
    has_no_secrets,
    has_tests,
    is_refusal,
    json_equals,
    length,
    matches_regex,
    matches_schema,
    max_steps,
    mentions,
    never_calls,
    one_of,
    parses,
    passes_lint,
    quality_score,
    similar_to,
    weighted,
)


class Anything(BaseModel):
    a: int = 0


MATCHERS = [
    contains_code("python"),
    parses(),
    passes_lint(),
    has_tests(),
    mentions("a", whole_word=True),
    matches_regex(r"\bdef\b"),
    matches_schema({"type": "object"}),
    matches_schema(Anything),
    quality_score(),
    ~contains_code("js") & (parses("json") | mentions("b")),
    answers_with(42),
    answers_with("2024-05-01"),
    answers_with("B"),
    answers_with(True),
    answers_with("a b"),
    one_of("a", "b"),
    equals("a", ignore_case=True),
    similar_to("a b c"),
    similar_to("a b c", by="tokens"),
    *(length(1, 9, unit) for unit in ("words", "characters", "lines", "sentences")),
    is_refusal(),
    has_no_secrets(),
    has_json(),
    json_equals({"a": [1]}, ignore=["$..b"], ignore_order=True),
    calls_tool("f", {"a": 1}),
    calls_tools("f", "g", order="any"),
    never_calls("f"),
    max_steps(1),
    at_least(2, mentions("a"), mentions("b"), has_json()),
    weighted({mentions("a"): 1, has_json(): 2}, min=0.5),
]
PIECES = [
    "```python\n", "```json\n", "```\n", "```js\n", "def f(x):\n", "    return x\n", "{", "}", "[1, 2]", '"a"', "\0",
    "\ud800", "\u202e\u05e9", "\u200b", "import os\n", "test('a', () => { expect(1) })\n", "'''", "> ", "\r",
    "\x1b[31m", "<think>", "</think>", "Answer: ", "**", r"\boxed{", "=", "1,000.5", "2/0", r"\frac{1}{0}", "1e999",
    "May 3, ", "99/99/2024", "(B)", "Yes", "not ", "I can't help", "sk-", "password='a1b2c3d4e5f6'", "://a:bcde1@f",
    "9" * 5_000,
]  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=100),
    st.binary(max_size=100).map(lambda data: data.decode("utf-8", "surrogateescape")),
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
)
COMPLETIONS = st.builds(
    Completion,
    text=TEXTS,
    tool_calls=st.just(()) | st.just((ToolCall(id="1", name="f"),)),
    finish_reason=st.just("length"),
)


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@settings(max_examples=25)
@given(reply=TEXTS | COMPLETIONS)
def test_any_reply_gets_a_verdict(matcher, reply):
    verdict = matcher.check(reply)
    assert 0 <= verdict.score <= 1
    assert verdict.reason
    assert verdict.matcher == repr(matcher)


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@pytest.mark.parametrize(
    "reply",
    ["```python\n" + "x = 1\n" * 1_700_000, "[" * 10_000_000],
    ids=["python", "brackets"],
)
def test_ten_megabytes_get_a_verdict(matcher, reply):
    verdict = matcher.check(reply)
    assert len(verdict.reason) < 5_000
    assert sum(len(evidence.text) for evidence in verdict.evidence) < 100_000


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, pytest_aiassert.matchers as m; assert 'contains_code' in dir(m);"
        "print(sorted({'tree_sitter', 'jsonschema', 'pydantic', 'ruff', 'pytest_aiassert.code'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there_and_no_other():
    for name in matchers.__all__:
        assert callable(getattr(matchers, name))
    with pytest.raises(AttributeError, match="has no attribute 'contains'"):
        _ = matchers.contains
