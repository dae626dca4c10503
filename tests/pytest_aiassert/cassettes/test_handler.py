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


def answered(decision, status=200, content=b'{"a": 1}', *, complete=True, kind="application/json"):
    assert isinstance(decision, Forward)
    decision.sink.start(status, [("content-type", kind)])
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


PAGE = {"content": b"<html>Log in</html>", "kind": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"status": 429}, "status 429"),
        ({"status": 500}, "status 500"),
        ({"complete": False}, "no reply came, or it was not read to its end"),
        (PAGE, "a page of HTML (status 200); is the address an API's?"),
    ],
)
def test_what_would_be_wrong_for_ever_is_not_and_the_cassette_says_why(path, how, why):
    handler = CassetteHandler(Cassette.open(path))
    answered(handler.answer(asked()), **how)
    assert not path.exists()
    assert not handler.cassette.complete
    assert handler.cassette.skipped == (f"POST /v1/chat/completions: {why}",)


def test_a_reply_to_the_same_request_takes_the_note_away(path):
    handler = CassetteHandler(Cassette.open(path))
    answered(handler.answer(asked()), status=429)
    answered(handler.answer(asked()))
    assert handler.cassette.skipped == ()


def test_a_page_that_was_asked_for_is_recorded(path):
    handler = CassetteHandler(Cassette.open(path))
    answered(handler.answer(WireRequest(method="GET", url="http://127.0.0.1/page")), **PAGE)
    assert Cassette.load(path).exchanges[0].response.body.text == "<html>Log in</html>"


HEADERS = {
    "Authorization": "Bearer 8f14e45fceea167a5a36dedd4bea2543",  # keys of Mistral and Azure look like nothing
    "api-key": "c9f0f895fb98ab9159f51fd0297e236d",
    "x-goog-api-key": "45c48cce2e2d7fbdea1afc51c7c6ad26",
    "Cookie": "a=d3d9446802a44259755d38e6d163e820; b=6512bd43d9caa6e02c990b0a82652dca",
    "OpenAI-Organization": "acme-research",
    "openai-project": "moonshot-one",
}


def test_what_was_sent_as_a_secret_is_nowhere_kept(path):
    handler = CassetteHandler(Cassette.open(path))
    sent = [word for value in HEADERS.values() for word in value.replace(";", "").split()]
    body = json.dumps({"model": "tiny", "api_key": "planted in the body", "messages": [{"content": " ".join(sent)}]})
    url = f"{URL}?key=planted-in-the-query"
    request = WireRequest(method="POST", url=url, headers=tuple(HEADERS.items()), content=body.encode())
    told = json.dumps({"you sent": [dict(HEADERS), body, url]}).encode()
    answered(handler.answer(request), content=told)
    answered(handler.answer(request), content=b"\xff" * 300 + told)
    written = b"".join(p.read_bytes() for p in path.parent.rglob("*") if p.is_file())
    for secret in [*(word.rpartition("=")[2] for word in sent if word != "Bearer"), "planted"]:
        assert secret.encode() not in written
    replay = CassetteHandler(Cassette.load(path))
    assert isinstance(replay.answer(request), WireResponse)
    assert isinstance(replay.answer(request), WireResponse)


def test_a_dummy_key_in_a_header_empties_no_words(path):
    handler = CassetteHandler(Cassette.open(path))
    request = WireRequest(method="POST", url=URL, headers=(("Authorization", "Bearer any"),), content=b'{"a": "many"}')
    answered(handler.answer(request))
    assert Cassette.load(path).exchanges[0].request.body.json == {"a": "many"}


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
