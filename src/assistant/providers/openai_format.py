"""The OpenAI chat completions format: encoding requests, decoding replies, events and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from assistant.errors import (
    AuthenticationError,
    BadRequestError,
    ContentRefusedError,
    ContextLengthError,
    CutStreamError,
    MalformedReplyError,
    OverloadedError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitError,
)
from assistant.messages import Chunk, Completion, FinishReason, Message, Request, Tool, ToolCall, Usage

if TYPE_CHECKING:
    import httpx2

_FINISH: Final[Mapping[str, FinishReason]] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "refused",
}


def encode_request(request: Request, model: str) -> dict[str, Any]:
    """Return the JSON body of a chat completions request."""
    body: dict[str, Any] = {"model": model, "messages": [_encode_message(m) for m in request.messages]}
    if request.tools:
        body["tools"] = [_encode_tool(tool) for tool in request.tools]
    body.update(request.parameters)
    return body


def decode_completion(body: Any, *, provider: str = "openai") -> Completion:
    """Read a chat completions reply; raises MalformedReplyError where a part is missing."""
    try:
        choice = body["choices"][0]
        message = choice["message"]
        return Completion(
            text=message.get("content") or message.get("refusal") or "",
            tool_calls=tuple(_decode_tool_call(call) for call in message.get("tool_calls") or ()),
            usage=_decode_usage(body.get("usage")) or Usage(),
            finish_reason="refused" if message.get("refusal") else _finish_reason(choice.get("finish_reason")),
            model=body.get("model") or "",
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        detail = f"not a chat completion ({type(error).__name__}: {error}): {shorten(json.dumps(body))}"
        raise MalformedReplyError(f"{provider}: {detail}", provider=provider) from error


class StreamDecoder:
    """Turns the lines of a server-sent event stream into Chunks."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.done = False
        self.text = ""
        self._finished = False
        self._calls: dict[int, dict[str, str]] = {}

    def feed(self, line: str) -> list[Chunk]:
        """Take one line; raises MalformedReplyError for data that is not a chat completion chunk."""
        if not line.startswith("data:"):
            return []
        data = line[5:].strip()
        if data == "[DONE]":
            self.done = True
            return []
        try:
            return self._decode(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedReplyError(
                f"{self.provider}: an event of the stream is not a chat completion chunk: {shorten(data)}",
                provider=self.provider,
            ) from error

    def close(self) -> list[Chunk]:
        """Return what was held back; raises CutStreamError unless the stream had said that it ends."""
        if not (self.done or self._finished):
            raise CutStreamError(
                f"{self.provider}: the stream ended after {len(self.text)} characters without an end mark",
                provider=self.provider,
                text=self.text,
            )
        if not self._calls:
            return []
        calls = tuple(
            _tool_call(call["id"], call["name"], call["arguments"]) for _, call in sorted(self._calls.items())
        )
        return [Chunk(tool_calls=calls)]

    def _decode(self, event: dict[str, Any]) -> list[Chunk]:
        if "error" in event:
            message = event["error"].get("message", event["error"])
            raise ProviderError(f"{self.provider}: {message}", provider=self.provider)
        chunks: list[Chunk] = []
        for choice in event.get("choices") or ():
            delta = choice.get("delta") or {}
            for call in delta.get("tool_calls") or ():
                self._collect(call)
            text = delta.get("content") or delta.get("refusal") or ""
            reason = choice.get("finish_reason")
            if reason:
                self._finished = True
            self.text += text
            if text or reason:
                chunks.append(Chunk(text=text, finish_reason=_finish_reason(reason) if reason else None))
        usage = _decode_usage(event.get("usage"))
        if usage:
            chunks.append(Chunk(usage=usage))
        return chunks

    def _collect(self, call: dict[str, Any]) -> None:
        slot = self._calls.setdefault(call.get("index", 0), {"id": "", "name": "", "arguments": ""})
        function = call.get("function") or {}
        slot["id"] = call.get("id") or slot["id"]
        slot["name"] = function.get("name") or slot["name"]
        slot["arguments"] += function.get("arguments") or ""


def error_for(response: httpx2.Response, provider: str) -> ProviderError:
    """Map an HTTP error to the one exception that says what to do about it."""
    status = response.status_code
    message = _error_message(response)
    text = f"{provider}: HTTP {status}: {message}"
    lowered = message.lower()
    if status in (401, 403):
        return AuthenticationError(f"{text}; check the API key", provider=provider, status=status)
    if status == 429:
        return RateLimitError(text, provider=provider, status=status, retry_after=_retry_after(response))
    if status in (408, 504):
        return ProviderTimeoutError(text, provider=provider, status=status)
    if status >= 500:
        return OverloadedError(text, provider=provider, status=status)
    if "context_length" in lowered or "context length" in lowered or "context window" in lowered:
        return ContextLengthError(text, provider=provider, status=status)
    if "content_policy" in lowered or "content_filter" in lowered:
        return ContentRefusedError(text, provider=provider, status=status)
    return BadRequestError(text, provider=provider, status=status)


def _encode_message(message: Message) -> dict[str, Any]:
    encoded: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        encoded["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.raw_arguments or json.dumps(dict(call.arguments))},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        encoded["tool_call_id"] = message.tool_call_id
    return encoded


def _encode_tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": function}


def _decode_tool_call(call: dict[str, Any]) -> ToolCall:
    function = call["function"]
    return _tool_call(call.get("id") or "", function["name"], function.get("arguments") or "")


def _tool_call(identity: str, name: str, arguments: str) -> ToolCall:
    try:
        parsed = json.loads(arguments or "{}")
    except ValueError:
        parsed = None
    return ToolCall(
        id=identity, name=name, arguments=parsed if isinstance(parsed, dict) else {}, raw_arguments=arguments
    )


def _decode_usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details") or {}
    return Usage(
        input_tokens=usage.get("prompt_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
        cached_tokens=details.get("cached_tokens") or 0,
    )


def _finish_reason(reason: str | None) -> FinishReason:
    return _FINISH.get(reason or "stop", "other")


def _error_message(response: httpx2.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return shorten(response.text) or "no body"
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        words = [str(error[key]) for key in ("code", "message") if error.get(key)]
        return shorten(": ".join(words) or json.dumps(error))
    return shorten(str(error))


def _retry_after(response: httpx2.Response) -> float | None:
    try:
        return max(0.0, float(response.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def shorten(text: str, limit: int = 300) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
