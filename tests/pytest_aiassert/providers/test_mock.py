from __future__ import annotations

import asyncio
import re
import threading
import time
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import CutStreamError, OverloadedError, ProviderTimeoutError, RateLimitError
from assistant.messages import Chunk, Completion, Message, Request, Tool, ToolCall, Usage
from assistant.protocols import Provider
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers import MockProvider
from pytest_aiassert.wire import Fault, Template, WireResponse

CALL = ToolCall(id="c1", name="add", arguments={"a": 1})


@pytest.fixture
def mock() -> MockProvider:
    return MockProvider()


def test_is_a_provider(mock: MockProvider) -> None:
    assert isinstance(mock, Provider)
    mock.close()
    assert repr(mock) == "<MockProvider mock:mock, 0 calls>"


def test_one_reply_answers_every_call(mock: MockProvider) -> None:
    mock.reply("hello")
    assert [mock.complete("a").text, mock.complete("b").text] == ["hello", "hello"]


def test_several_replies_answer_in_order_and_running_out_says_so(mock: MockProvider) -> None:
    mock.reply("one", "two")
    assert [mock.complete("a").text, mock.complete("b").text] == ["one", "two"]
    with pytest.raises(UsageError, match=r"mock_ai has 2 replies and call 3 asks for one more.*The prompt was 'c'"):
        mock.complete("c")


def test_a_later_reply_replaces_an_earlier_one(mock: MockProvider) -> None:
    mock.reply("one", "two")
    mock.complete("a")
    mock.reply("new")
    assert mock.complete("b").text == "new"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("hi", Completion(text="hi", model="mock", latency=0.0, cost=0.0)),
        ("", Completion(model="mock", latency=0.0, cost=0.0)),
        (Completion(text="own", model="mine"), Completion(text="own", model="mine")),
        (CALL, Completion(tool_calls=(CALL,), finish_reason="tool_calls", model="mock", latency=0.0, cost=0.0)),
        (
            [CALL, CALL],
            Completion(tool_calls=(CALL, CALL), finish_reason="tool_calls", model="mock", latency=0.0, cost=0.0),
        ),
        (lambda request: request.prompt.upper(), Completion(text="QUESTION", model="mock", latency=0.0, cost=0.0)),
        (lambda _: Completion(text="made"), Completion(text="made")),
    ],
)
def test_what_a_reply_may_be(mock: MockProvider, reply: Any, expected: Completion) -> None:
    assert mock.reply(reply).complete("question") == expected


@pytest.mark.parametrize("reply", [7, None, b"bytes", [CALL, "x"], [], Completion])
def test_what_a_reply_may_not_be(mock: MockProvider, reply: Any) -> None:
    with pytest.raises(UsageError, match=r"reply\(\) takes str, Completion, ToolCall"):
        mock.reply(reply)


def test_no_reply_at_all_is_an_error(mock: MockProvider) -> None:
    with pytest.raises(UsageError, match="at least one reply"):
        mock.reply()


def test_calls_are_kept_in_order(mock: MockProvider) -> None:
    mock.reply("hi")
    tool = Tool(name="t")
    mock.complete("one", tools=[tool], temperature=0.5)
    mock.complete([Message(role="system", content="s"), Message(role="user", content="two")])
    assert [call.prompt for call in mock.calls] == ["one", "two"]
    assert mock.calls[0] == Request(
        messages=(Message(role="user", content="one"),), tools=(tool,), parameters={"temperature": 0.5}
    )
    assert repr(mock) == "<MockProvider mock:mock, 2 calls>"


def test_rules_look_at_the_last_question(mock: MockProvider) -> None:
    mock.when(r"refund").reply("money").when(re.compile("HELLO", re.IGNORECASE)).reply("hi")
    mock.when(lambda request: request.parameters.get("temperature") == 1).reply("hot")
    mock.reply("other")
    assert mock.complete("a refund please").text == "money"
    assert mock.complete("hello").text == "hi"
    assert mock.complete("x", temperature=1).text == "hot"
    assert mock.complete([Message(role="user", content="refund"), Message(role="user", content="x")]).text == "other"


def test_the_first_rule_that_matches_answers(mock: MockProvider) -> None:
    mock.when("a").reply("first").when("ab").reply("second")
    assert mock.complete("ab").text == "first"


def test_the_same_pattern_again_changes_its_rule(mock: MockProvider) -> None:
    mock.when("a").reply("old")
    mock.when("a").reply("new")
    mock.when("a").fail(429, times=1)
    with pytest.raises(RateLimitError):
        mock.complete("a")
    assert mock.complete("a").text == "new"


