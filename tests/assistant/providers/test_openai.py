"""The provider against a real server on a loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import httpx2
import pytest
from tests.assistant.conftest import LoopbackServer, completion, delta, events, say

from assistant.errors import (
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ContentRefusedError,
    ContextLengthError,
    CutStreamError,
    MalformedReplyError,
    OverloadedError,
    ProviderConnectionError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitError,
)
from assistant.messages import Message, Tool, ToolCall, Usage
from assistant.providers.openai import OpenAIProvider

Connect = Callable[..., OpenAIProvider]


@pytest.fixture
def connect(server: LoopbackServer) -> Iterator[Connect]:
    opened: list[OpenAIProvider] = []

    def open_one(**options: Any) -> OpenAIProvider:
        opened.append(OpenAIProvider(**{"model": "tiny", "base_url": server.base_url, "timeout": 5.0, **options}))
        return opened[-1]

    yield open_one
    for provider in opened:
        provider.close()


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
    chunks = list(connect().stream("hi"))
    assert [c.text for c in chunks if c.text] == ["he", "llo"]
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


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, {"error": {"message": "bad key", "code": "invalid_api_key"}}, AuthenticationError, "check the API key"),
        (403, "no", AuthenticationError, "HTTP 403: no"),
        (404, {"error": {"message": "no such model"}}, BadRequestError, "no such model"),
        (400, {"error": {"code": "context_length_exceeded", "message": "too long"}}, ContextLengthError, "too long"),
        (400, {"error": {"message": "the request exceeds the available context size"}}, ContextLengthError, "size"),
        (400, {"error": {"code": "content_policy_violation"}}, ContentRefusedError, "content_policy"),
        (400, {"detail": "odd"}, BadRequestError, "odd"),
        (400, ["odd"], BadRequestError, "odd"),
        (422, b"", BadRequestError, "no body"),
        (429, {"error": {"message": "slow down"}}, RateLimitError, "slow down"),
        (500, b"\xff\xfe\x00", OverloadedError, "HTTP 500"),
        (503, "<html>busy</html>", OverloadedError, "busy"),
        (504, "late", ProviderTimeoutError, "late"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_an_http_error_becomes_the_error_that_says_what_to_do(
    server: LoopbackServer, connect: Connect, status: int, body: Any, kind: type, words: str, streamed: bool
) -> None:
    server.answer(say(body, status))
    provider = connect()
    with pytest.raises(ProviderError) as raised:
        list(provider.stream("hi")) if streamed else provider.complete("hi")
    assert type(raised.value) is kind
    assert raised.value.status == status
    assert raised.value.provider == "openai"
    assert words in str(raised.value)


def test_a_rate_limit_says_how_long_to_wait(server: LoopbackServer, connect: Connect) -> None:
    server.answer(say({"error": {"message": "slow"}}, 429, retry_after="2.5"))
    with pytest.raises(RateLimitError) as raised:
        connect().complete("hi")
    assert raised.value.retry_after == 2.5


def test_a_refusal_is_a_reply(server: LoopbackServer, connect: Connect) -> None:
    server.answer(
        say(completion(None, refusal="I will not.")),
        say(completion("", finish="content_filter")),
        events(delta(refusal="I will"), delta(refusal=" not."), delta(finish="stop")),
    )
    provider = connect()
    first, second = provider.complete("hi"), provider.complete("hi")
    assert (first.text, first.finish_reason) == ("I will not.", "refused")
    assert (second.text, second.finish_reason) == ("", "refused")
    chunks = list(provider.stream("hi"))
    assert "".join(c.text for c in chunks) == "I will not."
    assert "refused" in [c.finish_reason for c in chunks]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (say("<html><title>Welcome</title></html>", content_type="text/html"), "text/html): <html>"),
        (say(b""), "an empty body"),
        (say('{"choices": ['), "not JSON"),
        (say("[" * 100_000), "not JSON"),
        (say(b"\xff\xfe\x00\x01"), "not JSON"),
        (say([1, 2]), "not a chat completion"),
        (say(None), "not a chat completion"),
        (say({}), "KeyError: 'choices'"),
        (say({"choices": []}), "IndexError"),
        (say({"choices": [{"message": {"content": 7}}]}), "expected text, not int"),
        (say({"choices": [{"message": {"tool_calls": [{"id": "x"}]}}]}), "'function'"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_an_answer_in_another_format_is_malformed(
    server: LoopbackServer, connect: Connect, answer: Any, words: str, streamed: bool
) -> None:
    server.answer(answer)
    provider = connect()
    with pytest.raises(MalformedReplyError) as raised:
        list(provider.stream("hi")) if streamed else provider.complete("hi")
    assert words in str(raised.value)
    assert len(str(raised.value)) < 800


def test_an_error_in_a_good_response_is_raised(server: LoopbackServer, connect: Connect) -> None:
    server.answer(say({"error": {"message": "the model crashed"}}))
    with pytest.raises(ProviderError, match="the model crashed"):
        connect().complete("hi")


def test_a_server_that_does_not_stream_is_understood(server: LoopbackServer, connect: Connect) -> None:
    server.reply("all at once")
    chunks = list(connect().stream("hi"))
    assert [c.text for c in chunks] == ["all at once", ""]
    assert chunks[-1].finish_reason == "stop"
    server.answer(say(completion("")))
    assert [c.text for c in connect().stream("hi")] == [""]


def test_a_reply_of_ten_megabytes_arrives_whole(server: LoopbackServer, connect: Connect) -> None:
    text = "x" * 10_000_000
    server.answer(say(completion(text)), events(delta(text), delta(finish="stop")))
    provider = connect()
    assert provider.complete("hi").text == text
    assert "".join(map(str, provider.stream("hi"))) == text


@pytest.mark.parametrize("cut", [False, True])
def test_a_stream_without_an_end_mark_is_cut(server: LoopbackServer, connect: Connect, cut: bool) -> None:
    server.answer(events(delta("half of i"), end="", cut=cut))
    got: list[str] = []
    with pytest.raises(CutStreamError) as raised:
        got.extend(map(str, connect().stream("hi")))
    assert raised.value.text == "half of i"
    assert "9 characters" in str(raised.value)


def test_a_finish_reason_is_end_mark_enough(server: LoopbackServer, connect: Connect) -> None:
    server.answer(events(delta("all"), delta(finish="length"), end=""))
    assert [c.finish_reason for c in connect().stream("hi")] == [None, "length"]


@pytest.mark.parametrize("data", ["{", "[1]", '{"choices": [1]}', "7", '{"choices": [{"delta": {"content": 1}}]}'])
def test_a_broken_event_is_malformed(server: LoopbackServer, connect: Connect, data: str) -> None:
    server.answer(events(delta("ok"), data))
    with pytest.raises(MalformedReplyError, match="an event of the stream"):
        list(connect().stream("hi"))


def test_an_error_event_is_raised(server: LoopbackServer, connect: Connect) -> None:
    server.answer(events(delta("ok"), {"error": {"message": "context window exceeded"}}))
    with pytest.raises(ContextLengthError, match="context window"):
        list(connect().stream("hi"))


def test_nobody_there(connect: Connect) -> None:
    provider = connect(base_url="http://127.0.0.1:9/v1")
    for ask in (lambda: provider.complete("hi"), lambda: list(provider.stream("hi"))):
        with pytest.raises(ProviderConnectionError, match=r"cannot reach http://127\.0\.0\.1:9/v1") as raised:
            ask()
        assert "is the server running" in str(raised.value)


def test_an_unknown_host(connect: Connect) -> None:
    with pytest.raises(ProviderConnectionError, match="cannot reach"):
        connect(base_url="http://no-such-host.invalid/v1").complete("hi")


def test_a_connection_that_breaks_before_the_answer(server: LoopbackServer, connect: Connect) -> None:
    server.answer(lambda handler: setattr(handler, "close_connection", True))
    with pytest.raises(ProviderConnectionError, match="the connection broke"):
        connect().complete("hi")


def test_a_body_that_breaks_off(server: LoopbackServer, connect: Connect) -> None:
    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices"')
        handler.close_connection = True

    server.answer(half)
    with pytest.raises(ProviderConnectionError, match="the connection broke"):
        connect().complete("hi")


def test_a_body_in_a_broken_encoding(server: LoopbackServer, connect: Connect) -> None:
    server.answer(say(b"not gzip", content_encoding="gzip"))
    with pytest.raises(MalformedReplyError, match="cannot be decoded"):
        connect().complete("hi")


@pytest.mark.parametrize("streamed", [False, True])
def test_a_silent_server_times_out(server: LoopbackServer, connect: Connect, streamed: bool) -> None:
    waiting = threading.Event()
    server.answer(lambda handler: (waiting.wait(5), setattr(handler, "close_connection", True))[1])
    provider = connect(timeout=0.1)
    with pytest.raises(ProviderTimeoutError, match="ASSISTANT_TIMEOUT"):
        list(provider.stream("hi")) if streamed else provider.complete("hi")
    waiting.set()


def test_a_stream_that_stops_moving_times_out(server: LoopbackServer, connect: Connect) -> None:
    waiting = threading.Event()
    server.answer(events(delta("a"), end="", hang=waiting, cut=True))
    with pytest.raises(CutStreamError, match="after 1 characters"):
        list(connect(timeout=0.1).stream("hi"))
    waiting.set()


def _drip(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("connection", "close")
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b": still here\n")
        handler.wfile.flush()
        time.sleep(0.02)
    handler.close_connection = True


@pytest.mark.parametrize("streamed", [False, True])
def test_a_dripping_server_meets_the_total_time_out(server: LoopbackServer, connect: Connect, streamed: bool) -> None:
    server.answer(_drip)
    provider = connect(total_timeout=0.2)
    with pytest.raises(ProviderTimeoutError, match=r"within 0\.2 s"):
        list(provider.stream("hi")) if streamed else provider.complete("hi")


def test_headers_that_never_come_meet_the_total_time_out(server: LoopbackServer, connect: Connect) -> None:
    waiting = threading.Event()
    server.answer(lambda handler: (waiting.wait(5), setattr(handler, "close_connection", True))[1])
    provider = connect(total_timeout=0.1)
    with pytest.raises(ProviderTimeoutError, match=r"within 0\.1 s"):
        list(provider.stream("hi"))
    with pytest.raises(ProviderTimeoutError, match=r"within 0\.1 s"):
        provider.models()
    waiting.set()


def test_a_redirect_is_refused_and_the_key_stays(server: LoopbackServer, connect: Connect) -> None:
    server.answer(say("", 307, location="http://elsewhere.example/v1"))
    with pytest.raises(BadRequestError, match=r"redirects to http://elsewhere\.example/v1 \(HTTP 307\)"):
        connect(api_key="sk-test").complete("hi")
    assert len(server.seen) == 1


def test_a_proxy_from_the_environment_never_sees_plain_http(
    server: LoopbackServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.reply("direct")
    assert connect(api_key="sk-test").complete("hi").text == "direct"


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
