"""OpenAI's chat completions, which many other servers speak, Azure's among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final, Literal

from assistant.messages import Completion, FinishReason, Message, Request, Role, Tool, ToolCall, Usage
from pytest_aiassert.wire.formats.base import CREATED, Call, Problem, WireFormat, sse
from pytest_aiassert.wire.formats.counting import argument_pieces, arguments_text, pieces
from pytest_aiassert.wire.formats.reading import Reader, call_of, joined, read_body, told, tool_call, tool_of
from pytest_aiassert.wire.message import WireRequest

ROLES: Final[Mapping[str, Role]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_FINISH: Final[Mapping[FinishReason, str]] = {"length": "length", "tool_calls": "tool_calls"}
_TYPES: Final[Mapping[int, tuple[str, str | None]]] = {
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "context_length": ("invalid_request_error", "context_length_exceeded"),
    "refused": ("invalid_request_error", "content_policy_violation"),
    "quota": ("insufficient_quota", "insufficient_quota"),
}
_MODEL_IN_PATH: Final = re.compile(r"/deployments/([^/]+)/")
DONE: Final = b"data: [DONE]\n\n"


class OpenAIFormat(WireFormat):
    """OpenAI's own form of an error."""

    api = "openai"

    def problem(self, problem: Problem, call: Call | None) -> Any:  # noqa: ARG002  the same for every call
        """Return OpenAI's error object."""
        server = "server_error" if problem.status >= 500 else "invalid_request_error"  # noqa: PLR2004  HTTP
        kind, code = _CODES.get(problem.name) or _TYPES.get(problem.status, (server, None))
        return {"error": {"message": problem.message, "type": kind, "param": None, "code": code}}


class OpenAIChat(OpenAIFormat):
    """`/chat/completions`, on any host."""

    title = "OpenAI chat completions"
    path: ClassVar[re.Pattern[str]] = re.compile(r"/chat/completions/?$")

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a chat completions request."""
        return request.method == "POST" and self.path.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read a chat completions request; raises UsageError."""
        body = read_body(request, self.title)
        body.one_choice("n")
        known = ("model", "messages", "tools", "functions", "stream")
        asked = Request(
            messages=tuple(read_message(turn) for turn in body.children("messages", required=True)),
            tools=read_tools(body),
            parameters=body.rest(*known),
        )
        found = _MODEL_IN_PATH.search(request.path)
        model = body.text("model") or (found[1] if found else "")
        stream = body.flag("stream")
        return call_of(request, self.api, "chat", raw=body.value, request=asked, model=model, stream=stream)

    def write(self, answer: Completion, call: Call) -> Any:
        """Return a chat completion."""
        refused = answer.finish_reason == "refused"
        message: dict[str, Any] = {
            "role": "assistant",
            "content": None if refused or (answer.tool_calls and not answer.text) else answer.text,
            "refusal": answer.text if refused else None,
            "annotations": [],
        }
        if answer.tool_calls:
            message["tool_calls"] = [
                {
                    "id": tool_id(tool, number, call),
                    "type": "function",
                    "function": {"name": tool.name, "arguments": arguments_text(tool)},
                }
                for number, tool in enumerate(answer.tool_calls)
            ]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish(answer)}
        return {**self._head("chat.completion", answer, call), "choices": [choice], "usage": write_usage(answer.usage)}

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield chat completion chunks: the role, words, tool calls, how it ended, and usage where asked for."""
        options = call.request.parameters.get("stream_options")
        counted = isinstance(options, dict) and options.get("include_usage") is True
        head = self._head("chat.completion.chunk", answer, call)
        usage: dict[str, Any] = {"usage": None} if counted else {}

        def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
            return sse({**head, "choices": [choice], **usage})

        yield chunk({"role": "assistant", "content": None if answer.tool_calls else "", "refusal": None})
        field = "refusal" if answer.finish_reason == "refused" else "content"
        for piece in pieces(answer.text):
            yield chunk({field: piece})
        for number, tool in enumerate(answer.tool_calls):
            start = {"index": number, "id": tool_id(tool, number, call), "type": "function"}
            yield chunk({"tool_calls": [{**start, "function": {"name": tool.name, "arguments": ""}}]})
            for piece in argument_pieces(tool):
                yield chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
        yield chunk({}, finish(answer))
        if counted:
            yield sse({**head, "choices": [], "usage": write_usage(answer.usage)})
        yield DONE

    def _head(self, kind: Literal["chat.completion", "chat.completion.chunk"], answer: Completion, call: Call) -> Any:
        return {
            "id": call.identifier("chatcmpl-"),
            "object": kind,
            "created": CREATED,
            "model": answer.model or call.model,
            "service_tier": "default",
            "system_fingerprint": "fp_mock",
        }


def finish(answer: Completion) -> str:
    """Return how a reply ended, in OpenAI's words; a refusal ends like any reply."""
    return _FINISH.get(answer.finish_reason, "tool_calls" if answer.tool_calls else "stop")


def tool_id(tool: ToolCall, number: int, call: Call, prefix: str = "call_") -> str:
    """Return a tool call's id, a made one where the script gives none."""
    return tool.id or call.identifier(prefix, number)


def write_usage(usage: Usage) -> dict[str, Any]:
    """Return tokens in OpenAI's words."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def read_tools(body: Reader) -> tuple[Tool, ...]:
    """Read the declared functions; built-in tools are not among them."""
    declared = [tool.child("function") for tool in body.children("tools")]
    return tuple(tool_of(tool, "parameters") for tool in (*declared, *body.children("functions")) if tool)


def read_message(turn: Reader) -> Message:
    """Read one turn of a conversation."""
    role = turn.required("role")
    if role not in ROLES:
        turn.fail("role", role, f"one of {', '.join(ROLES)}")
    calls: list[ToolCall] = []
    for item in turn.children("tool_calls"):
        function = item.child("function")
        if function is not None:
            calls.append(tool_call(item.text("id"), function.required("name"), function.get("arguments")))
    return Message(
        role=ROLES[role],
        content=read_content(turn),
        tool_calls=tuple(calls),
        tool_call_id=turn.get("tool_call_id") if isinstance(turn.get("tool_call_id"), str) else None,
    )


def read_content(turn: Reader) -> str:
    """Return a message's text; images and other parts are told in brackets."""
    if not isinstance(turn.get("content"), list):
        return turn.text("content") or turn.text("refusal")
    return joined([_part(part) for part in turn.children("content")])


def _part(part: Reader) -> str:
    kind = part.text("type")
    match kind:
        case "text" | "input_text" | "output_text":
            return part.text("text")
        case "refusal":
            return part.text("refusal")
        case "image_url" | "input_image":
            url = part.get("image_url")
            return told("image", url.get("url") if isinstance(url, dict) else url or part.text("file_id"))
        case "input_audio":
            audio = part.child("input_audio")
            return told("audio", audio.text("data") if audio else "", audio.text("format") if audio else "")
        case _:
            name = kind.removeprefix("input_") or "part"
            file = part.child("file") if isinstance(part.get("file"), dict) else part
            return told(name, file.text("file_data") if file else "", file.text("filename") if file else "")
