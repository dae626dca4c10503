"""Secrets in bytes that are no text, and in streams that tell them piece by piece."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.cassettes.scrubbing import scrub_body

KEY = "sk-proj-abcdefghijklmnop0123456789"


def stream(*texts: str) -> Body:
    deltas = [{"id": "c1", "choices": [{"index": 0, "delta": {"content": text}}]} for text in texts]
    return Body(events=tuple(Event(dt=0.5, data=f"data: {json.dumps(delta)}\n\n") for delta in deltas))


def told(body: Body) -> list[str]:
    assert body.events is not None
    return [json.loads(event.data.removeprefix("data: "))["choices"][0]["delta"]["content"] for event in body.events]


@pytest.mark.parametrize("size", range(1, len(KEY) + 1))
def test_a_key_told_in_pieces_is_found_and_the_rest_stays(size: int) -> None:
    text = f"Use {KEY} now."
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    scrubbed = scrub_body(stream(*pieces))
    assert "".join(told(scrubbed)) == "Use [REDACTED] now."
    assert len(told(scrubbed)) == len(pieces)
    assert scrub_body(scrubbed) == scrubbed


def test_two_keys_in_one_piece_and_one_across() -> None:
    scrubbed = scrub_body(stream(f"{KEY} and {KEY} or {KEY[:9]}", KEY[9:], "", "!"))
    assert told(scrubbed) == ["[REDACTED] and [REDACTED] or [REDACTED]", "", "", "!"]


def test_a_pattern_of_your_own_is_found_across_pieces() -> None:
    assert told(scrub_body(stream("cust", "omer 47", "11!"), [re.compile(r"customer \d+")])) == ["[REDACTED]", "", "!"]


def test_a_stream_without_secrets_is_the_very_same() -> None:
    body = Body(events=(Event(dt=0.1, data='data:  {"a":"b",  "c":1}\n\n'), Event(dt=0.1, data="data: [DONE]\n\n")))
    assert scrub_body(body) == body


def test_choices_do_not_run_into_each_other() -> None:
    events = [{"choices": [{"index": n, "delta": {"content": text}}]} for n, text in ((0, KEY[:9]), (1, KEY[9:]))]
    body = Body(events=tuple(Event(dt=0.0, data=json.dumps(event)) for event in events))
    assert scrub_body(body) == body


def test_code_in_a_stream_keeps_its_names_for_secrets() -> None:
    """A reply is judged as the model wrote it; a plain reply keeps such code, too."""
    assert told(scrub_body(stream('login({"password": ', '"hunter2"})'))) == ['login({"password": ', '"hunter2"})']


def test_bytes_lose_their_keys_and_nothing_else() -> None:
    scrubbed = scrub_body(Body(raw=b"\x00\xff" + KEY.encode() + b"\xfe 4711"), [re.compile("4711")])
    assert scrubbed == Body(raw=b"\x00\xff[REDACTED]\xfe [REDACTED]")


def test_what_a_stream_or_an_upload_tells_reaches_no_file(tmp_path: Path) -> None:
    cassette = Cassette.open(tmp_path / "test_it.json")
    request = RecordedRequest(method="POST", url="http://h/v1", body=Body(raw=b"\xff" * 300 + KEY.encode()))
    half = len(KEY) // 2
    response = RecordedResponse(status=200, headers={}, body=stream(KEY[:half], KEY[half:]))
    cassette.add(Exchange(request=request, response=response))
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY[:half].encode() not in written
    assert KEY[half:].encode() not in written
    assert Cassette.load(cassette.path).take(request) is not None
