"""The installed SDKs say whether they still read what was recorded."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pytest_aiassert.cassettes import verifying
from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.cassettes.verifying import verify

CHAT = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
}
MESSAGE = {
    "id": "1",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
GEMINI = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}
OLLAMA = {"model": "m", "message": {"role": "assistant", "content": "hi"}, "done": True}
MODELS = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "me"}]}
MISTRAL = {**CHAT, "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}

SOUND = {
    "openai": ("https://api.openai.com/v1/chat/completions", CHAT),
    "openai models": ("http://127.0.0.1:1/v1/models", MODELS),
    "mistral": ("https://api.mistral.ai/v1/chat/completions", MISTRAL),
    "anthropic": ("https://api.anthropic.com/v1/messages", MESSAGE),
    "gemini": ("https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", GEMINI),
    "ollama": ("http://127.0.0.1:11434/api/chat", OLLAMA),
}


def recorded(url, body, status=200):
    response = RecordedResponse(status=status, headers={}, body=body)
    return Exchange(request=RecordedRequest(method="POST", url=url), response=response)


def drifts(url, value):
    return list(map(str, verify(recorded(url, Body(json=value))).drifts))


@pytest.mark.parametrize(("url", "value"), SOUND.values(), ids=SOUND)
def test_a_sound_recording_is_valid(url, value):
    found = verify(recorded(url, Body(json=value)))
    assert (found.state, found.drifts, found.readable) == ("valid", (), True)
    assert found.sdk.split()[1][0].isdigit()


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("openai", lambda v: v.pop("choices"), ["lost choices"]),
        ("openai", lambda v: v.update(mood="good"), ["gained mood"]),
        ("openai", lambda v: v["choices"][0]["message"].update(thoughts="…"), ["gained choices[0].message.thoughts"]),
        ("openai models", lambda v: v["data"][0].pop("id"), ["lost data[0].id"]),
        ("openai models", lambda v: v.pop("data"), ["lost data"]),
        ("anthropic", lambda v: v["usage"].pop("input_tokens"), ["lost usage.input_tokens"]),
        ("gemini", lambda v: v.update(mood="good"), ["gained mood"]),
        ("ollama", lambda v: v.update(mood="good"), ["gained mood"]),
        ("mistral", lambda v: v.pop("usage"), ["lost usage"]),
    ],
)
def test_what_was_gained_or_lost_is_named(name, change, expected):
    url, value = SOUND[name]
    value = json.loads(json.dumps(value))
    change(value)
    assert drifts(url, value) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"delta": {"type": "text_delta"}}, ["lost events[0].delta.text"]),
        ({"delta": {"type": "mood_delta"}}, ["changed events[0].delta.type (of a kind that it does not know)"]),
        (
            {"delta": {"type": "mood_delta"}, "index": "first"},
            [
                "changed events[0].delta.type (of a kind that it does not know)",
                "changed events[0].index (Input should be a valid integer, unable to parse string as an integer)",
            ],
        ),
        ({"type": "mood"}, ["changed events[0].type (of a kind that it does not know)"]),
    ],
)
def test_an_event_is_held_against_the_model_of_its_type_alone(event, expected):
    url, _ = SOUND["anthropic"]
    data = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}, **event}
    found = verify(recorded(url, Body(events=(Event(dt=0.0, data=f"data: {json.dumps(data)}\n\n"),))))
    assert sorted(map(str, found.drifts)) == expected


def test_a_value_that_the_model_refuses_is_changed():
    (found,) = drifts(SOUND["openai"][0], {**CHAT, "created": "yesterday"})
    assert found.startswith("changed created (Input should be a valid integer")


def test_only_what_is_gained_can_still_be_read():
    url, value = SOUND["openai"]
    assert verify(recorded(url, Body(json={**value, "mood": "good"}))).readable
    assert not verify(recorded(url, Body(json={}))).readable


def test_every_event_of_a_stream_is_read():
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    payloads = [f"data: {json.dumps(value)}" for value in (chunk, {**chunk, "mood": 1})]
    body = Body(events=tuple(Event(dt=0.0, data=f"{text}\n\n") for text in (*payloads, "data: [DONE]", ": hi")))
    found = verify(recorded(SOUND["openai"][0], body))
    assert list(map(str, found.drifts)) == ["gained events[1].mood"]
    broken = Body(events=(Event(dt=0.0, data="data: {oops\n\n"),))
    assert not verify(recorded(SOUND["openai"][0], broken)).readable


def test_named_events_and_pings_are_understood():
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}
    events = [
        f"event: content_block_delta\ndata: {json.dumps(delta)}\n\n",
        'event: ping\ndata: {"type": "ping"}\n\n',
    ]
    body = Body(events=tuple(Event(dt=0.0, data=data) for data in events))
    assert verify(recorded(SOUND["anthropic"][0], body)).state == "valid"


def test_lines_of_ndjson_are_events():
    body = Body(events=(Event(dt=0.0, data=json.dumps({**OLLAMA, "mood": 1}) + "\n"),))
    assert list(map(str, verify(recorded(SOUND["ollama"][0], body)).drifts)) == ["gained events[0].mood"]


def test_a_stream_of_gemini_may_be_an_array():
    url = SOUND["gemini"][0].replace("generateContent", "streamGenerateContent")
    assert drifts(url, [GEMINI, {**GEMINI, "mood": 1}]) == ["gained [1].mood"]


@pytest.mark.parametrize(
    "exchange",
    [recorded("http://h/other", Body(json={})), recorded(SOUND["openai"][0], Body(json={"error": {}}), status=400)],
)
def test_what_no_model_describes_is_unknown(exchange):
    assert verify(exchange).state == "unknown"


def test_an_sdk_that_is_not_installed_is_told(monkeypatch):
    known = verifying.models_for(RecordedRequest(method="POST", url=SOUND["openai"][0]))
    absent = replace(known, package="no-such-sdk")
    monkeypatch.setattr(verifying, "models_for", lambda _request: absent)
    found = verify(recorded(*SOUND["openai"][:1], Body(json=CHAT)))
    assert (found.state, found.sdk) == ("missing", "no-such-sdk")