def test_a_rule_without_a_reply_left_gives_way(mock: MockProvider) -> None:
    mock.when("a").fail("overloaded", times=1).reply("plain")
    with pytest.raises(OverloadedError):
        mock.complete("a")
    assert mock.complete("a").text == "plain"


def test_a_rules_replies_run_out_by_name(mock: MockProvider) -> None:
    mock.when("a+").reply("1", "2")
    mock.complete("a")
    mock.complete("a")
    with pytest.raises(UsageError, match=re.escape("when('a+') has 2 replies and call 3")):
        mock.complete("a")


def test_nothing_scripted_names_patterns_and_prompt(mock: MockProvider) -> None:
    with pytest.raises(UsageError, match=r"the mock has no reply to 'hello'; script one"):
        mock.complete("hello")

    def is_long(request: Request) -> bool:
        return len(request.prompt) > 1000

    mock.when("refund").reply("x").when(is_long).reply("y")
    with pytest.raises(UsageError) as raised:
        mock.complete("hello")
    assert "none of these matched: when('refund'), when(is_long)" in str(raised.value)


@pytest.mark.parametrize("pattern", ["(", 7])
def test_a_pattern_that_is_none_is_reported_where_it_stands(mock: MockProvider, pattern: Any) -> None:
    with pytest.raises(UsageError, match="not a regular expression"):
        mock.when(pattern)


def test_fails_for_ever_or_a_number_of_times(mock: MockProvider) -> None:
    mock.fail("timeout")
    for _ in range(3):
        with pytest.raises(ProviderTimeoutError):
            mock.complete("a")
    mock.reply("ok").fail(429, times=2, retry_after=1.5)
    for _ in range(2):
        with pytest.raises(RateLimitError) as raised:
            mock.complete("a")
        assert raised.value.retry_after == 1.5
    assert mock.complete("a").text == "ok"


def test_a_sequence_may_hold_failures(mock: MockProvider) -> None:
    mock.reply(ValueError("mine"), "ok")
    with pytest.raises(ValueError, match="mine"):
        mock.complete("a")
    assert mock.complete("a").text == "ok"


def test_failing_no_times_is_an_error(mock: MockProvider) -> None:
    with pytest.raises(UsageError, match="fails nothing"):
        mock.fail(500, times=0)


def test_reset_forgets_everything(mock: MockProvider) -> None:
    mock.reply("a").when("x").reply("b")
    mock.complete("x")
    mock.reset()
    assert mock.calls == ()
    with pytest.raises(UsageError):
        mock.complete("x")


def test_streams_in_pieces_that_end_with_how_it_ended(mock: MockProvider) -> None:
    usage = Usage(output_tokens=3)
    mock.reply(Completion(text="Hello there, extraordinarily long", usage=usage, finish_reason="length"))
    chunks = list(mock.stream("x"))
    assert [chunk.text for chunk in chunks] == ["Hello", " there,", " extraord", "inarily", " long", ""]
    assert chunks[-1] == Chunk(usage=usage, finish_reason="length")


@given(st.text(max_size=200))
def test_the_pieces_of_a_stream_are_its_text(text: str) -> None:
    mock = MockProvider().reply(text)
    first, second = list(mock.stream("x")), list(mock.stream("x"))
    assert "".join(chunk.text for chunk in first) == text
    assert first == second


def test_streams_take_the_time_that_the_reply_says(mock: MockProvider) -> None:
    told = Completion(text="one two three", latency=1.0, first_token=0.4)
    chunks = list(mock.reply(told).stream("x"))
    assert [chunk.elapsed for chunk in chunks] == pytest.approx([0.4, 0.6, 0.8, 1.0])
    reply = Completion.of_chunks(chunks)
    assert (reply.first_token, reply.latency) == (0.4, 1.0)
    untold = Completion.of_chunks(mock.reply(Completion(text="one")).stream("x"))
    assert (untold.first_token, untold.latency) == (None, None)


def test_streams_tool_calls_last(mock: MockProvider) -> None:
    end = Chunk(tool_calls=(CALL,), usage=Usage(), cost=0.0, finish_reason="tool_calls", elapsed=0.0)
    assert list(mock.reply(CALL).stream("x")) == [end]


