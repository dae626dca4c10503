"""What the provider makes of servers that refuse, break, stall or speak another format."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import Any

import httpx2
import pytest
from tests.assistant.conftest import LoopbackServer, completion, delta, events, say
from tests.assistant.providers.conftest import Connect

from assistant.errors import (
    AuthenticationError,
    BadRequestError,
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
from assistant.providers.openai import OpenAIProvider


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


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize("body", [{"error": {"message": "bad key my-own-key-42"}}, "no JSON: my-own-key-42"])
def test_a_key_that_a_server_repeats_is_not_shown(status: int, body: object) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, json=body) if isinstance(body, dict) else httpx2.Response(status, text=str(body))

    with (
        closing(
            OpenAIProvider(model="m", api_key="my-own-key-42", transport=lambda: httpx2.MockTransport(answer))
        ) as ai,
        pytest.raises(ProviderError) as caught,
    ):
        ai.complete("hi")
    assert "[REDACTED]" in str(caught.value)
    assert "my-own-key-42" not in str(caught.value)


def test_a_redirect_is_told_without_its_query_and_a_complaint_without_escapes() -> None:
    answers = iter(
        [
            httpx2.Response(302, headers={"location": "http://example.org/v2?token=hunter2"}),
            httpx2.Response(500, text="\x1b[31mred\x07 \u202eback"),
        ]
    )
    with closing(OpenAIProvider(model="m", transport=lambda: httpx2.MockTransport(lambda _: next(answers)))) as ai:
        with pytest.raises(ProviderError, match=r"http://example\.org/v2 ") as caught:
            ai.complete("hi")
        assert "hunter2" not in str(caught.value)
        with pytest.raises(ProviderError, match=r"HTTP 500: \[31mred back"):
            ai.complete("hi")
