"""Recorded responses are played at once, or at a pace."""

from __future__ import annotations

import math

import pytest

from pytest_aiassert.cassettes.exchange import Body, Event, RecordedResponse
from pytest_aiassert.cassettes.playing import Pace, play
from pytest_aiassert.errors import UsageError

STREAM = RecordedResponse(
    status=200,
    headers={"content-type": "text/event-stream"},
    body=Body(events=(Event(dt=0.4, data="a"), Event(dt=0.2, data="b"))),
    elapsed=0.7,
)
WHOLE = RecordedResponse(status=201, headers={}, body=Body(json={"a": 1}), elapsed=3.0)


def delays(pace):
    return [piece.delay for piece in play(STREAM, pace).pieces]


def test_a_stream_is_played_event_by_event_and_at_once():
    response = play(STREAM)
    assert [piece.data for piece in response.pieces] == [b"a", b"b"]
    assert (response.delay, delays(Pace())) == (0.0, [0.0, 0.0])
    assert response.headers == (("content-type", "text/event-stream"),)
    assert response.latency == 0.7


def test_a_stream_is_played_at_a_pace():
    assert delays(Pace(speed=1.0)) == [0.4, 0.2]
    assert delays(Pace(speed=2.0)) == [0.2, 0.1]
    assert delays(Pace(every=0.05)) == [0.05, 0.05]


def test_a_whole_reply_takes_its_time_before_it_comes():
    assert play(WHOLE).delay == 0.0
    assert play(WHOLE, Pace(speed=1.5)).delay == 2.0
    assert play(WHOLE, Pace(every=1.0)).delay == 0.0
    assert play(WHOLE).content == b'{"a": 1}'


def test_an_empty_body_has_no_pieces():
    empty = RecordedResponse(status=204, headers={}, body=Body(text=""))
    assert play(empty).pieces == ()


@pytest.mark.parametrize(
    "arguments",
    [{"speed": 0}, {"speed": -1.0}, {"speed": math.inf}, {"speed": math.nan}, {"every": -1}, {"every": math.nan}],
)
def test_a_pace_that_is_none_is_refused(arguments):
    with pytest.raises(UsageError, match=next(iter(arguments))):
        Pace(**arguments)


def test_a_pace_has_one_measure():
    with pytest.raises(UsageError, match="not both"):
        Pace(speed=1.0, every=1.0)
