"""contains_code and parses."""

from __future__ import annotations

import pytest

from assistant.messages import Completion, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import contains_code, parses

TWO = "```python\na = 1\n```\n\n```js\nlet b = ;\n```"


def test_code_is_counted_and_placed(good):
    verdict = contains_code("py").check(good)
    assert (verdict.passed, verdict.score, verdict.reason) == (True, 1.0, "1 python block, at line 4")
    assert verdict.evidence[0].title == "python block at line 4"
    assert verdict.evidence[0].language == "python"
    assert contains_code(min_blocks=2).check(TWO).reason == "2 blocks of code, at lines 2 and 6"


@pytest.mark.parametrize(
    ("matcher", "reply", "score", "reason"),
    [
        (contains_code("python", 2), TWO, 0.5, "1 python block, at line 2; expected at least 2"),
        (contains_code("go"), TWO, 0.0, "no go code: found python at line 2 and javascript at line 6"),
        (contains_code("go"), "```\n???\n```", 0.0, "no go code: found a block of unknown language at line 2"),
        (contains_code(), "Just words.", 0.0, "no code: the reply is prose only (11 characters)"),
        (contains_code(), " \n", 0.0, "no code: the reply is empty"),
        (
            contains_code(),
            Completion(tool_calls=(ToolCall(id="1", name="search"),)),
            0.0,
            "no code: the reply has no text, only 1 tool call",
        ),
    ],
)
def test_what_is_missing_is_told(matcher, reply, score, reason):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, score, reason)


def test_code_that_parses_passes(good):
    assert parses().check(good).reason == "1 python block parses"
    assert parses("json").check('{"a": 1}').passed
    assert parses().check("```py\na\n```\n```js\nf()\n```\n```js\ng()\n```").reason == (
        "1 python and 2 javascript blocks parse"
    )


def test_a_broken_block_is_placed_and_marked():
    verdict = parses().check(TWO)
    assert (verdict.passed, verdict.score) == (False, 0.5)
    assert verdict.reason.startswith("the javascript block at line 6 does not parse: its line 1, column 7: ")
    assert verdict.evidence[0].marks == (1,)
    cut = parses("python").check("```python\ndef f(")
    assert cut.reason.endswith("the reply ends before the fence does")
    assert cut.evidence[0].title == "python block at line 2, cut off"
    assert "more place" in parses().check("```js\nlet = = 1;\n\nlet = = 2;\n\nlet = = 3;\n```").reason


def test_a_reply_with_nothing_to_parse_fails():
    assert parses().check("words").reason == "no code: the reply is prose only (5 characters)"
    assert parses("go").check(TWO).reason.startswith("no go code: found python")
    assert parses().check("```sql\nSELECT 1\n```").reason == ("no code in a language that can be parsed: found 'sql'")


def test_a_long_block_is_shown_in_part():
    verdict = contains_code().check("```text\n" + "x" * 30_000 + "\n```")
    assert verdict.evidence[0].text.endswith("… 10,000 more characters")


def test_reprs_read_like_the_call():
    assert repr(contains_code()) == "contains_code()"
    assert repr(contains_code("py", 2)) == "contains_code('python', min_blocks=2)"
    assert repr(parses("js")) == "parses('javascript')"
    assert repr(parses()) == "parses()"


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "2"])
def test_an_impossible_count_is_refused(value):
    with pytest.raises(UsageError, match=r"contains_code: min_blocks is .*; expected a whole number, 1 or more"):
        contains_code(min_blocks=value)


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match=r"contains_code: language is 'pyton'.*did you mean 'python'"):
        contains_code("pyton")
    with pytest.raises(UsageError, match="parses: language is 'sql', which has no grammar"):
        parses("sql")
