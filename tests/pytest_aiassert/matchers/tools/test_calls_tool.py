"""calls_tool, calls_tools, never_calls and max_steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assistant.messages import Completion, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import calls_tool, calls_tools, json_equals, max_steps, mentions, never_calls


class City(BaseModel):
    city: str


def call(name, raw="", **arguments):
    return ToolCall(id="1", name=name, arguments=arguments, raw_arguments=raw)


def reply(*calls, text=""):
    return Completion(text=text, tool_calls=calls)


WEATHER = reply(call("weather", city="Oslo", days=3))
TWICE = reply(call("weather", city="Rome"), call("weather", city="Oslo", days=1))
SCHEMA = {"type": "object", "required": ["city"], "properties": {"days": {"maximum": 2}}}


@pytest.mark.parametrize(
    ("matcher", "given", "reason"),
    [
        (calls_tool("weather"), WEATHER, "calls weather"),
        (calls_tool("weather"), TWICE, "calls weather 2 times"),
        (calls_tool("weather", {}), WEATHER, 'calls weather({"city": "Oslo", "days": 3})'),
        (calls_tool("weather", {"city": "Oslo"}), TWICE, 'calls weather({"city": "Oslo", "days": 1})'),
        (calls_tool("weather", {"days": 3.0}), WEATHER, 'calls weather({"city": "Oslo", "days": 3})'),
        (calls_tool("weather", {"city": mentions("osl"), "days": json_equals(3)}), WEATHER, None),
        (calls_tool("weather", SCHEMA), TWICE, None),
        (calls_tool("weather", City), WEATHER, None),
        (calls_tool("weather", json_equals({"city": "Oslo", "days": 3})), WEATHER, None),
        (calls_tool("f"), reply(call("f", raw="{}")), "calls f"),
        (calls_tool("f", {"type": "object"}), reply(call("f", type="object")), 'calls f({"type": "object"})'),
    ],
)
def test_a_call_is_found_with_its_arguments(matcher, given, reason):
    verdict = matcher.check(given)
    assert verdict.passed, verdict.reason
    assert reason in {verdict.reason, None}


@pytest.mark.parametrize(
    ("matcher", "given", "score", "reason"),
    [
        (calls_tool("f"), reply(), 0, "the reply is empty and calls no tool; expected 'f'"),
        (calls_tool("f"), "prose", 0, "the reply calls no tool; expected 'f'"),
        (calls_tool("wether"), TWICE, 0, "2 calls: weather, weather; expected 'wether' (did you mean 'weather'?)"),
        (calls_tool("weather", {"city": "Rome", "days": 3}), WEATHER, 0.5,
         'calls weather with other arguments: city "Rome" → "Oslo"'),
        (calls_tool("weather", {"city": "Oslo", "days": 2}), TWICE, 0.5,
         "calls weather 2 times, at best with other arguments: days 2 → 1"),
        (calls_tool("weather", {"unit": "C"}), WEATHER, 0,
         "calls weather with other arguments: no argument 'unit' (it has 'city' and 'days')"),
        (calls_tool("f", {"a": 1}), reply(call("f")), 0, "calls f with other arguments: no argument 'a' (it has none)"),
        (calls_tool("f", {"a": {"b": [1]}}), reply(call("f", a={"b": [2]})), 0,
         "calls f with other arguments: a.b[0] 1 → 2"),
        (calls_tool("weather", {"city": mentions("rome")}), WEATHER, 0,
         "calls weather with other arguments: city: 'rome' does not occur in the reply (4 characters)"),
        (calls_tool("weather", SCHEMA), WEATHER, 0,
         "calls weather with other arguments: $.days: 3 is greater than the maximum of 2"),
        (calls_tool("weather", City), reply(call("weather", city=1)), 0,
         "calls weather with other arguments: $.city: Input should be a valid string"),
        (calls_tool("weather", json_equals({"city": "Oslo"})), WEATHER, 0,
         ("calls weather with other arguments: its arguments: the whole reply has 1 difference: "
          "$.days is not expected (3)")),
        (calls_tool("f", {"a": 1}), reply(call("f", raw='{"a": ')), 0,
         "calls f with other arguments: they are not a JSON object: '{\"a\": '"),
        (calls_tool("f", City), reply(call("f", raw="[1]")), 0,
         "calls f with other arguments: they are not a JSON object: '[1]'"),
    ],
)  # fmt: skip
def test_what_differs_is_told(matcher, given, score, reason):
    verdict = matcher.check(given)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, score, reason)


@pytest.mark.parametrize(
    ("order", "names", "called", "score", "reason"),
    [
        ("strict", "ab", "ab", 1, "2 calls: a, b"),
        ("strict", "ab", "ba", 0, "2 calls: b, a; expected in this order: a, b"),
        ("strict", "ab", "abc", 2 / 3, "3 calls: a, b, c; not expected: c"),
        ("strict", "abc", "ab", 2 / 3, "2 calls: a, b; not called: c"),
        ("strict", "a", "", 0, "the reply is empty and calls no tool; not called: a"),
        ("any", "ab", "ba", 1, "2 calls: b, a"),
        ("any", "aab", "ab", 2 / 3, "2 calls: a, b; not called: a"),
        ("any", "a", "aaa", 1 / 3, "3 calls: a, a, a; not expected: a (2 times)"),
        ("subset", "ab", "bxa", 1, "3 calls: b, x, a"),
        ("subset", "abc", "ab", 2 / 3, "2 calls: a, b; not called: c"),
    ],
)
def test_trajectories_are_compared(order, names, called, score, reason):
    verdict = calls_tools(*names, order=order).check(reply(*map(call, called)))
    assert (verdict.passed, verdict.score, verdict.reason) == (score == 1, pytest.approx(score), reason)


def test_unwanted_calls_are_shown():
    matcher = never_calls("delete", "drop")
    assert matcher.check("prose").passed
    assert matcher.check(WEATHER).reason == "calls weather"
    verdict = matcher.check(reply(call("delete", raw='{"id": 1}', id=1), call("drop"), call("drop")))
    assert (verdict.passed, verdict.reason) == (False, 'calls delete({"id": 1}) and 2 more unwanted calls')


def test_steps_are_counted():
    assert max_steps(0).check("prose").reason == "the reply calls no tool; at most 0 allowed"
    assert max_steps(1).check(WEATHER).passed
    verdict = max_steps(1).check(TWICE)
    assert (verdict.passed, verdict.score) == (False, 0.5)
    assert verdict.reason == "2 calls: weather, weather; at most 1 allowed"


def test_evidence_lists_the_calls():
    (evidence,) = max_steps(0).check(TWICE).evidence
    assert (evidence.title, evidence.text.splitlines()[0]) == ("tool calls", 'weather({"city": "Rome"})')


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
CALLS = st.builds(
    ToolCall,
    id=st.just("1"),
    name=st.sampled_from(["f", "g", "", "\ud800"]),
    arguments=st.dictionaries(st.sampled_from(["a", "b", "\0"]), JSON, max_size=3),
    raw_arguments=st.text(max_size=10) | st.sampled_from(["{}", "[" * 5_000, '{"a": 1}', "null"]),
)
MATCHERS = [
    calls_tool("f"),
    calls_tool("f", {"a": 1, "b": mentions("x")}),
    calls_tool("f", SCHEMA),
    calls_tool("f", City),
    calls_tool("f", json_equals({"a": 1})),
    calls_tools("f", "g"),
    calls_tools("f", "f", order="any"),
    calls_tools("g", order="subset"),
    never_calls("f"),
    max_steps(1),
]


@pytest.mark.parametrize("matcher", MATCHERS, ids=repr)
@given(calls=st.lists(CALLS, max_size=4), text=st.text(max_size=5))
def test_any_calls_get_a_verdict(matcher, calls, text):
    verdict = matcher.check(reply(*calls, text=text))
    assert 0 <= verdict.score <= 1
    assert verdict.passed == (verdict.score == 1)
    assert verdict.reason


def test_a_thousand_calls_get_a_short_verdict():
    many = reply(*(call(f"tool{n}", text="x" * 1_000) for n in range(1_000)))
    for matcher in MATCHERS:
        verdict = matcher.check(many)
        assert len(verdict.reason) < 1_000
        assert sum(len(each.text) for each in verdict.evidence) < 30_000


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: calls_tool(""), "calls_tool: name: '' is no tool's name"),
        (lambda: calls_tool(3), "calls_tool: name: 3 is no tool's name"),
        (lambda: calls_tool("f", "a"), "calls_tool: args is 'a'; expected argument names with values or matchers"),
        (lambda: calls_tool("f", {1: 2}), "calls_tool: args has the name 1"),
        (lambda: calls_tool("f", {"a": {2}}), r"calls_tool: args\['a'\] is \{2\}, which JSON cannot hold"),
        (lambda: calls_tool("f", {"type": "object", "required": 3}), "calls_tool: args is no schema of arguments; "),
        (lambda: calls_tool("f", int), "calls_tool: args is no schema of arguments; "),
        (calls_tools, r"calls_tools\(\) needs at least one tool's name"),
        (lambda: calls_tools("a", order="exact"), "calls_tools: order is 'exact'; .*Known: strict, any, subset"),
        (never_calls, r"never_calls\(\) needs at least one tool's name; max_steps\(0\) asks for no call at all"),
        (lambda: never_calls(None), "never_calls: None is no tool's name"),
        (lambda: max_steps(-1), "max_steps: n is -1; expected a whole number, 0 or more"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


@pytest.mark.parametrize(
    ("matcher", "written"),
    [
        (calls_tool("f"), "calls_tool('f')"),
        (calls_tool("f", {"a": mentions("x")}), "calls_tool('f', {'a': mentions('x')})"),
        (calls_tool("f", City), "calls_tool('f', City)"),
        (calls_tools("a", "b"), "calls_tools('a', 'b')"),
        (calls_tools("a", order="any"), "calls_tools('a', order='any')"),
        (never_calls("a"), "never_calls('a')"),
        (max_steps(3), "max_steps(3)"),
    ],
)
def test_they_print_as_the_call(matcher, written):
    assert repr(matcher) == written
