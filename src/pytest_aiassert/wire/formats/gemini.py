"""Gemini's generateContent and streamGenerateContent, of Google AI and of Vertex."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assistant.messages import Completion, FinishReason, Message, Request, Role, ToolCall
from pytest_aiassert.wire.formats.base import Call, Problem, WireFormat, encode, sse
from pytest_aiassert.wire.formats.counting import count, pieces
from pytest_aiassert.wire.formats.reading import Reader, call_of, joined, read_body, told, tool_call, tool_of
from pytest_aiassert.wire.message import WireRequest

_PATH: Final = re.compile(r"/(?:models|tunedModels|endpoints)/([^/:]+):(\w+)$")
_WORD: Final = re.compile("[A-Z]")
_UNDERSCORE: Final = re.compile("_([a-z])")
_FINISH: Final[Mapping[FinishReason, str]] = {"length": "MAX_TOKENS", "refused": "SAFETY"}
_STATUS: Final[Mapping[int, str]] = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_ROLES: Final[Mapping[str, Role]] = {"user": "user", "model": "assistant", "function": "user", "system": "system"}


class GeminiFormat(WireFormat):
    """Google's own form of an error, and the address of a model's method."""

    api = "gemini"
    methods: tuple[str, ...] = ()

    def claims(self, request: WireRequest) -> bool:
        """Say whether a request asks for one of the methods of a model."""
        found = _PATH.search(request.path)
        return request.method == "POST" and found is not None and found[2] in self.methods

    def problem(self, problem: Problem, call: Call | None) -> Any:
        """Return Google's error object."""
        default = "INTERNAL" if problem.status >= 500 else "INVALID_ARGUMENT"  # noqa: PLR2004  HTTP
        status = _STATUS.get(problem.status, default)
        error = {"error": {"code": problem.status, "message": problem.message, "status": status}}
        return [error] if call and call.stream and call.query.get("alt") != "sse" else error


class GeminiGenerate(GeminiFormat):
    """`models/NAME:generateContent` and `:streamGenerateContent`."""

    title = "Gemini generateContent"
    methods = ("generateContent", "streamGenerateContent")

    def read(self, request: WireRequest) -> Call:
        """Read a request for content; raises UsageError."""
        body = google_body(request, self.title)
        model, method = method_of(request)
        stream = method == "streamGenerateContent"
        asked = read_request(body)
        return call_of(request, self.api, "chat", raw=body.value, request=asked, model=model, stream=stream)

    def write(self, answer: Completion, call: Call) -> Any:
        """Return the content in one piece."""
        parts = [{"text": answer.text}] if answer.text else []
        parts += [_function_call(tool) for tool in answer.tool_calls]
        return self._response(parts, answer, call, tokens=answer.usage.output_tokens, reason=_finish(answer))

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield the content in pieces: server-sent events, or the elements of one JSON array."""
        chunks = list(self._chunks(answer, call))
        if call.query.get("alt") == "sse":
            yield from (sse(chunk) for chunk in chunks)
            return
        for number, chunk in enumerate(chunks):
            yield (b",\r\n" if number else b"[") + encode(chunk)
        yield b"]"

    def media_type(self, call: Call) -> str:
        """Return the content type; a stream that is not asked for as events is a JSON array."""
        return "text/event-stream" if call.query.get("alt") == "sse" else "application/json; charset=UTF-8"

    def _chunks(self, answer: Completion, call: Call) -> Iterator[dict[str, Any]]:
        sent = 0
        words = pieces(answer.text)
        for number, piece in enumerate(words):
            sent = min(sent + count(piece), answer.usage.output_tokens)
            if number < len(words) - 1 or answer.tool_calls:
                yield self._response([{"text": piece}], answer, call, tokens=sent)
        last: list[Any] = [_function_call(tool) for tool in answer.tool_calls]
        last = last or [{"text": words[-1] if words else ""}]
        yield self._response(last, answer, call, tokens=answer.usage.output_tokens, reason=_finish(answer))

    def _response(
        self, parts: list[Any], answer: Completion, call: Call, *, tokens: int, reason: str | None = None
    ) -> dict[str, Any]:
        usage = answer.usage
        candidate: dict[str, Any] = {"content": {"role": "model", "parts": parts}, "index": 0}
        if reason is not None:
            candidate["finishReason"] = reason
        counts: dict[str, Any] = {
            "promptTokenCount": usage.input_tokens,
            "candidatesTokenCount": tokens,
            "totalTokenCount": usage.input_tokens + tokens,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input_tokens}],
        }
        if usage.cached_tokens:
            counts["cachedContentTokenCount"] = usage.cached_tokens
        return {
            "candidates": [candidate],
            "usageMetadata": counts,
            "modelVersion": answer.model or call.model,
            "responseId": call.identifier(""),
        }


class GeminiCountTokens(GeminiFormat):
    """`models/NAME:countTokens`."""

    title = "Gemini countTokens"
    operation = "count"
    methods = ("countTokens",)

    def read(self, request: WireRequest) -> Call:
        """Read what is to be counted; raises UsageError."""
        body = google_body(request, self.title)
        asked = read_request(body.child("generateContentRequest") or body)
        return call_of(request, self.api, "count", raw=body.value, request=asked, model=method_of(request)[0])

    def write(self, answer: int, call: Call) -> Any:  # noqa: ARG002  the number says it all
        """Return the number."""
        return {"totalTokens": answer}


class GoogleReader(Reader):
    """Reads fields in camelCase or snake_case, for Google takes both."""

    def get(self, key: str) -> Any:
        """Return a field as it is, None where it is missing."""
        return self.value.get(key, self.value.get(_WORD.sub(lambda found: f"_{found[0].lower()}", key)))

    def rest(self, *known: str) -> dict[str, Any]:
        """Return the fields that are not among those known, in camelCase."""
        named = {_UNDERSCORE.sub(lambda found: found[1].upper(), key): part for key, part in self.value.items()}
        return {key: part for key, part in named.items() if key not in known}


def google_body(request: WireRequest, title: str) -> GoogleReader:
    """Return the JSON object of a request's body; raises UsageError for any other body."""
    body = read_body(request, title)
    return GoogleReader(body.value, body.where)


