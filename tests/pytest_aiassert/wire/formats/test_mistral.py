from __future__ import annotations

import json
from typing import Any

import pytest
from mistralai.client.models import ChatCompletionResponse, CompletionChunk, EmbeddingResponse, ModelList
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, events, strictly, whole, wire

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats import recognise
from pytest_aiassert.wire.formats.mistral import MistralChat, MistralEmbeddings, MistralFIM, MistralModels

CHAT, FIM, EMBEDDINGS, MODELS = MistralChat(), MistralFIM(), MistralEmbeddings(), MistralModels()
URL = "https://api.mistral.ai/v1"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_completion_is_what_the_sdk_expects(reply: Completion) -> None:
    call = CHAT.read(wire(f"{URL}/chat/completions", ASKED))
    completion = strictly(ChatCompletionResponse, whole(CHAT, call, reply))
    assert completion.choices[0].message.content == reply.text
    assert completion.usage.total_tokens > 1


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_stream_is_what_the_sdk_expects(reply: Completion) -> None:
    call = CHAT.read(wire(f"{URL}/chat/completions", {**ASKED, "stream": True}))
    *data, done = events(CHAT, call, reply)
    assert done == b"data: [DONE]\n\n"
    chunks = [strictly(CompletionChunk, event.removeprefix(b"data: ")) for event in data]
    assert "".join(chunk.choices[0].delta.content for chunk in chunks) == reply.text
    assert len(chunks[-1].choices[0].delta.tool_calls or ()) == len(reply.tool_calls)
    assert chunks[-1].usage.completion_tokens


def test_code_between_a_prompt_and_a_suffix() -> None:
    call = FIM.read(wire(f"{URL}/fim/completions", {"model": "codestral", "prompt": "def f(", "suffix": "return x"}))
    assert call.prompt == "def f("
    assert call.request.parameters == {"suffix": "return x"}
    assert strictly(ChatCompletionResponse, whole(FIM, call, REPLIES["text"])).choices


def test_vectors_and_models_are_what_the_sdk_expects() -> None:
    call = EMBEDDINGS.read(wire(f"{URL}/embeddings", {"model": "m", "input": ["a", "b"]}))
    found = strictly(EmbeddingResponse, EMBEDDINGS.respond(((0.5,), (1.0,)), call).content)
    assert [one.embedding for one in found.data] == [[0.5], [1.0]]
    listing = MODELS.read(wire(f"{URL}/models", method="GET"))
    body = MODELS.respond(("a", "b"), listing).content
    assert [card.id for card in strictly(ModelList, body).data or ()] == ["a", "b"]
    one = MODELS.read(wire(f"{URL}/models/a", method="GET"))
    assert json.loads(MODELS.respond((), one).content)["id"] == "a"


def test_it_is_told_from_openai_by_host_or_sdk() -> None:
    agent: Any = {"user_agent": "mistral-client-python/3.7.0"}
    path = "/v1/chat/completions"
    found = [
        recognise(wire(f"https://api.mistral.ai{path}", ASKED)),
        recognise(wire(f"http://127.0.0.1:9{path}", ASKED, **agent)),
        recognise(wire(f"http://127.0.0.1:9{path}", ASKED)),
        recognise(wire("https://codestral.mistral.ai/v1/fim/completions", ASKED)),
    ]
    assert [form and form.api for form in found] == ["mistral", "mistral", "openai", "mistral"]


def test_several_replies_at_once_are_refused() -> None:
    with pytest.raises(UsageError, match="n is 2"):
        CHAT.read(wire(f"{URL}/chat/completions", {**ASKED, "n": 2}))
