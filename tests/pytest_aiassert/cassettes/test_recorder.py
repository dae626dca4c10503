"""A response is taken down while it is read."""

from __future__ import annotations

import pytest

from pytest_aiassert.cassettes.exchange import RecordedRequest
from pytest_aiassert.cassettes.recorder import Recorder

ASKED = RecordedRequest(method="POST", url="http://h/v1")


def record(headers, pieces, *, complete=True, status=200):
    found = []
    ticks = iter(range(100))
    recorder = Recorder(ASKED, found.append, clock=lambda: float(next(ticks)))
    recorder.start(status, headers)
    for piece in pieces:
        recorder.piece(piece)
    recorder.finish(complete=complete)
    recorder.finish(complete=False)
    (exchange,) = found
    return exchange


def test_a_stream_is_kept_event_by_event():
    exchange = record([("Content-Type", "text/event-stream")], [b"data: 1\n\n", b"data: 2\n\n"])
    assert [(event.dt, event.data) for event in exchange.response.body.events] == [
        (1.0, "data: 1\n\n"),
        (1.0, "data: 2\n\n"),
    ]
    assert exchange.response.elapsed == 3.0
    assert exchange.request is ASKED


def test_other_bodies_are_kept_as_what_they_are():
    assert record([("content-type", "application/json")], [b'{"a"', b": 1}"]).response.body.json == {"a": 1}
    assert record([("content-type", "audio/mpeg")], [b"\xff"]).response.body.raw == b"\xff"


def test_only_harmless_headers_are_kept():
    headers = [
        ("content-type", "text/plain"),
        ("retry-after", "3"),
        ("x-ratelimit-remaining-tokens", "7"),
        ("set-cookie", "session=s3cret"),
        ("openai-organization", "acme"),
        ("x-request-id", "req_1"),
    ]
    assert record(headers, [b"x"]).response.headers == {
        "content-type": "text/plain",
        "retry-after": "3",
        "x-ratelimit-remaining-tokens": "7",
    }


def test_what_was_not_read_to_its_end_is_not_kept():
    assert record([], [b"half"], complete=False) is None


@pytest.mark.parametrize(
    "mark",
    [
        "data: [DONE]\n\n",
        'event: message_stop\ndata: {"type":"message_stop"}\n\n',
        'event: response.completed\ndata: {"type": "response.completed", "response": {}}\n\n',
        'data: {"candidates": [{"finishReason": "STOP"}]}\n\n',
    ],
)
def test_a_stream_is_complete_at_its_end_mark(mark):
    kind = [("content-type", "text/event-stream")]
    kept = record(kind, [b"data: 1\n\n", mark.encode()], complete=False)
    assert [event.data for event in kept.response.body.events] == ["data: 1\n\n", mark]
    assert record(kind, [mark.encode(), b"data: 1\n\n"], complete=False) is None
    assert record(kind, [mark.encode()[:-1]], complete=False) is None
    assert record([("content-type", "text/plain")], [mark.encode()], complete=False) is None


def test_lines_are_complete_when_done():
    kind = [("content-type", "application/x-ndjson")]
    kept = record(kind, [b'{"done":true}\n'], complete=False)
    assert [event.data for event in kept.response.body.events] == ['{"done":true}\n']
    assert record(kind, [b'{"done":false}\n'], complete=False) is None


def test_a_response_that_never_came_is_not_kept():
    found = []
    Recorder(ASKED, found.append).finish(complete=True)
    assert found == [None]
