from __future__ import annotations

import json
from typing import Any

import pytest
from tests.pytest_aiassert.wire.formats.strictness import wire

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import FAULTS, Fault
from pytest_aiassert.wire.formats import WireFormat, recognise
from pytest_aiassert.wire.formats.counting import with_usage
from pytest_aiassert.wire.message import Failure, Piece, WireResponse
from pytest_aiassert.wire.spoiling import replaced, split_events, spoiled, truncate

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
CHATS = {
    "openai": ("https://api.openai.com/v1/chat/completions", ASKED | {"stream_options": {"include_usage": True}}),
    "anthropic": ("https://api.anthropic.com/v1/messages", ASKED),
    "gemini": (
        "https://generativelanguage.googleapis.com/v1beta/models/m:streamGenerateContent?alt=sse",
        {"contents": [{"parts": [{"text": "Hi"}]}]},
    ),
    "mistral": ("https://api.mistral.ai/v1/chat/completions", ASKED),
    "ollama": ("http://127.0.0.1:11434/api/chat", ASKED),
}


def _stream(api: str, text: str = "One two three — fünf.") -> WireResponse:
    url, body = CHATS[api]
    request = wire(url, body | {"stream": True})
    form = recognise(request)
    assert form is not None
    call = form.read(request)
    return form.respond(with_usage(Completion(text=text), call.request), call)


def _plain(text: str = "One two three — fünf.") -> WireResponse:
    request = wire(CHATS["openai"][0], ASKED)
    form = _form("openai")
    call = form.read(request)
    return form.respond(with_usage(Completion(text=text), call.request), call)


def _form(api: str) -> WireFormat:
    form = recognise(wire(*CHATS[api]))
    assert form is not None
    return form


def _spoil(response: WireResponse, fault: Any, **options: Any) -> WireResponse:
    spoilt = spoiled((Fault(fault, **options),), response)
    assert isinstance(spoilt, WireResponse)
    return spoilt


@pytest.mark.parametrize("api", CHATS)
def test_every_piece_of_a_mocked_stream_is_one_event(api: str) -> None:
    response = _stream(api)
    assert split_events(response) == response.pieces
    glued = WireResponse(headers=response.headers, pieces=(Piece(data=response.content),))
    assert [piece.data for piece in split_events(glued)] == [piece.data for piece in response.pieces]


def test_events_are_cut_where_they_end_whatever_pieces_they_come_in() -> None:
    data = b"data: 1\r\n\r\ndata: 2\n\ndata: 3"
    headers = (("Content-Type", "text/event-stream"),)
    pieces = tuple(Piece(data=bytes([byte]), delay=0.5) for byte in data)
    found = split_events(WireResponse(headers=headers, pieces=pieces))
    assert [piece.data for piece in found] == [b"data: 1\r\n\r\n", b"data: 2\n\n", b"data: 3"]
    assert [piece.delay for piece in found] == [5.5, 4.5, 3.5]


@pytest.mark.parametrize("api", CHATS)
def test_a_stream_is_cut_after_any_event(api: str) -> None:
    response = _stream(api)
    for at in range(1, len(response.pieces)):
        torn, ended = _spoil(response, "cut", at=at), _spoil(response, "truncated", at=at)
        assert torn.pieces == ended.pieces == response.pieces[:at]
        assert torn.failure is not None
        assert torn.failure.kind == "cut"
        assert ended.failure is None
    assert truncate(response, 0).pieces == ()


def test_a_plain_body_is_cut_in_its_middle() -> None:
    whole = _plain().content
    cut = _spoil(_plain(), "cut")
    assert 0 < len(cut.content) < len(whole)
    assert whole.startswith(cut.content)
    assert cut.failure is not None


@pytest.mark.parametrize("api", CHATS)
def test_a_cut_inside_a_character_leaves_no_utf8(api: str) -> None:
    cut = _spoil(_stream(api), "cut_character")
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        cut.content.decode()
    assert cut.failure is not None
    with pytest.raises(UsageError, match="plain ASCII"):
        _spoil(_stream(api, "plain"), "cut_character")


