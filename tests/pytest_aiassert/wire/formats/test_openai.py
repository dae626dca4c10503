from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest
from openai.types import CreateEmbeddingResponse, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, events, strictly, whole, wire

from assistant.messages import Completion, Message, Tool, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.openai_chat import OpenAIChat
from pytest_aiassert.wire.formats.openai_other import OpenAIEmbeddings, OpenAIModels
from pytest_aiassert.wire.formats.openai_responses import OpenAIResponses

CHAT, RESPONSES, EMBEDDINGS, MODELS = OpenAIChat(), OpenAIResponses(), OpenAIEmbeddings(), OpenAIModels()
URL = "https://api.openai.com/v1"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_chat_completion_is_what_the_sdk_expects(reply: Completion) -> None:
    call = CHAT.read(wire(f"{URL}/chat/completions", ASKED))
    completion = strictly(ChatCompletion, whole(CHAT, call, reply))
    message = completion.choices[0].message
    assert (message.content or message.refusal or "") == reply.text
    assert completion.model == (reply.model or "m")
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens > 1


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_stream_of_chunks_is_what_the_sdk_expects(reply: Completion, counted: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if counted else {}
    call = CHAT.read(wire(f"{URL}/chat/completions", {**ASKED, "stream": True, **options}))
    *data, done = events(CHAT, call, reply)
    assert done == b"data: [DONE]\n\n"
    chunks = [strictly(ChatCompletionChunk, event.removeprefix(b"data: ")) for event in data]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert (chunks[-1].usage is not None) == counted
    assert len({chunk.id for chunk in chunks}) == 1
    last = chunks[-2 if counted else -1]
    assert last.choices[0].finish_reason == {"length": "length", "tool_calls": "tool_calls"}.get(
        reply.finish_reason, "stop"
    )


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_response_is_what_the_sdk_expects(reply: Completion) -> None:
    tools = [{"type": "function", "name": "add", "parameters": {"type": "object"}}]
    call = RESPONSES.read(wire(f"{URL}/responses", {"model": "m", "input": "Hi", "tools": tools}))
    response = strictly(Response, whole(RESPONSES, call, reply))
    assert response.output_text == ("" if reply.finish_reason == "refused" else reply.text)
    assert response.status == ("incomplete" if reply.finish_reason == "length" else "completed")
    assert [item.name for item in response.output if item.type == "function_call"] == [
        call.name for call in reply.tool_calls
    ]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_the_events_of_a_response_are_what_the_sdk_expects(reply: Completion) -> None:
    call = RESPONSES.read(wire(f"{URL}/responses", {"model": "m", "input": "Hi", "stream": True}))
    seen: list[Any] = []
    for event in events(RESPONSES, call, reply):
        name, _, data = event.partition(b"\n")
        seen.append(strictly(ResponseStreamEvent, data.removeprefix(b"data: "), also=frozenset({"name"})))
        assert name == f"event: {seen[-1].type}".encode()
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    assert seen[0].type == "response.created"
    assert seen[-1].type == f"response.{seen[-1].response.status}"
    deltas = [event.delta for event in seen if event.type in ("response.output_text.delta", "response.refusal.delta")]
    assert "".join(deltas) == reply.text


def test_embeddings_are_what_the_sdk_expects() -> None:
    vectors = ((0.5, -0.25), (1.0, 0.0))
    plain = EMBEDDINGS.read(wire(f"{URL}/embeddings", {"model": "m", "input": ["a", "b"]}))
    found = strictly(CreateEmbeddingResponse, EMBEDDINGS.respond(vectors, plain).content)
    assert [tuple(one.embedding) for one in found.data] == list(vectors)
    packed = EMBEDDINGS.read(wire(f"{URL}/embeddings", {"model": "m", "input": "a", "encoding_format": "base64"}))
    data = json.loads(EMBEDDINGS.respond(vectors[:1], packed).content)["data"][0]["embedding"]
    assert struct.unpack("<2f", base64.b64decode(data)) == vectors[0]


@pytest.mark.parametrize(("given", "read"), [("a", ("a",)), ([1, 2], ("1 2",)), ([[1], [2, 3]], ("1", "2 3"))])
def test_embeddings_take_texts_and_tokens(given: Any, read: tuple[str, ...]) -> None:
    assert EMBEDDINGS.read(wire(f"{URL}/embeddings", {"model": "m", "input": given})).inputs == read


def test_models_are_what_the_sdk_expects() -> None:
    one = MODELS.read(wire(f"{URL}/models/gpt-9", method="GET"))
    assert strictly(Model, MODELS.respond((), one).content).id == "gpt-9"
    every = json.loads(MODELS.respond(("a", "b"), MODELS.read(wire(f"{URL}/models", method="GET"))).content)
    assert [strictly(Model, json.dumps(card).encode()).id for card in every["data"]] == ["a", "b"]


def test_everything_in_a_chat_request_is_read() -> None:
    call = CHAT.read(
        wire(
            f"{URL}/chat/completions?api-version=1",
            {
                "model": "m",
                "temperature": 0.5,
                "tools": [
                    {"type": "function", "function": {"name": "add", "description": "Adds."}},
                    {"type": "custom", "custom": {"name": "shell"}},
                ],
                "messages": [
                    {"role": "developer", "content": "Be kind."},
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "What is this?"},
                            {"type": "image_url", "image_url": {"url": "https://x.example/cat.png"}},
                            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
                            {"type": "file", "file": {"file_data": "AAAA", "filename": "a.pdf"}},
                        ],
                    },
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}},
                            {"id": "d", "type": "function", "function": {"name": "add", "arguments": "{broken"}},
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c", "content": "1"},
                ],
            },
            authorization="Bearer sk-secret",
            x_trace="7",
        )
    )
    assert call.request.messages == (
        Message(role="system", content="Be kind."),
        Message(
            role="user",
            content="What is this?\n[image: https://x.example/cat.png]\n[image: image/png, 3 bytes]\n"
            "[audio: wav, 3 bytes]\n[file: a.pdf, 3 bytes]",
        ),
        Message(
            role="assistant",
            tool_calls=(
                ToolCall(id="c", name="add", arguments={"a": 1}, raw_arguments='{"a": 1}'),
                ToolCall(id="d", name="add", raw_arguments="{broken"),
            ),
        ),
        Message(role="tool", content="1", tool_call_id="c"),
    )
    assert call.request.tools == (Tool(name="add", description="Adds."),)
    assert call.request.parameters == {"temperature": 0.5}
    assert call.headers["x-trace"] == "7"
    assert "secret" not in repr(call)
    assert call.url == f"{URL}/chat/completions"


