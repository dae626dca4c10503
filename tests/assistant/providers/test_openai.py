"""The provider against a real server on a loopback port."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import httpx2
import pytest
from tests.assistant.conftest import LoopbackServer, completion, delta, events, say
from tests.assistant.providers.conftest import Connect

from assistant.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    CutStreamError,
    MalformedReplyError,
)
from assistant.messages import Message, Tool, ToolCall, Usage
from assistant.providers.openai import OpenAIProvider


def test_completes(server: LoopbackServer, connect: Connect) -> None:
    server.reply("hello")
    reply = connect(api_key="sk-test", price=lambda _, usage: 0.5 * usage.output_tokens).complete("hi", temperature=0.2)
    assert (reply.text, reply.model, reply.finish_reason, reply.cost) == ("hello", "tiny", "stop", 1.0)
    assert reply.usage == Usage(input_tokens=4, output_tokens=2)
    assert reply.latency is not None
    assert 0 < reply.latency < 5
    seen = server.seen[0]
    assert (seen.method, seen.path) == ("POST", "/v1/chat/completions")
    assert seen.headers["authorization"] == "Bearer sk-test"
    assert seen.body == {"model": "tiny", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.2}


def test_sends_no_key_where_there_is_none(server: LoopbackServer, connect: Connect) -> None:
    server.reply("hello")
    connect().complete("hi")
    assert "authorization" not in server.seen[0].headers


def test_one_connection_serves_many_calls(server: LoopbackServer, connect: Connect) -> None:
    ports: list[int] = []
    answer = say(completion("hi"))
    server.answer(lambda handler: (ports.append(handler.client_address[1]), answer(handler))[1])
    provider = connect()
    for _ in range(3):
        provider.complete("hi")
    assert len(set(ports)) == 1


def test_a_stream_read_to_its_end_gives_its_connection_back(server: LoopbackServer, connect: Connect) -> None:
    ports: list[int] = []
    answer = events(delta("hi"), delta(finish="stop"))
    server.answer(lambda handler: (ports.append(handler.client_address[1]), answer(handler))[1])
    provider = connect()
    for _ in range(3):
        assert "".join(map(str, provider.stream("hi"))) == "hi"
    assert len(set(ports)) == 1


def test_streams(server: LoopbackServer, connect: Connect) -> None:
    usage = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    server.answer(
        events({"choices": []}, delta("", role="assistant"), delta("he"), delta("llo"), delta(finish="stop"), usage)
    )
    chunks = list(connect(price=lambda _, usage: 0.5 * usage.output_tokens).stream("hi"))
    assert [c.text for c in chunks if c.text] == ["he", "llo"]
    assert [c.cost for c in chunks if c.cost is not None] == [1.0]
    assert [c.finish_reason for c in chunks if c.finish_reason] == ["stop"]
    assert [c.usage for c in chunks if c.usage] == [Usage(input_tokens=3, output_tokens=2)]
    assert server.seen[0].body["stream"] is True
    assert server.seen[0].body["stream_options"] == {"include_usage": True}


def test_pieces_arrive_before_the_stream_ends(server: LoopbackServer, connect: Connect) -> None:
    more = threading.Event()
    server.answer(events(delta("first"), end="", hang=more, cut=True))
    stream = connect().stream("hi")
    assert next(stream).text == "first"
    more.set()
    with pytest.raises(CutStreamError):
        next(stream)


def test_a_stream_can_be_left_early(server: LoopbackServer, connect: Connect) -> None:
    more = threading.Event()
    server.answer(events(delta("a"), delta("b"), end="", hang=more))
    provider = connect()
    for chunk in provider.stream("hi"):
        assert chunk.text == "a"
        break
    more.set()
    server.reply("next")
    assert provider.complete("hi").text == "next"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_works_on_any_event_loop(server: LoopbackServer, connect: Connect, backend: str) -> None:
    server.answer(say(completion("whole")), events(delta("stre"), delta("amed"), delta(finish="stop")))

    async def main() -> tuple[str, str]:
        async with connect() as provider:
            whole = await provider.acomplete("hi")
            pieces = [chunk.text async for chunk in provider.astream("hi")]
            return whole.text, "".join(pieces)

    assert anyio.run(main, backend=backend) == ("whole", "streamed")


def test_many_loops_share_one_provider(server: LoopbackServer, connect: Connect) -> None:
    server.reply("hi")
    provider = connect()

    async def main() -> str:
        text = (await provider.acomplete("hi")).text
        await provider.aclose()
        return text

    assert [anyio.run(main) for _ in range(3)] == ["hi"] * 3
    assert provider.complete("hi").text == "hi"


def test_calls_a_tool_and_reads_its_result(server: LoopbackServer, connect: Connect) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1, "b": 2}'}}
    server.answer(say(completion(None, finish="tool_calls", tool_calls=[call])), say(completion("3")))
    provider = connect()
    tool = Tool(name="add", description="Adds.", parameters={"type": "object"})
    asked = provider.complete("1 + 2?", tools=[tool])
    assert asked.finish_reason == "tool_calls"
    assert asked.tool_calls == (
        ToolCall(id="c1", name="add", arguments={"a": 1, "b": 2}, raw_arguments='{"a": 1, "b": 2}'),
    )
    conversation = [
        Message(role="user", content="1 + 2?"),
        Message(role="assistant", tool_calls=asked.tool_calls),
        Message(role="tool", content="3", tool_call_id="c1"),
    ]
    assert provider.complete(conversation, tools=[tool]).text == "3"
    assert server.seen[0].body["tools"] == [
        {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": {"type": "object"}}}
    ]
    assert server.seen[1].body["messages"] == [
        {"role": "user", "content": "1 + 2?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "3", "tool_call_id": "c1"},
    ]


def test_structured_output_is_asked_for_as_given(server: LoopbackServer, connect: Connect) -> None:
    server.reply('{"a": 1}')
    wish = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    connect().complete("hi", response_format=wish)
    assert server.seen[0].body["response_format"] == wish


@pytest.mark.parametrize("key", ["a b", "a\nb", "clé"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(key: str) -> None:
    with pytest.raises(ConfigurationError, match="copy it again") as raised:
        OpenAIProvider(model="m", api_key=key)
    assert key not in str(raised.value)


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_a_parameter_that_is_no_json_is_a_bad_request(server: LoopbackServer, connect: Connect, value: Any) -> None:
    with pytest.raises(BadRequestError, match="cannot be written as JSON"):
        connect().complete("hi", odd=value)
    assert server.seen == []


def test_half_a_surrogate_pair_travels(server: LoopbackServer, connect: Connect) -> None:
    server.reply("\ud83d")
    assert connect().complete("a\ud83db").text == "\ud83d"
    assert server.seen[0].body["messages"][0]["content"] == "a\ud83db"


def test_an_address_that_is_none(connect: Connect) -> None:
    with pytest.raises(BadRequestError, match="not a usable address"):
        connect(base_url="ftp://127.0.0.1/v1").complete("hi")
    with pytest.raises(BadRequestError, match="not a usable address"):
        connect(base_url="http://[::1/v1").complete("hi")


def test_openai_itself_gets_the_newer_name_of_max_tokens() -> None:
    seen: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content)
        return httpx2.Response(200, json=completion("hi"))

    with OpenAIProvider(model="gpt-5.1", transport=lambda: httpx2.MockTransport(answer)) as provider:
        provider.complete("hi", max_tokens=5)
    assert b'"max_completion_tokens": 5' in seen[0]
    assert b'"max_tokens"' not in seen[0]


def test_others_get_max_tokens(server: LoopbackServer, connect: Connect) -> None:
    server.reply("hi")
    connect().complete("hi", max_tokens=5)
    assert server.seen[0].body["max_tokens"] == 5


def test_lists_models(server: LoopbackServer, connect: Connect) -> None:
    server.answer(say({"data": [{"id": "a"}, {"id": "b"}]}), say({"data": 1}), say("no", 401))
    provider = connect(api_key="k")
    assert provider.models() == ("a", "b")
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/v1/models")
    with pytest.raises(MalformedReplyError, match="not a list of models"):
        provider.models()
    with pytest.raises(AuthenticationError):
        provider.models()


def test_close_twice_is_harmless_and_it_can_be_used_again(server: LoopbackServer, connect: Connect) -> None:
    server.reply("hi")
    provider = connect()
    assert provider.complete("hi").text == "hi"
    provider.close()
    provider.close()
    assert provider.complete("hi").text == "hi"
    assert repr(provider) == "<OpenAIProvider openai:tiny>"
