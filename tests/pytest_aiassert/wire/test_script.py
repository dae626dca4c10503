from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assistant.messages import Completion, Request, Tool, ToolCall, as_request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import Fault, injection
from pytest_aiassert.wire.script import Script, forced_tool

REQUEST = as_request("what?")


def _said(script: Script, request: Request = REQUEST) -> Any:
    return script.next(request, "mock").reply


def test_is_empty_until_it_has_something_to_say() -> None:
    script = Script()
    assert script.empty
    script.fail(injection(429, times=1))
    assert not script.empty
    assert _said(script) == Fault("rate_limited")
    assert script.empty


def test_a_function_may_not_return_just_anything() -> None:
    script = Script()
    script.reply(lambda _: 7)  # type: ignore[arg-type,return-value]  the point of the test
    with pytest.raises(UsageError, match=r"the function given to mock_ai\.reply\(\) returned int"):
        script.next(REQUEST, "mock_ai")


def test_ten_threads_get_each_reply_once() -> None:
    script = Script()
    script.reply(*(str(number) for number in range(200)))

    with ThreadPoolExecutor(10) as pool:
        taken = pool.map(lambda _: str(_said(script)), range(200))
        assert sorted(taken, key=int) == [str(number) for number in range(200)]


def test_a_reply_is_made_once() -> None:
    script = Script()
    script.reply("same")
    first = _said(script)
    assert isinstance(first, Completion)
    assert _said(script) is first


def test_faults_of_some_calls_come_in_the_order_given() -> None:
    script = Script()
    script.reply("fine")
    script.fail(injection(500, times=1))
    script.fail(injection("timeout", times=2))
    said = [_said(script) for _ in range(4)]
    assert [str(one) for one in said] == ["server_error", "timeout", "timeout", "fine"]


def test_a_quota_lets_calls_through_before_it_ends() -> None:
    script = Script()
    script.reply("fine")
    script.fail(injection("quota", after=2))
    assert [str(_said(script)) for _ in range(4)] == ["fine", "fine", "quota", "quota"]


def test_a_rate_is_repeatable_by_its_seed() -> None:
    def run(seed: int) -> list[bool]:
        script = Script()
        script.reply("fine")
        script.fail(injection(503, rate=0.3, seed=seed))
        return [isinstance(_said(script), Fault) for _ in range(300)]

    assert run(1) == run(1) != run(2)
    assert 60 < sum(run(1)) < 120


def test_a_later_reply_ends_a_fault_of_every_call_but_not_one_of_some() -> None:
    script = Script()
    script.fail(injection("timeout"))
    script.reply("fine")
    assert str(_said(script)) == "fine"
    script.fail(injection(500, times=1))
    script.reply("fine")
    assert isinstance(_said(script), Fault)


def test_what_spoils_a_reply_stays_when_another_is_scripted() -> None:
    script = Script()
    script.fail(injection("slow", seconds=0))
    script.reply("one", "two")
    turns = [script.next(REQUEST, "mock") for _ in range(2)]
    assert [str(turn.reply) for turn in turns] == ["one", "two"]
    assert all(turn.faults == (Fault("slow", seconds=0),) for turn in turns)


def test_a_reply_that_does_not_arrive_is_there_for_the_next_call() -> None:
    script = Script()
    script.reply("one", "two")
    script.fail(injection("cut", times=1))
    assert [str(_said(script)) for _ in range(3)] == ["one", "one", "two"]


def test_unused_replies_and_faults_are_told() -> None:
    script = Script()
    assert script.unused("mock") == []
    script.reply("one", "two", "three")
    script.fail(injection("cut", after=9))
    assert str(_said(script)) == "one"
    script.fail(injection(529, times=2))
    assert script.unused("mock") == [
        "mock: 2 of 3 replies never asked for",
        "mock: fault cut never happened",
        "mock: fault overloaded (529) never happened",
    ]
    script.reply("only")
    assert "mock: its reply was never asked for" in script.unused("mock")


def test_a_fault_that_lets_the_reply_arrive_is_no_reply() -> None:
    with pytest.raises(UsageError, match=r"use \.fail\('slow'\)"):
        Script().reply(Fault("slow"))


def test_a_dict_is_json_text_or_what_the_forced_tool_is_called_with() -> None:
    script = Script()
    script.reply({"name": "Zoë", "age": 7})
    assert str(_said(script)) == '{"name": "Zoë", "age": 7}'
    forced = Request(messages=REQUEST.messages, parameters={"tool_choice": {"type": "tool", "name": "person"}})
    assert _said(script, forced).tool_calls == (ToolCall(id="", name="person", arguments={"name": "Zoë", "age": 7}),)


def test_a_dict_that_json_cannot_hold_is_refused() -> None:
    script = Script()
    script.reply({"when": object()})
    with pytest.raises(UsageError, match="holds a object, which JSON cannot hold"):
        _said(script)


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({}, ""),
        ({"tool_choice": "auto"}, ""),
        ({"tool_choice": "required"}, "only"),
        ({"tool_choice": "any"}, "only"),
        ({"tool_choice": {"type": "any"}}, "only"),
        ({"tool_choice": {"type": "auto"}}, ""),
        ({"tool_choice": {"type": "tool", "name": "a"}}, "a"),
        ({"tool_choice": {"type": "function", "name": "a"}}, "a"),
        ({"tool_choice": {"type": "function", "function": {"name": "a"}}}, "a"),
        ({"tool_choice": {"type": "function", "function": None}}, ""),
        ({"tool_choice": 7}, ""),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}, "only"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["a"]}}}, "a"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "AUTO"}}}, ""),
        ({"toolConfig": 7}, ""),
    ],
)
def test_a_tool_is_forced_in_the_words_of_every_api(parameters: dict[str, Any], name: str) -> None:
    assert forced_tool(Request(messages=(), tools=(Tool(name="only"),), parameters=parameters)) == name
