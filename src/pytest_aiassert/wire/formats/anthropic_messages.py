"""Anthropic's messages, and the counting of their tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from assistant.messages import Completion, FinishReason, Message, Request, Tool, ToolCall
from pytest_aiassert.wire.formats.base import Call, Problem, WireFormat, sse
from pytest_aiassert.wire.formats.counting import argument_pieces, pieces
from pytest_aiassert.wire.formats.reading import Reader, call_of, joined, read_body, told, tool_call, tool_of
from pytest_aiassert.wire.message import WireRequest

_STOP: Final[Mapping[FinishReason, str]] = {"length": "max_tokens", "tool_calls": "tool_use", "refused": "refusal"}
_TYPES: Final[Mapping[int, str]] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_MESSAGES: Final = re.compile(r"/v1/messages/?$")
_COUNT: Final = re.compile(r"/v1/messages/count_tokens/?$")
_MODELS: Final = re.compile(r"/v1/models(?:/([^/]+))?/?$")


class AnthropicFormat(WireFormat):
    """Anthropic's own form of an error."""

    api = "anthropic"

    def problem(self, problem: Problem, call: Call | None) -> Any:
        """Return Anthropic's error object."""
        default = "api_error" if problem.status >= 500 else "invalid_request_error"  # noqa: PLR2004  HTTP
        error = {"type": _TYPES.get(problem.status, default), "message": problem.message}
        return {"type": "error", "error": error, "request_id": call.identifier("req_") if call else None}


class AnthropicMessages(AnthropicFormat):
    """`/v1/messages`, on any host."""

    title = "Anthropic messages"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a messages request."""
        return request.method == "POST" and _MESSAGES.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read a messages request; raises UsageError."""
        body = read_body(request, self.title)
        return _read(request, body, stream=body.flag("stream"), operation=self)

    def write(self, answer: Completion, call: Call) -> Any:
        """Return a message."""
        content: list[Any] = [{"type": "text", "text": answer.text, "citations": None}] if answer.text else []
        content += [_tool_use(tool, n, call, dict(tool.arguments)) for n, tool in enumerate(answer.tool_calls)]
        return {**_message(answer, call), "content": content, **_ending(answer)}

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield message_start, the blocks with their deltas, message_delta and message_stop."""

        def event(kind: str, **fields: Any) -> bytes:
            return sse({"type": kind, **fields}, kind)

        start = _message(answer, call)
        start["usage"] = {**start["usage"], "output_tokens": 1}
        yield event("message_start", message={**start, "content": [], "stop_reason": None, "stop_sequence": None})
        yield event("ping")
        index = 0
        if answer.text:
            yield event("content_block_start", index=0, content_block={"type": "text", "text": "", "citations": None})
            for piece in pieces(answer.text):
                yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            yield event("content_block_stop", index=0)
            index = 1
        for number, tool in enumerate(answer.tool_calls, index):
            block = _tool_use(tool, number - index, call, {})
            yield event("content_block_start", index=number, content_block=block)
            for piece in ("", *argument_pieces(tool)):
                delta = {"type": "input_json_delta", "partial_json": piece}
                yield event("content_block_delta", index=number, delta=delta)
            yield event("content_block_stop", index=number)
        yield event("message_delta", delta=_ending(answer), usage={"output_tokens": answer.usage.output_tokens})
        yield event("message_stop")


class AnthropicCountTokens(AnthropicFormat):
    """`/v1/messages/count_tokens`."""

    title = "Anthropic count_tokens"
    operation = "count"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a request to count tokens."""
        return request.method == "POST" and _COUNT.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read what is to be counted; raises UsageError."""
        return _read(request, read_body(request, self.title), stream=False, operation=self)

    def write(self, answer: int, call: Call) -> Any:  # noqa: ARG002  the number says it all
        """Return the number."""
        return {"input_tokens": answer}


class AnthropicModels(AnthropicFormat):
    """`/v1/models`, told from OpenAI's by its headers or host."""

    title = "Anthropic models"
    operation = "models"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this asks Anthropic for its models."""
        ours = bool(request.header("anthropic-version")) or request.host == "api.anthropic.com"
        return ours and request.method == "GET" and _MODELS.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read which model is asked for, if one."""
        found = _MODELS.search(request.path)
        return call_of(request, self.api, "models", raw=None, model=(found[1] if found else "") or "")

    def write(self, answer: tuple[str, ...], call: Call) -> Any:
        """Return one model, or a page with all."""
        if call.model:
            return _model(call.model)
        first, last = (answer[0], answer[-1]) if answer else (None, None)
        return {"data": [_model(name) for name in answer], "has_more": False, "first_id": first, "last_id": last}


