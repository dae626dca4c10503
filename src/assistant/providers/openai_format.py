"""The OpenAI chat completions format: encoding requests, decoding replies, events and errors."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
_STEERING: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_BROKEN: Final = (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError)
_TOO_LONG: Final = ("context_length", "context length", "context window", "context size", "exceed_context")
_POLICY: Final = ("content_policy", "content policy", "content_filter", "content management policy")


def encode_request(request: Request, model: str) -> dict[str, Any]:
    """Return the JSON body of a chat completions request; parameters stand in it as they are."""
    body: dict[str, Any] = {"model": model, "messages": [_encode_message(m) for m in request.messages]}
    if request.tools:
        body["tools"] = [_encode_tool(tool) for tool in request.tools]
    body.update(request.parameters)
    return body


def decode_completion(body: Any, *, provider: str = "openai") -> Completion:
    """Read a chat completions reply; raises MalformedReplyError where a part is missing."""
    if isinstance(body, dict) and body.get("error") and not body.get("choices"):
        raise error_from(None, _error_words(body), provider)
    try:
        choice = body["choices"][0]
        message = choice["message"]
        refusal = message.get("refusal")
        calls = tuple(_decode_tool_call(call) for call in message.get("tool_calls") or ())
        return Completion(
            text=_text(message.get("content")) or _text(refusal),
            tool_calls=calls,
            usage=_decode_usage(body.get("usage")) or Usage(),
            finish_reason="refused" if refusal else _finish_reason(choice.get("finish_reason"), calls=bool(calls)),
            model=_text(body.get("model")),
        )
    except _BROKEN as error:
        detail = f"not a chat completion ({type(error).__name__}: {error}): {shorten(_dump(body))}"
        raise MalformedReplyError(f"{provider}: {detail}", provider=provider) from error


def decode_models(body: Any, *, provider: str = "openai") -> tuple[str, ...]:
    """Read the names in a list of models; raises MalformedReplyError."""
    try:
        return tuple(str(model["id"]) for model in body["data"])
    except _BROKEN as error:
        raise MalformedReplyError(
            f"{provider}: not a list of models: {shorten(_dump(body))}", provider=provider
        ) from error


class StreamDecoder:
    """Turns the data of server-sent events into Chunks; tool calls come whole, at the end."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.done = False
        self._pieces: list[str] = []
        self._finished = False
        self._calls: dict[int, dict[str, str]] = {}

    @property
    def text(self) -> str:
        """What has arrived so far."""
        return "".join(self._pieces)

    def feed(self, data: str) -> list[Chunk]:
        """Take one event's data; raises MalformedReplyError where it is no chat completion chunk."""
        if data.strip() == "[DONE]":
            self.done = True
            return []
        if not data.strip():
            return []
        try:
            return self._decode(json.loads(data))
        except _BROKEN as error:
            raise MalformedReplyError(
                f"{self.provider}: an event of the stream is not a chat completion chunk: {shorten(data)}",
                provider=self.provider,
            ) from error

    def close(self) -> list[Chunk]:
        """Return what was held back; raises CutStreamError unless the stream had said that it ends."""
        if not (self.done or self._finished):
            text = self.text
            raise CutStreamError(
                f"{self.provider}: the stream ended after {len(text)} characters without an end mark",
                provider=self.provider,
                text=text,
            )
        if not self._calls:
            return []
        calls = (_tool_call(call["id"], call["name"], call["arguments"]) for _, call in sorted(self._calls.items()))
        return [Chunk(tool_calls=tuple(calls))]

    def _decode(self, event: dict[str, Any]) -> list[Chunk]:
        if event.get("error"):
            raise error_from(None, _error_words(event), self.provider)
        chunks: list[Chunk] = []
        for choice in event.get("choices") or ():
            if choice.get("index") in (0, None):
                chunks.extend(self._decode_choice(choice))
        usage = _decode_usage(event.get("usage"))
        if usage:
            chunks.append(Chunk(usage=usage))
        return chunks

    def _decode_choice(self, choice: dict[str, Any]) -> list[Chunk]:
        delta = choice.get("delta") or {}
        for call in delta.get("tool_calls") or ():
            self._collect(call)
        text = _text(delta.get("content")) or _text(delta.get("refusal"))
        reason = choice.get("finish_reason")
        if delta.get("refusal"):
            reason = "content_filter"
        if text:
            self._pieces.append(text)
        if reason:
            self._finished = True
        if not (text or reason):
            return []
        finish = _finish_reason(reason, calls=bool(self._calls)) if reason else None
        return [Chunk(text=text, finish_reason=finish)]

    def _collect(self, call: dict[str, Any]) -> None:
        index = call.get("index")
        if not isinstance(index, int):
            # some servers number nothing: an id begins a call, its absence goes on with the last
            index = len(self._calls) if call.get("id") or not self._calls else max(self._calls)
        slot = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        function = call.get("function") or {}
        slot["id"] = str(call.get("id") or slot["id"])
        slot["name"] = _text(function.get("name")) or slot["name"]
        slot["arguments"] += _arguments(function.get("arguments"))


