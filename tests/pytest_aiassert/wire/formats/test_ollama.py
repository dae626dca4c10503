from __future__ import annotations

import json
from typing import Any

import pytest
from ollama import ChatResponse, EmbedResponse, GenerateResponse, ListResponse, ShowResponse
from ollama._types import EmbeddingsResponse
from pydantic import BaseModel
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, events, whole, wire

from assistant.messages import Completion, Message
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.ollama import OllamaChat, OllamaEmbed, OllamaGenerate, OllamaModels

CHAT, GENERATE, EMBED, MODELS = OllamaChat(), OllamaGenerate(), OllamaEmbed(), OllamaModels()
URL = "http://127.0.0.1:11434/api"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def strictly(model: type[BaseModel], content: bytes) -> Any:
    """Validate strictly, and see that the model takes up every field; it drops what it does not know."""
    given = json.loads(content)
    value = model.model_validate_json(content, strict=True)
    names = {field.alias or name for name, field in model.model_fields.items()}
    assert set(given) <= names, set(given) - names
    return value


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_reply_is_what_the_sdk_expects(reply: Completion) -> None:
    call = CHAT.read(wire(f"{URL}/chat", {**ASKED, "stream": False}))
    found = strictly(ChatResponse, whole(CHAT, call, reply))
    assert found.message.content == reply.text
    assert [call.function.arguments for call in found.message.tool_calls or ()] == [
        call.arguments for call in reply.tool_calls
    ]
    assert found.done_reason == ("length" if reply.finish_reason == "length" else "stop")


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_stream_is_lines_of_what_the_sdk_expects(reply: Completion) -> None:
    call = CHAT.read(wire(f"{URL}/chat", ASKED))
    assert call.stream
    lines = events(CHAT, call, reply)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    found = [strictly(ChatResponse, line) for line in lines]
    assert "".join(part.message.content for part in found) == reply.text
    assert [part.done for part in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].eval_count
    assert CHAT.media_type(call) == "application/x-ndjson"


def test_generate_is_what_the_sdk_expects() -> None:
    body = {"model": "m", "prompt": "Hi", "system": "Be kind.", "images": ["AAAA"], "options": {"seed": 1}}
    call = GENERATE.read(wire(f"{URL}/generate", body))
    assert call.request.messages == (
        Message(role="system", content="Be kind."),
        Message(role="user", content="Hi\n[image: 3 bytes]"),
    )
    assert call.request.parameters == {"options": {"seed": 1}}
    found = [strictly(GenerateResponse, line) for line in events(GENERATE, call, REPLIES["text"])]
    assert "".join(part.response for part in found) == REPLIES["text"].text


def test_vectors_are_what_the_sdk_expects() -> None:
    call = EMBED.read(wire(f"{URL}/embed", {"model": "m", "input": ["a", "b"]}))
    assert strictly(EmbedResponse, EMBED.respond(((0.5,), (1.0,)), call).content).embeddings == [[0.5], [1.0]]
    older = EMBED.read(wire(f"{URL}/embeddings", {"model": "m", "prompt": "a"}))
    assert strictly(EmbeddingsResponse, EMBED.respond(((0.5,),), older).content).embedding == [0.5]


def test_models_are_what_the_sdk_expects() -> None:
    listing = MODELS.read(wire(f"{URL}/tags", method="GET"))
    found = ListResponse.model_validate_json(MODELS.respond(("a", "b"), listing).content)
    assert [model.model for model in found.models] == ["a", "b"]
    one = MODELS.read(wire(f"{URL}/show", {"model": "a"}))
    shown = ShowResponse.model_validate_json(MODELS.respond((), one).content)
    assert shown.capabilities == ["completion", "tools"]


def test_what_was_said_before_is_read() -> None:
    turns = [
        {"role": "user", "content": "Hi", "images": ["AAAA"]},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "add", "arguments": {"a": 1}}}]},
        {"role": "tool", "tool_name": "add", "content": "1"},
    ]
    call = CHAT.read(wire(f"{URL}/chat", {"model": "m", "messages": turns}))
    first, second, third = call.request.messages
    assert first.content == "Hi\n[image: 3 bytes]"
    assert second.tool_calls[0].arguments == {"a": 1}
    assert (third.role, third.tool_call_id) == ("tool", "add")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"messages": []}, "model is missing"),
        ({"model": "m", "messages": {}}, "messages is an object"),
        ({"model": "m", "messages": [{"role": "robot"}]}, r"messages\[0\].role"),
    ],
)
def test_a_request_that_the_api_would_refuse_is_refused_by_the_place_of_its_fault(body: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CHAT.read(wire(f"{URL}/chat", body))
