"""Streams are cut into events, whatever pieces they arrive in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.cassettes.events import EventCutter, end_of_event

SSE = "text/event-stream; charset=utf-8"
NDJSON = "application/x-ndjson"


def cut(kind, *pieces):
    cutter = EventCutter(kind, 10.0)
    for moment, piece in enumerate(pieces, 11):
        cutter.feed(piece, float(moment))
    return [(event.dt, event.data) for event in cutter.close()]


def test_an_event_has_the_time_since_the_one_before():
    assert cut(SSE, b"data: 1\n", b"\ndata: 2\n\n", b"data: 3\n\n") == [
        (2.0, "data: 1\n\n"),
        (0.0, "data: 2\n\n"),
        (1.0, "data: 3\n\n"),
    ]


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_every_kind_of_empty_line_ends_an_event(end):
    assert [data for _, data in cut(SSE, b"data: 1" + end + b"data: 2" + end)] == [
        ("data: 1" + end.decode()).replace("\r\n", "\n"),
        ("data: 2" + end.decode()).replace("\r\n", "\n"),
    ]


def test_a_line_of_ndjson_is_an_event():
    assert [data for _, data in cut(NDJSON, b'{"a": 1}\n{"b"', b": 2}\n")] == ['{"a": 1}\n', '{"b": 2}\n']


def test_what_never_ended_is_the_last_event():
    assert cut(SSE, b"data: 1\n\ndata: 2")[-1] == (0.0, "data: 2")


def test_a_character_may_be_cut_in_two():
    assert cut(SSE, "data: é\n\n".encode()[:7], "data: é\n\n".encode()[7:]) == [(2.0, "data: é\n\n")]


@given(st.lists(st.sampled_from(["data: a\n", "data: é\n", "\n", "\r\n", "id: 1\n"]), max_size=20), st.data())
def test_how_the_bytes_arrive_changes_no_event(lines, data):
    content = "".join(lines).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=5)))
    pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    assert [text for _, text in cut(SSE, *pieces)] == [text for _, text in cut(SSE, content)]


@pytest.mark.parametrize("kind", ["application/json", "", "text/plain", "text/html"])
def test_other_bodies_are_no_streams(kind):
    assert end_of_event(kind) is None
    assert cut(kind, b"a\n\nb\n\n") == []