def test_a_cut_stream_gives_a_part_first(mock: MockProvider) -> None:
    mock.fail(CutStreamError("cut", text="half a"))
    got: list[str] = []
    with pytest.raises(CutStreamError) as raised:
        got.extend(chunk.text for chunk in mock.stream("x"))
    assert "".join(got) == raised.value.text == "half a"
    mock.fail("cut")
    with pytest.raises(CutStreamError) as raised:
        list(mock.stream("x"))
    assert raised.value.text
    mock.fail(503)
    with pytest.raises(OverloadedError):
        list(mock.stream("x"))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_callers(mock: MockProvider, backend: str) -> None:
    mock.reply("whole", "a stream").fail(429, times=1)

    async def main() -> tuple[str, str]:
        with pytest.raises(RateLimitError):
            await mock.acomplete("x")
        whole = await mock.acomplete("x")
        streamed = [chunk.text async for chunk in mock.astream("x")]
        mock.fail("cut")
        with pytest.raises(CutStreamError):
            _ = [chunk async for chunk in mock.astream("x")]
        return whole.text, "".join(streamed)

    assert anyio.run(main, backend=backend) == ("whole", "a stream")


def test_latency_is_waited_for_and_reported() -> None:
    mock = MockProvider(latency=0.03).reply("one two three")
    started = time.perf_counter()
    assert mock.complete("x").latency == 0.03
    assert len(list(mock.stream("x"))) == 4
    assert time.perf_counter() - started >= 0.06


def test_a_hundred_slow_calls_wait_side_by_side() -> None:
    mock = MockProvider(latency=0.05).reply("x")

    async def one() -> None:
        await mock.acomplete("x")
        assert "".join([chunk.text async for chunk in mock.astream("x")]) == "x"

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(100)))

    started = time.perf_counter()
    asyncio.run(main())
    assert time.perf_counter() - started < 2.5  # one after the other: 10 s
    assert len(mock.calls) == 200


def test_sync_calls_start_no_thread(mock: MockProvider) -> None:
    before = threading.active_count()
    mock.reply("x").complete("x")
    list(mock.stream("x"))
    assert threading.active_count() == before


def test_a_dict_and_a_template_are_replies_here_too(mock: MockProvider) -> None:
    mock.reply({"a": 1}, Template("{{ prompt }}!"))
    assert [mock.complete("x").text, mock.complete("Hi").text] == ['{"a": 1}', "Hi!"]


def test_a_reply_is_cut_after_as_many_pieces_as_were_said(mock: MockProvider) -> None:
    mock.reply("one two three four").fail("cut", at=3)
    got: list[str] = []
    with pytest.raises(CutStreamError) as raised:
        got.extend(chunk.text for chunk in mock.stream("x"))
    assert got == ["one", " two", " three"]
    assert raised.value.text == "one two three"


def test_an_event_comes_twice(mock: MockProvider) -> None:
    mock.reply("one two").fail("duplicated", at=1)
    assert [chunk.text for chunk in mock.stream("x")] == ["one", "one", " two", ""]
    assert mock.complete("x").text == "one two"


def test_usage_is_missing(mock: MockProvider) -> None:
    mock.reply(Completion(text="x", usage=Usage(output_tokens=3))).fail("no_usage", times=2)
    assert mock.complete("x").usage == Usage()
    assert list(mock.stream("x"))[-1].usage is None
    assert mock.complete("x").usage.output_tokens == 3


def test_slow_replies_are_waited_for(mock: MockProvider) -> None:
    mock.reply("one two").fail("slow", seconds=0.01).fail("slow_start", seconds=0.03)
    started = time.perf_counter()
    moments = [time.perf_counter() - started for _ in mock.stream("x")]
    assert moments[0] >= 0.04
    assert moments[-1] - moments[0] >= 0.02
    started = time.perf_counter()
    mock.complete("x")
    assert time.perf_counter() - started >= 0.04


def test_a_fault_among_the_replies(mock: MockProvider) -> None:
    mock.reply("one", Fault("rate_limited", retry_after=2), "two")
    assert mock.complete("x").text == "one"
    with pytest.raises(RateLimitError) as raised:
        mock.complete("x")
    assert raised.value.retry_after == 2
    assert mock.complete("x").text == "two"


def test_faults_alone_are_no_reply(mock: MockProvider) -> None:
    mock.fail("slow", seconds=0)
    with pytest.raises(UsageError, match="the mock has no reply to 'x'"):
        mock.complete("x")


def test_bytes_for_the_wire_are_no_reply_here(mock: MockProvider) -> None:
    mock.reply(WireResponse())
    with pytest.raises(UsageError, match="a WireResponse is for ai_wire"):
        mock.complete("x")


def test_unused_replies_are_told(mock: MockProvider) -> None:
    mock.when("a").reply("b").reply("c", "d")
    mock.complete("x")
    with pytest.raises(AssertionError, match=r"mock_ai\.when\('a'\): its reply was never asked for"):
        mock.assert_all_used()
