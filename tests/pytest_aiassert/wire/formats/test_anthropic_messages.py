from __future__ import annotations

import json
from typing import Any

import pytest
from anthropic.types import Message as SDKMessage
from anthropic.types import MessageTokensCount, ModelInfo, RawMessageStreamEvent
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, events, strictly, whole, wire

from assistant.messages import Completion, Message, Tool, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.anthropic_messages import AnthropicCountTokens, AnthropicMessages, AnthropicModels

MESSAGES, COUNT, MODELS = AnthropicMessages(), AnthropicCountTokens(), AnthropicModels()
URL = "https://api.anthropic.com/v1/messages"
ASKED: dict[str, Any] = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
STOP = {"length": "max_tokens", "tool_calls": "tool_use", "refused": "refusal", "stop": "end_turn"}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_message_is_what_the_sdk_expects(reply: Completion) -> None:
    call = MESSAGES.read(wire(URL, ASKED))
    message = strictly(SDKMessage, whole(MESSAGES, call, reply))
    assert "".join(block.text for block in message.content if block.type == "text") == reply.text
    assert message.stop_reason == STOP[reply.finish_reason]
    assert [block.input for block in message.content if block.type == "tool_use"] == [
        call.arguments for call in reply.tool_calls
    ]


def test_cached_tokens_are_counted_apart() -> None:
    call = MESSAGES.read(wire(URL, ASKED))
    usage = strictly(SDKMessage, whole(MESSAGES, call, REPLIES["usage"])).usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens) == (6, 4, 3)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_stream_is_what_the_sdk_expects(reply: Completion) -> None:
    call = MESSAGES.read(wire(URL, {**ASKED, "stream": True}))
    seen: list[Any] = []
    for event in events(MESSAGES, call, reply):
        name, _, data = event.partition(b"\n")
        data = data.removeprefix(b"data: ")
        assert name == f"event: {json.loads(data)['type']}".encode()
        if name != b"event: ping":
            seen.append(strictly(RawMessageStreamEvent, data))
    assert [seen[0].type, seen[-2].type, seen[-1].type] == ["message_start", "message_delta", "message_stop"]
    assert seen[-2].delta.stop_reason == STOP[reply.finish_reason]
    text = [e.delta.text for e in seen if e.type == "content_block_delta" and e.delta.type == "text_delta"]
    assert "".join(text) == reply.text
    starts = [event.index for event in seen if event.type == "content_block_start"]
    assert starts == [event.index for event in seen if event.type == "content_block_stop"] == list(range(len(starts)))


def test_tokens_and_models_are_what_the_sdk_expects() -> None:
    call = COUNT.read(wire(f"{URL}/count_tokens", ASKED))
    assert strictly(MessageTokensCount, COUNT.respond(12, call).content).input_tokens == 12
    request = wire("https://api.anthropic.com/v1/models/claude", method="GET")
    one = MODELS.respond((), MODELS.read(request)).content
    assert json.loads(one)["id"] == "claude"
    page = MODELS.respond(("a", "b"), MODELS.read(wire("https://api.anthropic.com/v1/models", method="GET"))).content
    found = json.loads(page)
    assert [found["first_id"], found["last_id"], found["has_more"]] == ["a", "b", False]
    for card in found["data"]:
        # a moment in time is text in JSON, which strictness takes from text alone
        assert strictly(ModelInfo, json.dumps(card).encode()).lifecycle == "active"


def test_models_are_told_from_those_of_openai() -> None:
    url = "http://127.0.0.1:9/v1/models"
    assert MODELS.claims(wire(url, method="GET", anthropic_version="2023-06-01"))
    assert not MODELS.claims(wire(url, method="GET"))


def test_everything_in_a_request_is_read() -> None:
    call = MESSAGES.read(
        wire(
            f"{URL}?beta=true",
            {
                **ASKED,
                "system": [{"type": "text", "text": "Be kind."}, {"type": "text", "text": "Be brief."}],
                "tools": [{"name": "add", "description": "Adds.", "input_schema": {"type": "object"}}],
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "What is this?"},
                            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                            {"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}},
                        ],
                    },
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "thinking", "thinking": "hm", "signature": "s"},
                            {"type": "text", "text": "Let me see."},
                            {"type": "tool_use", "id": "t", "name": "add", "input": {"a": 1}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "1"}]},
                            {"type": "text", "text": "And now?"},
                        ],
                    },
                ],
            },
        )
    )
    assert call.request.messages == (
        Message(role="system", content="Be kind.\nBe brief."),
        Message(role="user", content="What is this?\n[image: image/png, 3 bytes]\n[document: https://x.example/a.pdf]"),
        Message(
            role="assistant",
            content="Let me see.",
            tool_calls=(ToolCall(id="t", name="add", arguments={"a": 1}, raw_arguments='{"a": 1}'),),
        ),
        Message(role="tool", content="1", tool_call_id="t"),
        Message(role="user", content="And now?"),
    )
    assert call.request.tools == (Tool(name="add", description="Adds.", parameters={"type": "object"}),)
    assert call.request.parameters == {"max_tokens": 9}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"messages": []}, "model is missing"),
        ({"model": "m"}, "messages is missing"),
        ({"model": "m", "messages": [{"role": "tool", "content": "x"}]}, r"messages\[0\].role .*user or assistant"),
        ({"model": "m", "messages": [], "system": 7}, "system is a number"),
        ({"model": "m", "messages": [{"role": "user", "content": ["x"]}]}, r"messages\[0\].content\[0\] is text"),
        ({"model": "m", "messages": [], "tools": [{"name": "a", "input_schema": 1}]}, "input_schema is a number"),
    ],
)
def test_a_request_that_the_api_would_refuse_is_refused_by_the_place_of_its_fault(body: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        MESSAGES.read(wire(URL, body))