def error_for(response: httpx2.Response, provider: str, *, now: datetime | None = None) -> ProviderError:
    """Map an HTTP error, its body read, to the exception that says what to do."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        words = shorten(response.text) or "no body"
    else:
        words = _error_words(body)
    wait = retry_after(response.headers.get("retry-after"), now=now or datetime.now(UTC))
    return error_from(response.status_code, words, provider, retry_after=wait)


def error_from(status: int | None, words: str, provider: str, *, retry_after: float | None = None) -> ProviderError:
    """Return the exception for a status and the provider's own words about it."""
    text = f"{provider}: HTTP {status}: {words}" if status else f"{provider}: {words}"
    lowered = words.lower()
    if status == 429:  # noqa: PLR2004  HTTP statuses explain themselves
        return RateLimitError(text, provider=provider, status=status, retry_after=retry_after)
    if status in (401, 403):
        return AuthenticationError(f"{text}; check the API key", provider=provider, status=status)
    kinds: list[tuple[bool, type[ProviderError]]] = [
        (status in (408, 504), ProviderTimeoutError),
        (any(mark in lowered for mark in _TOO_LONG), ContextLengthError),
        (any(mark in lowered for mark in _POLICY), ContentRefusedError),
        (status is not None and status >= 500, OverloadedError),  # noqa: PLR2004  the same
        (status is None, ProviderError),
    ]
    kind = next((kind for applies, kind in kinds if applies), BadRequestError)
    return kind(text, provider=provider, status=status)


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header as seconds from now; it is seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    text = value.strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def shorten(text: str, limit: int = 300) -> str:
    """Return a text on one line, cut where long; nothing is left that could steer a terminal."""
    line = " ".join(_STEERING.sub(" ", text[: 10 * limit]).split())
    return line if len(line) <= limit else f"{line[:limit]}… ({len(text)} characters)"


def _encode_message(message: Message) -> dict[str, Any]:
    encoded: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        encoded["content"] = message.content or None
        encoded["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.raw_arguments or _dump(dict(call.arguments))},
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
    return _tool_call(str(call.get("id") or ""), _text(function["name"]), _arguments(function.get("arguments")))


def _tool_call(identity: str, name: str, arguments: str) -> ToolCall:
    try:
        parsed = json.loads(arguments or "{}", parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        parsed = None
    return ToolCall(
        id=identity, name=name, arguments=parsed if isinstance(parsed, dict) else {}, raw_arguments=arguments
    )


def _finite(text: str) -> float:
    """Read a number; raises ValueError for NaN and infinities, which JSON does not have."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number of JSON")
    return number


def _arguments(value: Any) -> str:
    """Return a call's arguments as text; some servers send the object itself."""
    return value if isinstance(value, str) else _dump(value) if value else ""


def _text(value: Any) -> str:
    """Return a content's text: a string, or the text parts of a list; raises TypeError for any other."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(part.get("text") or "" for part in value)
    raise TypeError(f"expected text, not {type(value).__name__}")


def _decode_usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=_count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _finish_reason(reason: str | None, *, calls: bool) -> FinishReason:
    finish: FinishReason = _FINISH.get(reason or "stop", "other")
    return "tool_calls" if calls and finish == "stop" else finish  # some servers say "stop" after tool calls


def _error_words(body: Any) -> str:
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        words = [str(error[key]) for key in ("code", "message") if error.get(key)]
        return shorten(": ".join(words) or _dump(error))
    return shorten(str(error))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
