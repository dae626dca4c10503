from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import CutStreamError, MalformedReplyError, ProviderError
from assistant.messages import Chunk, Completion, ToolCall, Usage
from assistant.providers.openai_format import StreamDecoder, decode_completion, retry_after, shorten

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
RECORDED = Path(__file__).parents[3] / "golden/coding/cassettes/qwen-0.5b"


def _recorded_bodies() -> list[Any]:
    files = sorted(RECORDED.glob("*.json"))[:5]
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [exchange["response"]["body"]["json"] for document in documents for exchange in document["exchanges"]]


def test_what_llama_cpp_really_says_is_understood() -> None:
    bodies = _recorded_bodies()
    assert len(bodies) >= 15
    for body in bodies:
        reply = decode_completion(body)
        assert reply.text == body["choices"][0]["message"]["content"]
        assert reply.usage.total_tokens == body["usage"]["total_tokens"]
        assert reply.finish_reason in ("stop", "length")
        assert reply.model == "qwen-0.5b"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("2.5", 2.5),
        (" 30 ", 30.0),
        ("Thu, 01 Jan 2026 12:00:10 GMT", 10.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 12:00:10 -0000", 10.0),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, now=NOW) == seconds


def _call(arguments: Any) -> ToolCall:
    message = {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": arguments}}]}
    return decode_completion({"choices": [{"message": message, "finish_reason": "stop"}]}).tool_calls[0]


@pytest.mark.parametrize(
    ("arguments", "parsed", "raw"),
    [
        ('{"a": 1}', {"a": 1}, '{"a": 1}'),
        ({"a": 1}, {"a": 1}, '{"a": 1}'),
        ("", {}, ""),
        (None, {}, ""),
        ("{broken", {}, "{broken"),
        ("[1]", {}, "[1]"),
        ("[" * 100_000, {}, "[" * 100_000),
    ],
)
def test_arguments_of_a_tool_call_are_kept_as_written(arguments: Any, parsed: dict[str, Any], raw: str) -> None:
    call = _call(arguments)
    assert (call.arguments, call.raw_arguments) == (parsed, raw)


def test_a_stop_after_tool_calls_means_tool_calls() -> None:
    message = {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    assert decode_completion({"choices": [{"message": message, "finish_reason": "stop"}]}).finish_reason == "tool_calls"


def test_text_in_parts_is_joined() -> None:
    body = {"choices": [{"message": {"content": [{"type": "text", "text": "a"}, {"type": "x"}, {"text": "b"}]}}]}
    assert decode_completion(body).text == "ab"


def test_odd_counts_are_no_counts() -> None:
    usage = {"prompt_tokens": "many", "completion_tokens": None, "prompt_tokens_details": {"cached_tokens": 3}}
    body = {"choices": [{"message": {"content": "a"}, "finish_reason": "invented"}], "usage": usage}
    reply = decode_completion(body)
    assert reply.usage == Usage(cached_tokens=3)
    assert reply.finish_reason == "other"


def _feed(*deltas: dict[str, Any], finish: str | None = "stop") -> StreamDecoder:
    decoder = StreamDecoder("openai")
    for one in deltas:
        decoder.feed(json.dumps({"choices": [{"index": 0, "delta": one}]}))
    if finish:
        decoder.feed(json.dumps({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}))
    return decoder


def _fragment(index: int | None, identity: str | None, name: str | None, arguments: str | None) -> dict[str, Any]:
    call = {"index": index, "id": identity, "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [{key: value for key, value in call.items() if value is not None}]}


def test_fragments_of_two_tool_calls_are_put_together() -> None:
    decoder = _feed(
        _fragment(0, "c1", "add", ""),
        _fragment(1, "c2", "sub", '{"x"'),
        _fragment(0, None, None, '{"a":'),
        _fragment(1, None, None, ": 2}"),
        _fragment(0, None, None, " 1}"),
    )
    assert decoder.close()[0].tool_calls == (
        ToolCall(id="c1", name="add", arguments={"a": 1}, raw_arguments='{"a": 1}'),
        ToolCall(id="c2", name="sub", arguments={"x": 2}, raw_arguments='{"x": 2}'),
    )


def test_fragments_without_numbers_are_told_apart_by_their_ids() -> None:
    decoder = _feed(
        _fragment(None, "c1", "add", '{"a"'), _fragment(None, None, None, ": 1}"), _fragment(None, "c2", "sub", "{}")
    )
    assert [(call.id, call.arguments) for call in decoder.close()[0].tool_calls] == [("c1", {"a": 1}), ("c2", {})]


def test_odd_names_and_numbers_of_tool_calls() -> None:
    decoder = _feed({"tool_calls": [{"index": "a", "id": 7, "function": {"name": "f"}}, {"index": 0, "id": "x"}]})
    assert decoder.close()[0].tool_calls == (ToolCall(id="x", name="f"),)
    with pytest.raises(MalformedReplyError):
        _feed({"tool_calls": [{"function": {"name": 7}}]})
    with pytest.raises(MalformedReplyError):
        decode_completion({"choices": [{"message": {"tool_calls": [{"function": {"name": 7}}]}}]})


def test_other_choices_and_empty_data_are_passed_over() -> None:
    decoder = _feed({"content": "a"})
    assert decoder.feed(json.dumps({"choices": [{"index": 1, "delta": {"content": "z"}}]})) == []
    assert decoder.feed("  ") == []
    assert decoder.text == "a"
    assert decoder.close() == []


def test_without_an_end_the_stream_is_cut() -> None:
    with pytest.raises(CutStreamError) as raised:
        _feed({"content": "half"}, finish=None).close()
    assert raised.value.text == "half"


def test_a_list_is_no_event() -> None:
    with pytest.raises(MalformedReplyError):
        StreamDecoder("openai").feed("[1]")


def test_long_texts_are_shown_in_part() -> None:
    assert shorten("a\n  b") == "a b"
    assert shorten("x" * 1000) == f"{'x' * 300}… (1000 characters)"


NAMES = st.sampled_from(
    [
        "choices",
        "message",
        "delta",
        "content",
        "tool_calls",
        "function",
        "name",
        "arguments",
        "index",
        "id",
        "error",
        "usage",
        "prompt_tokens",
        "prompt_tokens_details",
        "cached_tokens",
        "finish_reason",
        "refusal",
        "model",
        "text",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "stop", "{}", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)
CHOICES = st.lists(
    st.fixed_dictionaries({"message": ANYTHING, "delta": ANYTHING, "finish_reason": ANYTHING}), max_size=2
)


@given(ANYTHING | st.fixed_dictionaries({"choices": CHOICES, "usage": ANYTHING, "model": ANYTHING}))
def test_any_json_is_a_reply_or_a_provider_error(body: Any) -> None:
    try:
        reply = decode_completion(body)
    except ProviderError:
        return
    assert isinstance(reply, Completion)
    assert all(isinstance(value, str) for value in (reply.text, reply.model, reply.finish_reason))
    for call in reply.tool_calls:
        assert isinstance(call.name, str)
        assert isinstance(call.raw_arguments, str)


@given(st.lists(ANYTHING | st.fixed_dictionaries({"choices": CHOICES, "usage": ANYTHING}), max_size=4))
def test_any_events_are_chunks_or_a_provider_error(stream: list[Any]) -> None:
    decoder = StreamDecoder("openai")
    try:
        chunks = [chunk for event in stream for chunk in decoder.feed(json.dumps(event))] + decoder.close()
    except ProviderError:
        return
    assert all(isinstance(chunk, Chunk) and isinstance(chunk.text, str) for chunk in chunks)
    assert "".join(chunk.text for chunk in chunks) == decoder.text