def test_items_of_a_response_request_are_read() -> None:
    call = RESPONSES.read(
        wire(
            f"{URL}/responses",
            {
                "model": "m",
                "instructions": "Be kind.",
                "tools": [{"type": "web_search"}, {"type": "function", "name": "add", "parameters": None}],
                "input": [
                    {"role": "user", "content": [{"type": "input_text", "text": "Hi"}, {"type": "input_image"}]},
                    {"type": "reasoning", "id": "r", "summary": []},
                    {"type": "function_call", "call_id": "c", "name": "add", "arguments": "{}"},
                    {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "5"}]},
                ],
            },
        )
    )
    assert [(m.role, m.content) for m in call.request.messages] == [
        ("system", "Be kind."),
        ("user", "Hi\n[image]"),
        ("assistant", ""),
        ("tool", "5"),
    ]
    assert [tool.name for tool in call.request.tools] == ["add"]


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        (f"{URL}/chat/completions", True),
        ("https://me.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21", True),
        ("http://127.0.0.1:8080/v1/chat/completions", True),
        ("https://api.deepseek.com/chat/completions", True),
        ("https://example.com/chat/completions/list", False),
        (f"{URL}/audio/speech", False),
    ],
)
def test_chat_is_recognised_on_every_host(url: str, claimed: bool) -> None:
    assert CHAT.claims(wire(url, ASKED)) == claimed
    assert not CHAT.claims(wire(url, method="GET"))


def test_azure_names_its_deployment_in_the_path() -> None:
    url = "https://me.openai.azure.com/openai/deployments/my-gpt/chat/completions?api-version=1"
    assert CHAT.read(wire(url, {"messages": []})).model == "my-gpt"
    url = "https://me.openai.azure.com/openai/deployments/my-e/embeddings"
    assert EMBEDDINGS.claims(wire(url, {}))
    assert EMBEDDINGS.read(wire(url, {"input": "a"})).model == "my-e"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "the body is a list .*expected a JSON object"),
        ({"model": "m"}, "messages is missing; expected a list of objects"),
        ({"model": "m", "messages": "Hi"}, "messages is text .'Hi'"),
        ({"model": "m", "messages": ["Hi"]}, r"messages\[0\] is text"),
        ({"model": "m", "messages": [{"role": "robot"}]}, r"messages\[0\].role is text .'robot'"),
        ({"model": "m", "messages": [{"role": "user", "content": 7}]}, r"messages\[0\].content is a number"),
        ({"model": 7, "messages": []}, "model is a number"),
        ({"model": "m", "messages": [], "n": 3}, "n is 3, but a scripted reply is one"),
        ({"model": "m", "messages": [], "stream": "yes"}, "stream is text"),
        ({"model": "m", "messages": [], "tools": [{"function": {}}]}, r"tools\[0\].function.name is missing"),
        (
            {"model": "m", "messages": [], "tools": [{"function": {"name": "a", "parameters": 1}}]},
            "parameters is a number",
        ),
    ],
)
def test_a_request_that_the_api_would_refuse_is_refused_by_the_place_of_its_fault(body: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        CHAT.read(wire(f"{URL}/chat/completions", body))


def test_bodies_that_are_no_json_are_refused() -> None:
    url = f"{URL}/chat/completions"
    with pytest.raises(UsageError, match=r"body is not JSON \(Expecting.*'{\"model\":'"):
        CHAT.read(wire(url).__class__(method="POST", url=url, content=b'{"model":'))
    with pytest.raises(UsageError, match="body is empty"):
        CHAT.read(wire(url))
    with pytest.raises(UsageError, match="multipart/form-data; this API takes JSON"):
        CHAT.read(wire(url).__class__(method="POST", url=url, headers=(("Content-Type", "multipart/form-data; b=1"),)))
    with pytest.raises(UsageError, match="body is not JSON"):
        CHAT.read(wire(url).__class__(method="POST", url=url, content=b"<html>\xff</html>"))
    with pytest.raises(UsageError, match="body is not JSON"):
        CHAT.read(wire(url).__class__(method="POST", url=url, content=b"[" * 100_000))


def test_twenty_megabytes_are_read() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "x" * 20_000_000}]}
    assert len(CHAT.read(wire(f"{URL}/chat/completions", body)).prompt) == 20_000_000