def method_of(request: WireRequest) -> tuple[str, str]:
    """Return the model and the method that a path names."""
    found = _PATH.search(request.path)
    return (found[1], found[2]) if found else ("", "")


def read_request(body: Reader) -> Request:
    """Read contents, instructions, functions and parameters."""
    settings = body.child("generationConfig")
    if settings:
        settings.one_choice("candidateCount")
    messages: list[Message] = []
    instructions = body.child("systemInstruction")
    if instructions:
        messages.append(Message(role="system", content=read_parts(instructions)[0]))
    for turn in body.children("contents", required=True):
        messages += _turn(turn)
    declared = [entry for tool in body.children("tools") for entry in tool.children("functionDeclarations")]
    known = ("contents", "systemInstruction", "tools", "generationConfig", "model")
    return Request(
        messages=tuple(messages),
        tools=tuple(
            tool_of(entry, "parametersJsonSchema" if entry.get("parametersJsonSchema") else "parameters")
            for entry in declared
        ),
        parameters={**body.rest(*known), **(settings.rest() if settings else {})},
    )


def read_parts(turn: Reader) -> tuple[str, tuple[ToolCall, ...], list[Message]]:
    """Return the text, tool calls and tool results of a content's parts."""
    texts: list[str] = []
    calls: list[ToolCall] = []
    results: list[Message] = []
    for part in turn.children("parts"):
        if part.get("text") is not None:
            texts.append("" if part.get("thought") else part.text("text"))
        elif called := part.child("functionCall"):
            calls.append(tool_call(called.text("id"), called.required("name"), called.get("args")))
        elif answered := part.child("functionResponse"):
            text = json.dumps(answered.get("response"), ensure_ascii=False)
            name = answered.text("id") or answered.text("name")
            results.append(Message(role="tool", content=text, tool_call_id=name))
        elif data := part.child("inlineData"):
            media = data.text("mimeType")
            texts.append(told(media.partition("/")[0] or "part", data.text("data"), media))
        elif file := part.child("fileData"):
            texts.append(told("file", file.text("fileUri"), file.text("mimeType")))
    return joined(texts), tuple(calls), results


def _turn(turn: Reader) -> list[Message]:
    role = turn.text("role", "user")
    if role not in _ROLES:
        turn.fail("role", role, "user or model")
    text, calls, results = read_parts(turn)
    said = [Message(role=_ROLES[role], content=text, tool_calls=calls)] if text or calls or not results else []
    return [*results, *said]


def _finish(answer: Completion) -> str:
    return _FINISH.get(answer.finish_reason, "STOP")


def _function_call(tool: ToolCall) -> dict[str, Any]:
    call: dict[str, Any] = {"name": tool.name, "args": dict(tool.arguments)}
    return {"functionCall": {"id": tool.id, **call} if tool.id else call}
