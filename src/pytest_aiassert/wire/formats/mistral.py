"""Mistral's chat, fill-in-the-middle and embeddings, told from OpenAI's by host or SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from assistant.messages import Completion, FinishReason, Message, Request, ToolCall, Usage
from pytest_aiassert.wire.formats.base import CREATED, Call, Problem, WireFormat, sse
from pytest_aiassert.wire.formats.counting import arguments_text, count, pieces
from pytest_aiassert.wire.formats.openai_chat import DONE, read_message, read_tools
from pytest_aiassert.wire.formats.openai_other import OpenAIModels
from pytest_aiassert.wire.formats.reading import call_of, read_body
from pytest_aiassert.wire.message import WireRequest

_HOSTS: Final = ("api.mistral.ai", "codestral.mistral.ai")
_CHAT: Final = re.compile(r"/(?:chat|agents)/completions/?$")
_FIM: Final = re.compile(r"/fim/completions/?$")
_EMBEDDINGS: Final = re.compile(r"/embeddings/?$")


class MistralFormat(WireFormat):
    """Mistral's own form of an error."""

    api = "mistral"

    def problem(self, problem: Problem, call: Call | None) -> Any:  # noqa: ARG002  the same for every call
        """Return Mistral's error object."""
        kind = "rate_limited" if problem.status == 429 else "invalid_request_error"  # noqa: PLR2004  HTTP
        kind = "internal_error" if problem.status >= 500 else kind  # noqa: PLR2004  HTTP
        code = str(problem.status)
        return {"object": "error", "message": problem.message, "type": kind, "param": None, "code": code}


class MistralChat(MistralFormat):
    """`/v1/chat/completions` of Mistral."""

    title = "Mistral chat"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a chat request to Mistral."""
        return _is_mistral(request, "POST", _CHAT)

    def read(self, request: WireRequest) -> Call:
        """Read a chat request; raises UsageError."""
        body = read_body(request, self.title)
        body.one_choice("n")
        asked = Request(
            messages=tuple(read_message(turn) for turn in body.children("messages", required=True)),
            tools=read_tools(body),
            parameters=body.rest("model", "messages", "tools", "stream"),
        )
        model, stream = body.text("model") or body.text("agent_id"), body.flag("stream")
        return call_of(request, self.api, "chat", raw=body.value, request=asked, model=model, stream=stream)

    def write(self, answer: Completion, call: Call) -> Any:
        """Return a chat completion."""
        message: dict[str, Any] = {"role": "assistant", "content": answer.text, "prefix": False}
        if answer.tool_calls:
            message["tool_calls"] = _calls(answer.tool_calls, call)
        choice = {"index": 0, "message": message, "finish_reason": _finish(answer)}
        return {**_head("chat.completion", answer, call), "choices": [choice], "usage": _usage(answer.usage)}

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield chunks; tool calls come whole, usage comes with the last one."""
        head = _head("chat.completion.chunk", answer, call)

        def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
            return sse({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more})

        yield chunk({"role": "assistant", "content": ""})
        for piece in pieces(answer.text):
            yield chunk({"content": piece})
        last: dict[str, Any] = {"content": ""}
        if answer.tool_calls:
            last["tool_calls"] = _calls(answer.tool_calls, call)
        yield chunk(last, _finish(answer), usage=_usage(answer.usage))
        yield DONE


class MistralFIM(MistralChat):
    """`/v1/fim/completions`: code between a prompt and a suffix."""

    title = "Mistral fill-in-the-middle"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a request to fill in the middle."""
        return request.method == "POST" and _FIM.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read what stands before the middle as the prompt; raises UsageError."""
        body = read_body(request, self.title)
        asked = Request(
            messages=(Message(role="user", content=body.required("prompt")),),
            parameters=body.rest("model", "prompt", "stream"),
        )
        model, stream = body.text("model"), body.flag("stream")
        return call_of(request, self.api, "chat", raw=body.value, request=asked, model=model, stream=stream)


class MistralEmbeddings(MistralFormat):
    """`/v1/embeddings` of Mistral."""

    title = "Mistral embeddings"
    operation = "embed"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is an embeddings request to Mistral."""
        return _is_mistral(request, "POST", _EMBEDDINGS)

    def read(self, request: WireRequest) -> Call:
        """Read the texts to embed; raises UsageError."""
        body = read_body(request, self.title)
        model, inputs = body.text("model"), body.texts("input")
        return call_of(request, self.api, "embed", raw=body.value, model=model, inputs=inputs)

    def write(self, answer: tuple[tuple[float, ...], ...], call: Call) -> Any:
        """Return the vectors."""
        tokens = sum(map(count, call.inputs))
        return {
            "id": call.identifier("", length=32),
            "object": "list",
            "data": [{"object": "embedding", "index": n, "embedding": list(v)} for n, v in enumerate(answer)],
            "model": call.model,
            "usage": {"prompt_tokens": tokens, "completion_tokens": 0, "total_tokens": tokens},
        }


class MistralModels(MistralFormat):
    """`/v1/models` of Mistral."""

    title = "Mistral models"
    operation = "models"
    _listing: Final = OpenAIModels()

    def claims(self, request: WireRequest) -> bool:
        """Say whether this asks Mistral for its models."""
        return _is_mistral(request, "GET", None) and self._listing.claims(request)

    def read(self, request: WireRequest) -> Call:
        """Read which model is asked for, if one."""
        call = self._listing.read(request)
        return call_of(request, self.api, "models", raw=None, model=call.model)

    def write(self, answer: tuple[str, ...], call: Call) -> Any:
        """Return one model, or the list of all."""
        if call.model:
            return self._card(call.model)
        return {"object": "list", "data": [self._card(name) for name in answer]}

    def _card(self, name: str) -> dict[str, Any]:
        abilities = {"completion_chat": True, "function_calling": True, "completion_fim": False, "fine_tuning": False}
        return {**self._listing.card(name), "type": "base", "capabilities": abilities}


def _is_mistral(request: WireRequest, method: str, path: re.Pattern[str] | None) -> bool:
    named = request.host in _HOSTS or "mistral" in request.header("user-agent")
    return named and request.method == method and (path is None or path.search(request.path) is not None)


def _finish(answer: Completion) -> str:
    known: dict[FinishReason, str] = {"length": "length", "tool_calls": "tool_calls"}
    return known.get(answer.finish_reason, "tool_calls" if answer.tool_calls else "stop")


def _calls(tools: tuple[ToolCall, ...], call: Call) -> list[dict[str, Any]]:
    return [
        {
            "id": tool.id or call.identifier("", number, 9),
            "type": "function",
            "function": {"name": tool.name, "arguments": arguments_text(tool)},
            "index": number,
        }
        for number, tool in enumerate(tools)
    ]


def _head(kind: str, answer: Completion, call: Call) -> dict[str, Any]:
    model = answer.model or call.model
    return {"id": call.identifier("", length=32), "object": kind, "created": CREATED, "model": model}


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
    }