def _model(name: str) -> dict[str, Any]:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
    }


def _message(answer: Completion, call: Call) -> dict[str, Any]:
    usage = answer.usage
    return {
        "id": call.identifier("msg_"),
        "type": "message",
        "role": "assistant",
        "model": answer.model or call.model,
        "usage": {
            "input_tokens": max(0, usage.input_tokens - usage.cached_tokens),
            "output_tokens": usage.output_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": usage.cached_tokens,
            "service_tier": "standard",
        },
    }


def _ending(answer: Completion) -> dict[str, Any]:
    reason = _STOP.get(answer.finish_reason, "tool_use" if answer.tool_calls else "end_turn")
    return {"stop_reason": reason, "stop_sequence": None}


def _tool_use(tool: ToolCall, number: int, call: Call, given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": tool.id or call.identifier("toolu_", number), "name": tool.name, "input": given}


def _read(wire: WireRequest, body: Reader, *, stream: bool, operation: WireFormat) -> Call:
    messages: list[Message] = []
    system = _content(body, "system")[0]
    if system:
        messages.append(Message(role="system", content=system))
    for turn in body.children("messages", required=True):
        messages += _turn(turn)
    asked = Request(
        messages=tuple(messages),
        tools=tuple(_tool(tool) for tool in body.children("tools")),
        parameters=body.rest("model", "messages", "system", "tools", "stream"),
    )
    return call_of(
        wire,
        operation.api,
        operation.operation,
        raw=body.value,
        request=asked,
        model=body.required("model"),
        stream=stream,
    )


def _tool(tool: Reader) -> Tool:
    return tool_of(tool, "input_schema")


def _turn(turn: Reader) -> list[Message]:
    """Read one turn; results of tools become messages of their own, before the turn's text."""
    role = turn.required("role")
    if role not in ("user", "assistant", "system"):
        turn.fail("role", role, "user or assistant")
    text, calls, results = _content(turn, "content")
    if role == "assistant":
        return [Message(role="assistant", content=text, tool_calls=calls)]
    said = [Message(role="system" if role == "system" else "user", content=text)] if text or not results else []
    return [*results, *said]


def _content(turn: Reader, key: str) -> tuple[str, tuple[ToolCall, ...], list[Message]]:
    """Return a content's text, tool calls and tool results."""
    if not isinstance(turn.get(key), list):
        return turn.text(key), (), []
    texts: list[str] = []
    calls: list[ToolCall] = []
    results: list[Message] = []
    for part in turn.children(key):
        match part.text("type"):
            case "text":
                texts.append(part.text("text"))
            case "tool_use":
                calls.append(tool_call(part.text("id"), part.required("name"), part.get("input")))
            case "tool_result":
                text = _content(part, "content")[0]
                results.append(Message(role="tool", content=text, tool_call_id=part.text("tool_use_id")))
            case "thinking" | "redacted_thinking":
                pass
            case kind:
                source = part.child("source")
                given = (source.get("url") or source.get("data") or source.get("file_id")) if source else ""
                texts.append(told(kind or "part", given, source.text("media_type") if source else ""))
    return joined(texts), tuple(calls), results
