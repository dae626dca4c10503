"""What real models said to real SDKs, recorded by `make test-real RECORDINGS=tests/sdks/recordings`, is heard again."""

from __future__ import annotations

import json
from itertools import accumulate

import pytest
from tests.sdks.questions import QUESTIONS, Heard, Question, expect, hear, unreadable

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.exchange import Exchange
from pytest_aiassert.cassettes.redaction import redact

ASKED = [
    pytest.param(question, mode, id=f"{question}-{mode}")
    for question in QUESTIONS
    for mode in ("sync", "async")
    if question.installed and question.served_by != "ollama"
]
STREAMED = [each for each in ASKED if each.values[0].streams]
SPEED = 10.0


def replayed(cassette: Cassette, question: Question, mode: str) -> tuple[Exchange, Heard]:
    """Ask again what was recorded, where it was asked: nobody serves that address now."""
    (exchange,) = cassette.exchanges
    request = exchange.request
    assert request.url.startswith("http://127.0.0.1:")
    assert request.url.endswith(question.path)
    heard = hear(question, mode, base_url=request.url.removesuffix(question.path), model=request.model)
    assert not cassette.unused
    return exchange, heard


@pytest.mark.ai_cassette("recordings/{question}-{mode}.json")
@pytest.mark.parametrize(("question", "mode"), ASKED)
def test_an_sdk_hears_what_a_real_model_said(question: Question, mode: str, ai_cassette: Cassette) -> None:
    exchange, heard = replayed(ai_cassette, question, mode)
    expect(question, question.said(heard.events))
    body = exchange.response.body
    assert question.streams == (body.events is not None)
    if body.events is None:
        assert len(heard.events) == 1
    else:
        sent = [event.data.split("data: ", 1)[1].strip() for event in body.events if "data: [DONE]" not in event.data]
        assert len(sent) > 10
        assert [same(one) for one in heard.events] == [same(json.loads(data)) for data in sent]


@pytest.mark.ai_cassette("recordings/{question}-{mode}.json", speed=SPEED)
@pytest.mark.parametrize(("question", "mode"), STREAMED)
def test_a_real_stream_is_played_with_its_delays(question: Question, mode: str, ai_cassette: Cassette) -> None:
    exchange, heard = replayed(ai_cassette, question, mode)
    assert exchange.response.body.events is not None
    arrivals = [moment / SPEED for moment in accumulate(event.dt for event in exchange.response.body.events)]
    assert arrivals[-1] - arrivals[0] > 0.02
    assert all(moment >= arrival for moment, arrival in zip(heard.moments, arrivals, strict=False))


@pytest.mark.ai_cassette("recordings/{question}-{mode}.json")
@pytest.mark.parametrize(("question", "mode"), ASKED)
def test_a_real_recording_is_read_and_has_no_secret(question: Question, mode: str, ai_cassette: Cassette) -> None:
    exchange, _ = replayed(ai_cassette, question, mode)
    assert unreadable(exchange) == question.lacks
    text = ai_cassette.path.read_text(encoding="utf-8")
    assert redact(text) == text
    assert "sk-" not in text


def same(value: object) -> object:
    """Return a JSON value without what is null: an SDK keeps it, or fills it in."""
    if isinstance(value, dict):
        return {key: same(item) for key, item in value.items() if item is not None}
    return [same(item) for item in value] if isinstance(value, list) else value
