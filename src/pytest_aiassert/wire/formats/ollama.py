"""Ollama's chat, generate, embed, tags and show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from assistant.messages import Completion, Message, Request, ToolCall
from pytest_aiassert.wire.formats.base import Call, Problem, WireFormat, ndjson
from pytest_aiassert.wire.formats.counting import count, pieces
from pytest_aiassert.wire.formats.openai_chat import ROLES, read_tools
from pytest_aiassert.wire.formats.reading import Reader, call_of, joined, read_body, told, tool_call
from pytest_aiassert.wire.message import WireRequest

_CREATED: Final = "2026-01-01T00:00:00Z"
_NANOSECONDS: Final = 1_000_000_000
_EMBED: Final = re.compile(r"/api/(?:embed|embeddings)/?$")
_MODELS: Final = re.compile(r"/api/(tags|show)/?$")
_DETAILS: Final = {
    "parent_model": "",
    "format": "gguf",
    "family": "mock",
    "families": ["mock"],
    "parameter_size": "1B",
    "quantization_level": "Q4_0",
}


class OllamaFormat(WireFormat):
    """Ollama's own form of an error."""

    api = "ollama"

    def problem(self, problem: Problem, call: Call | None) -> Any:  # noqa: ARG002  words are all there is
        """Return Ollama's error object."""
        return {"error": problem.message}

    def media_type(self, call: Call) -> str:
        """Return the content type; streams are lines of JSON."""
        return "application/x-ndjson" if call.stream else "application/json; charset=utf-8"


class OllamaChat(OllamaFormat):
    """`/api/chat`, which streams unless told not to."""

    title = "Ollama chat"
    path: ClassVar[re.Pattern[str]] = re.compile(r"/api/chat/?$")

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a request of this kind."""
        return request.method == "POST" and self.path.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read a request; raises UsageError."""
        body = read_body(request, self.title)
        return call_of(
            request,
            self.api,
            "chat",
            raw=body.value,
            request=self.read_request(body),
            model=body.required("model"),
            stream=body.flag("stream", default=True),
        )

    def read_request(self, body: Reader) -> Request:
        """Read messages, tools and parameters."""
        return Request(
            messages=tuple(_read_message(turn) for turn in body.children("messages")),
            tools=read_tools(body),
            parameters=body.rest("model", "messages", "tools", "stream"),
        )

    def write(self, answer: Completion, call: Call) -> Any:
        """Return the reply in one piece."""
        return {**_head(answer, call), **self.said(answer.text, answer.tool_calls), **_ending(answer)}

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield a line for each word, one for tool calls, one for the end."""
        head = {**_head(answer, call), "done": False}
        for piece in pieces(answer.text):
            yield ndjson({**head, **self.said(piece, ())})
        if answer.tool_calls:
            yield ndjson({**head, **self.said("", answer.tool_calls)})
        yield ndjson({**head, **self.said("", ()), **_ending(answer)})

    def said(self, text: str, tools: tuple[ToolCall, ...]) -> dict[str, Any]:
        """Return the part of a line that holds the words."""
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if tools:
            message["tool_calls"] = [
                {"function": {"name": tool.name, "arguments": dict(tool.arguments)}} for tool in tools
            ]
        return {"message": message}


class OllamaGenerate(OllamaChat):
    """`/api/generate`: a prompt instead of messages."""

    title = "Ollama generate"
    path = re.compile(r"/api/generate/?$")

    def read_request(self, body: Reader) -> Request:
        """Read prompt, system text and images."""
        system = body.text("system")
        prompt = joined([body.text("prompt"), *_images(body)])
        head = (Message(role="system", content=system),) if system else ()
        parameters = body.rest("model", "prompt", "system", "stream", "images")
        return Request(messages=(*head, Message(role="user", content=prompt)), parameters=parameters)

    def said(self, text: str, tools: tuple[ToolCall, ...]) -> dict[str, Any]:  # noqa: ARG002  there are none here
        """Return the part of a line that holds the words."""
        return {"response": text}


class OllamaEmbed(OllamaFormat):
    """`/api/embed`, and the older `/api/embeddings`."""

    title = "Ollama embed"
    operation = "embed"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a request for vectors."""
        return request.method == "POST" and _EMBED.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read the texts to embed; raises UsageError."""
        body = read_body(request, self.title)
        inputs = body.texts("prompt" if _is_older(request.path) else "input")
        return call_of(request, self.api, "embed", raw=body.value, model=body.required("model"), inputs=inputs)

    def write(self, answer: tuple[tuple[float, ...], ...], call: Call) -> Any:
        """Return the vectors."""
        if _is_older(call.url):
            return {"embedding": list(answer[0])}
        return {
            "model": call.model,
            "embeddings": [list(vector) for vector in answer],
            "total_duration": _NANOSECONDS,
            "load_duration": 0,
            "prompt_eval_count": sum(map(count, call.inputs)),
        }


class OllamaModels(OllamaFormat):
    """`/api/tags`, and `/api/show` for one model."""

    title = "Ollama models"
    operation = "models"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this asks which models there are, or about one."""
        found = _MODELS.search(request.path)
        return found is not None and request.method == ("GET" if found[1] == "tags" else "POST")

    def read(self, request: WireRequest) -> Call:
        """Read which model is asked for, if one; raises UsageError."""
        if request.method == "GET":
            return call_of(request, self.api, "models", raw=None)
        body = read_body(request, self.title)
        name = body.text("model") or body.required("name")
        return call_of(request, self.api, "models", raw=body.value, model=name)

    def write(self, answer: tuple[str, ...], call: Call) -> Any:
        """Return one model, or the list of all."""
        if not call.model:
            return {"models": [_tag(name) for name in answer]}
        return {
            "modelfile": "",
            "parameters": "",
            "template": "",
            "details": _DETAILS,
            "model_info": {"general.architecture": "mock"},
            "capabilities": ["completion", "tools"],
            "modified_at": _CREATED,
        }


def _is_older(path: str) -> bool:
    return path.rstrip("/").endswith("/embeddings")


def _tag(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "model": name,
        "modified_at": _CREATED,
        "size": 1_000_000_000,
        "digest": "0" * 64,
        "details": _DETAILS,
    }


def _head(answer: Completion, call: Call) -> dict[str, Any]:
    return {"model": answer.model or call.model, "created_at": _CREATED}


def _ending(answer: Completion) -> dict[str, Any]:
    return {
        "done": True,
        "done_reason": "length" if answer.finish_reason == "length" else "stop",
        "total_duration": _NANOSECONDS,
        "load_duration": 0,
        "prompt_eval_count": answer.usage.input_tokens,
        "prompt_eval_duration": _NANOSECONDS // 4,
        "eval_count": answer.usage.output_tokens,
        "eval_duration": _NANOSECONDS * 3 // 4,
    }


def _read_message(turn: Reader) -> Message:
    role = turn.required("role")
    if role not in ROLES:
        turn.fail("role", role, f"one of {', '.join(ROLES)}")
    calls = [item.child("function") for item in turn.children("tool_calls")]
    return Message(
        role=ROLES[role],
        content=joined([turn.text("content"), *_images(turn)]),
        tool_calls=tuple(tool_call("", call.required("name"), call.get("arguments")) for call in calls if call),
        tool_call_id=turn.get("tool_name") if isinstance(turn.get("tool_name"), str) else None,
    )


def _images(turn: Reader) -> list[str]:
    images = turn.get("images")
    return [told("image", image) for image in images] if isinstance(images, list) else []