@pytest.mark.parametrize("api", CHATS)
def test_one_event_is_malformed_and_the_others_are_whole(api: str) -> None:
    response = _stream(api)
    spoilt = _spoil(response, "malformed", at=2)
    changed = [n for n, (a, b) in enumerate(zip(response.pieces, spoilt.pieces, strict=True)) if a != b]
    assert changed == [1]
    data = spoilt.pieces[1].data
    with pytest.raises(ValueError, match=r"line|Unterminated|Expecting"):
        json.loads(data[data.index(b"{") :])
    assert spoilt.content.decode()


def test_a_plain_body_is_malformed_or_empty_or_a_page() -> None:
    with pytest.raises(ValueError, match="line"):
        json.loads(_spoil(_plain(), "malformed").content)
    assert _spoil(_plain(), "empty").content == b""
    page = _spoil(_plain(), "html")
    assert page.content.startswith(b"<html>")
    assert dict(page.headers) == {"content-type": "text/html"}


@pytest.mark.parametrize("api", CHATS)
def test_an_event_comes_twice(api: str) -> None:
    response = _stream(api)
    spoilt = _spoil(response, "duplicated", at=2)
    assert spoilt.pieces == (*response.pieces[:2], response.pieces[1], *response.pieces[2:])
    with pytest.raises(UsageError, match="not for a stream"):
        _spoil(_plain(), "duplicated")


@pytest.mark.parametrize("api", CHATS)
def test_usage_is_missing_and_nothing_else(api: str) -> None:
    before, after = _stream(api).content, _spoil(_stream(api), "no_usage").content
    assert any(name in before for name in (b'"usage"', b'"usageMetadata"', b'"eval_count"'))
    assert not any(name in after for name in (b'"usage":{', b'"usage": {', b'"usageMetadata"', b'"eval_count"'))
    assert after.count(b"One") == 1
    assert b'"usage"' not in _spoil(_plain(), "no_usage").content


def test_delays_are_added() -> None:
    response = _stream("openai")
    late = _spoil(response, "slow_start", seconds=3)
    assert late.delay == 3
    assert late.pieces == response.pieces
    assert {piece.delay for piece in _spoil(response, "slow", seconds=0.25).pieces} == {0.25}
    assert {piece.delay for piece in _spoil(response, "slow").pieces} == {0.1}


def test_an_event_that_is_not_there_cannot_be_cut_after() -> None:
    with pytest.raises(UsageError, match="'cut' at=99: the reply has only"):
        _spoil(_stream("openai"), "cut", at=99)


def test_a_length_is_not_promised_for_what_is_spoiled() -> None:
    response = WireResponse(headers=(("Content-Length", "9"),), pieces=(Piece(data=b"123456789"),))
    assert _spoil(response, "cut").headers == ()


def test_what_is_not_a_response_cannot_be_spoiled() -> None:
    failure = Failure(kind="dns")
    assert spoiled((Fault("slow"),), failure) is failure


@pytest.mark.parametrize("name", [name for name in FAULTS if not Fault(name).spoils])
@pytest.mark.parametrize("api", CHATS)
def test_a_fault_in_a_replys_place_is_in_the_apis_own_words(api: str, name: str) -> None:
    decision = replaced(Fault(name), _form(api), None)
    if FAULTS[name].status is None:
        assert isinstance(decision, Failure)
        assert decision.kind == FAULTS[name].failure
        return
    assert isinstance(decision, WireResponse)
    assert decision.status == (529 if (api, name) == ("anthropic", "overloaded") else FAULTS[name].status)
    assert FAULTS[name].words in str(json.loads(decision.content))


@pytest.mark.parametrize(
    ("api", "status", "words"),
    [
        ("openai", 401, {"type": "invalid_request_error", "code": "invalid_api_key"}),
        ("openai", 500, {"type": "server_error", "code": None}),
        ("anthropic", 429, {"type": "rate_limit_error"}),
        ("anthropic", 400, {"type": "invalid_request_error"}),
        ("anthropic", 502, {"type": "api_error"}),
        ("gemini", 429, {"status": "RESOURCE_EXHAUSTED", "code": 429}),
        ("gemini", 418, {"status": "INVALID_ARGUMENT"}),
    ],
)
def test_errors_have_the_apis_own_types(api: str, status: Any, words: dict[str, Any]) -> None:
    decision = replaced(Fault(status), _form(api), None)
    assert isinstance(decision, WireResponse)
    error = json.loads(decision.content)["error"]
    assert {key: error[key] for key in words} == words
