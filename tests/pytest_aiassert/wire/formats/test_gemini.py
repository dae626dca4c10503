from __future__ import annotations

import json
from typing import Any

import pytest
from google.genai.types import CountTokensResponse, EmbedContentResponse, GenerateContentResponse
from google.genai.types import Model as GeminiModel
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, events, whole, wire

from assistant.messages import Completion, Message, Tool, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.gemini import GeminiCountTokens, GeminiGenerate
from pytest_aiassert.wire.formats.gemini_other import GeminiEmbed, GeminiModels

GENERATE, COUNT, EMBED, MODELS = GeminiGenerate(), GeminiCountTokens(), GeminiEmbed(), GeminiModels()
URL = "https://generativelanguage.googleapis.com/v1beta/models/m"
ASKED: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
FINISH = {"length": "MAX_TOKENS", "refused": "SAFETY"}


def strictly(model: Any, content: bytes) -> Any:
    """Validate by a model that itself forbids what it does not know."""
    assert model.model_config["extra"] == "forbid"
    return model.model_validate_json(content)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_content_is_what_the_sdk_expects(reply: Completion) -> None:
    call = GENERATE.read(wire(f"{URL}:generateContent", ASKED))
    response = strictly(GenerateContentResponse, whole(GENERATE, call, reply))
    candidate = response.candidates[0]
    assert "".join(part.text or "" for part in candidate.content.parts) == reply.text
    assert candidate.finish_reason.value == FINISH.get(reply.finish_reason, "STOP")
    assert [part.function_call.name for part in candidate.content.parts if part.function_call] == [
        call.name for call in reply.tool_calls
    ]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_a_stream_is_what_the_sdk_expects_in_both_forms(reply: Completion) -> None:
    sse = GENERATE.read(wire(f"{URL}:streamGenerateContent?alt=sse", ASKED))
    chunks = [event.removeprefix(b"data: ") for event in events(GENERATE, sse, reply)]
    found = [strictly(GenerateContentResponse, chunk) for chunk in chunks]
    array = GENERATE.read(wire(f"{URL}:streamGenerateContent", ASKED))
    same = json.loads(b"".join(events(GENERATE, array, reply)))
    assert len(same) == len(found)
    assert "".join(p.text or "" for c in found for p in c.candidates[0].content.parts) == reply.text
    reasons = [chunk.candidates[0].finish_reason for chunk in found]
    assert reasons[:-1] == [None] * (len(found) - 1)
    assert reasons[-1].value == FINISH.get(reply.finish_reason, "STOP")
    counts = [chunk.usage_metadata.candidates_token_count for chunk in found]
    assert counts == sorted(counts)


def test_the_array_form_is_json_and_says_so() -> None:
    array = GENERATE.read(wire(f"{URL}:streamGenerateContent", ASKED))
    assert dict(GENERATE.respond(REPLIES["usage"], array).headers)["content-type"].startswith("application/json")


def test_vectors_tokens_and_models_are_what_the_sdk_expects() -> None:
    batch = EMBED.read(
        wire(f"{URL}:batchEmbedContents", {"requests": [{"content": {"parts": [{"text": t}]}} for t in "ab"]})
    )
    assert batch.inputs == ("a", "b")
    found = strictly(EmbedContentResponse, EMBED.respond(((0.5,), (1.0,)), batch).content)
    assert [one.values for one in found.embeddings] == [[0.5], [1.0]]
    one = EMBED.read(wire(f"{URL}:embedContent", {"content": {"parts": [{"text": "a"}]}}))
    assert json.loads(EMBED.respond(((0.5,),), one).content) == {"embedding": {"values": [0.5]}}
    call = COUNT.read(wire(f"{URL}:countTokens", {"generateContentRequest": {**ASKED, "model": "models/m"}}))
    assert call.prompt == "Hi"
    assert strictly(CountTokensResponse, COUNT.respond(7, call).content).total_tokens == 7
    listing = MODELS.read(wire("https://generativelanguage.googleapis.com/v1beta/models?pageSize=5", method="GET"))
    for card in json.loads(MODELS.respond(("a",), listing).content)["models"]:
        del card["supportedGenerationMethods"]  # the SDK renames it before it validates
        assert strictly(GeminiModel, json.dumps(card).encode()).name == "models/a"


def test_everything_in_a_request_is_read() -> None:
    call = GENERATE.read(
        wire(
            f"{URL}:generateContent?key=AIza-secret",
            {
                "system_instruction": {"parts": [{"text": "Be kind."}]},
                "generationConfig": {"temperature": 0.5, "max_output_tokens": 9},
                "tools": [{"function_declarations": [{"name": "add", "parametersJsonSchema": {"type": "object"}}]}],
                "contents": [
                    {
                        "parts": [
                            {"text": "What is this?"},
                            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
                            {"file_data": {"file_uri": "gs://x/a.pdf"}},
                        ]
                    },
                    {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "Let me see."}]},
                    {"role": "model", "parts": [{"functionCall": {"name": "add", "args": {"a": 1}}}]},
                    {"role": "user", "parts": [{"functionResponse": {"name": "add", "response": {"result": 1}}}]},
                ],
            },
        )
    )
    assert call.request.messages == (
        Message(role="system", content="Be kind."),
        Message(role="user", content="What is this?\n[image: image/png, 3 bytes]\n[file: gs://x/a.pdf]"),
        Message(role="assistant", content="Let me see."),
        Message(
            role="assistant", tool_calls=(ToolCall(id="", name="add", arguments={"a": 1}, raw_arguments='{"a": 1}'),)
        ),
        Message(role="tool", content='{"result": 1}', tool_call_id="add"),
    )
    assert call.request.tools == (Tool(name="add", parameters={"type": "object"}),)
    assert call.request.parameters == {"temperature": 0.5, "maxOutputTokens": 9}
    assert call.model == "m"
    assert "AIza" not in repr(call)


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        (f"{URL}:generateContent", True),
        (
            "https://x-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/m:generateContent",
            True,
        ),
        ("http://127.0.0.1:1/v1beta/models/m:streamGenerateContent?alt=sse", True),
        (f"{URL}:predictLongRunning", False),
        (f"{URL}:embedContent", False),
    ],
)
def test_content_is_recognised_on_every_host(url: str, claimed: bool) -> None:
    assert GENERATE.claims(wire(url, ASKED)) == claimed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "contents is missing"),
        ({"contents": [{"role": "robot", "parts": []}]}, r"contents\[0\].role .*user or model"),
        ({**ASKED, "generationConfig": {"candidateCount": 2}}, "candidateCount is 2, but a scripted reply is one"),
        ({**ASKED, "tools": [{"functionDeclarations": [{}]}]}, r"functionDeclarations\[0\].name is missing"),
    ],
)
def test_a_request_that_the_api_would_refuse_is_refused_by_the_place_of_its_fault(body: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        GENERATE.read(wire(f"{URL}:generateContent", body))
