"""A tap asks its handlers, and refuses model traffic that none of them answers."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import CassetteMissError, TrafficRefusedError
from pytest_aiassert.wire import Forward, Tap, WireRequest, WireResponse

OPENAI = WireRequest(
    method="POST", url="https://user:pw@api.openai.com/v1/chat/completions?key=s3cret", content=b'{"model": "gpt-x"}'
)
GEMINI = WireRequest(
    method="POST",
    url="https://generativelanguage.googleapis.com/v1beta/models/gemini-x:generateContent",
)
ELSEWHERE = WireRequest(method="GET", url="https://example.com/")


class Answers:
    def __init__(self, decision):
        self.decision = decision

    def answer(self, _request):
        if isinstance(self.decision, Exception):
            raise self.decision
        return self.decision


def test_the_first_handler_that_decides_is_heard():
    response = WireResponse(status=201)
    tap = Tap("t", [Answers(None), Answers(response), Answers(WireResponse(status=500))])
    assert tap.decide(OPENAI) is response


def test_other_traffic_goes_its_way():
    assert Tap("t").decide(ELSEWHERE) == Forward()


def test_model_traffic_is_refused_and_the_refusal_kept():
    tap = Tap("test_x.py::test_y")
    with pytest.raises(TrafficRefusedError) as caught:
        tap.decide(OPENAI)
    text = str(caught.value)
    assert "POST https://api.openai.com/v1/chat/completions for model 'gpt-x' in test_x.py::test_y" in text
    assert "s3cret" not in text
    assert "pw" not in text
    for way in ("ai_wire.openai.reply", "--ai-record=once", "--ai-allow-network"):
        assert way in text
    assert tap.refusals == (caught.value,)
    assert not isinstance(caught.value, Exception)


def test_a_model_in_the_path_is_named():
    with pytest.raises(TrafficRefusedError, match="for model 'gemini-x'"):
        Tap("").decide(GEMINI)


def test_traffic_may_be_allowed():
    assert Tap("t", allow_network=True).decide(OPENAI) == Forward()


def test_what_a_tap_claims_needs_an_answer_too():
    with pytest.raises(TrafficRefusedError, match="example"):
        Tap("t", claims=lambda request: request.path == "/").decide(ELSEWHERE)


def test_what_a_handler_refuses_is_a_refusal():
    tap = Tap("t")
    tap.add(Answers(CassetteMissError("no reply")))
    with pytest.raises(TrafficRefusedError, match="no reply"):
        tap.decide(OPENAI)
    assert len(tap.refusals) == 1
