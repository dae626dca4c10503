"""A cassette answers intercepted requests, and records what it lacks."""

from __future__ import annotations

import json

import pytest
from tests.pytest_aiassert.cassettes.conftest import URL, exchange

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.handler import CassetteHandler
from pytest_aiassert.cassettes.playing import Pace
from pytest_aiassert.errors import CassetteMissError
from pytest_aiassert.wire.message import Forward, WireRequest, WireResponse


def asked(prompt="hi"):
    body = {"model": "tiny", "messages": [{"role": "user", "content": prompt}]}
    return WireRequest(method="POST", url=URL, content=json.dumps(body).encode())


def answered(decision, status=200, content=b'{"a": 1}', *, complete=True):
    assert isinstance(decision, Forward)
    decision.sink.start(status, [("content-type", "application/json")])
    decision.sink.piece(content)
    decision.sink.finish(complete=complete)


def test_a_recorded_reply_is_played(path):
    handler = CassetteHandler(Cassette(path, [exchange()], records=False), pace=Pace(speed=3.0))
    response = handler.answer(asked())
    assert isinstance(response, WireResponse)
    assert (response.status, response.delay, response.latency) == (200, 0.5, 1.5)
    with pytest.raises(CassetteMissError, match="the 2nd was asked for"):
        handler.answer(asked())


def test_what_is_missing_is_recorded_where_that_is_welcome(path):
    handler = CassetteHandler(Cassette.open(path))
    answered(handler.answer(asked()))
    assert Cassette.load(path).exchanges[0].response.body.json == {"a": 1}


@pytest.mark.parametrize("how", [{"status": 429}, {"status": 500}, {"complete": False}])
def test_what_would_be_wrong_for_ever_is_not(path, how):
    handler = CassetteHandler(Cassette.open(path))
    answered(handler.answer(asked()), **how)
    assert not path.exists()
    assert not handler.cassette.complete


def test_what_is_not_usable_is_not_recorded(path):
    handler = CassetteHandler(Cassette.open(path), usable=lambda exchange: "b" in exchange.response.body.json)
    answered(handler.answer(asked()))
    assert not path.exists()


def test_requests_of_others_are_left_to_them(path):
    handler = CassetteHandler(Cassette(path, [exchange()]), covers=lambda request: request.host != "127.0.0.1")
    assert handler.answer(asked()) is None


def test_a_handler_may_be_told_not_to_record(path):
    with pytest.raises(CassetteMissError):
        CassetteHandler(Cassette.open(path), records=False).answer(asked())
