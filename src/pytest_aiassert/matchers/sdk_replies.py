"""Replies as the official SDKs and common frameworks return them, told by their type's name and never imported."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from assistant.messages import Completion, FinishReason, ToolCall, Usage

_FINISH: Final[Mapping[str, FinishReason]] = {
    "length": "length",
    "model_length": "length",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "max_output_tokens": "length",
    "content_filter": "refused",
    "refusal": "refused",
    "SAFETY": "refused",
    "PROHIBITED_CONTENT": "refused",
    "BLOCKLIST": "refused",
    "error": "other",
    "pause_turn": "other",
    "failed": "other",
    "cancelled": "other",
}


def from_sdk(value: object) -> Completion | None:
    """Return the Completion that an SDK's reply is; None for other types and for replies without a choice."""
    for kind in type(value).__mro__:
        root = kind.__module__.partition(".")[0]
        reader = _READERS.get((root, kind.__name__))
        if reader is not None:
            return reader(value)
    return None


def _chat(value: Any) -> Completion | None:
    """Read what OpenAI, Mistral and litellm return."""
    if not value.choices:
        return None
    choice = value.choices[0]
    message, usage = choice.message, _get(value, "usage")
    refusal = _get(message, "refusal")
    return _completion(
        _text(message.content) or refusal or "",
        [_called(call.id, call.function.name, call.function.arguments) for call in _functions(message)],
        _usage(usage, "prompt_tokens", "completion_tokens", _get(usage, "prompt_tokens_details", "cached_tokens")),
        "refusal" if refusal else choice.finish_reason,
        value.model,
    )


def _response(value: Any) -> Completion:
    """Read a response of OpenAI."""
    parts = [part for item in value.output if item.type == "message" for part in item.content]
    refusals = [part.refusal for part in parts if part.type == "refusal"]
    texts = [part.text for part in parts if part.type == "output_text"]
    calls = [item for item in value.output if item.type == "function_call"]
    reason = _get(value, "incomplete_details", "reason") or value.status
    cached = _get(value.usage, "input_tokens_details", "cached_tokens")
    return _completion(
        "".join(texts or refusals),
        [_called(call.call_id, call.name, call.arguments) for call in calls],
        _usage(value.usage, "input_tokens", "output_tokens", cached),
        "refusal" if refusals else reason,
        value.model,
    )


def _message(value: Any) -> Completion:
    """Read a message of Anthropic, whose input tokens are those that were not cached."""
    cached = _get(value.usage, "cache_read_input_tokens") or 0
    fresh = _usage(value.usage, "input_tokens", "output_tokens", cached)
    usage = Usage(
        input_tokens=fresh.input_tokens + cached, output_tokens=fresh.output_tokens, cached_tokens=fresh.cached_tokens
    )
    return _completion(
        "".join(block.text for block in value.content if block.type == "text"),
        [_called(block.id, block.name, block.input) for block in value.content if block.type == "tool_use"],
        usage,
        value.stop_reason,
        value.model,
    )


def _content(value: Any) -> Completion | None:
    """Read what Gemini generates; a blocked prompt has no candidate, and is a refusal."""
    usage = _usage(
        value.usage_metadata,
        "prompt_token_count",
        "candidates_token_count",
        _get(value.usage_metadata, "cached_content_token_count"),
    )
    model = _get(value, "model_version")
    if not value.candidates:
        blocked = _get(value, "prompt_feedback", "block_reason")
        return _completion("", [], usage, "refusal", model) if blocked else None
    candidate = value.candidates[0]
    parts = _get(candidate, "content", "parts") or []
    calls = [part.function_call for part in parts if part.function_call]
    return _completion(
        "".join(part.text for part in parts if part.text and not part.thought),
        [_called(call.id, call.name, call.args) for call in calls],
        usage,
        getattr(candidate.finish_reason, "value", candidate.finish_reason),
        model,
    )


def _ollama(value: Any) -> Completion:
    message = _get(value, "message")
    calls = [call.function for call in _get(message, "tool_calls") or ()]
    return _completion(
        (value.response if message is None else message.content) or "",
        [_called("", call.name, call.arguments) for call in calls],
        _usage(value, "prompt_eval_count", "eval_count", 0),
        value.done_reason,
        value.model,
    )


def _run(value: Any) -> Completion:
    """Read the result of an agent of pydantic-ai, with the tools that it called on its way."""
    parts = [part for message in value.new_messages() for part in message.parts]
    output = value.output
    usage = value.usage if hasattr(value.usage, "input_tokens") else value.usage()
    return _completion(
        output if isinstance(output, str) else json.dumps(output, default=_plain, ensure_ascii=False),
        [_called(p.tool_call_id, p.tool_name, p.args) for p in parts if p.part_kind == "tool-call"],
        _usage(usage, "input_tokens", "output_tokens", _get(usage, "cache_read_tokens")),
        "stop",
        _get(value, "response", "model_name"),
    )


_READERS: Final[Mapping[tuple[str, str], Callable[[Any], Completion | None]]] = {
    ("openai", "ChatCompletion"): _chat,
    ("openai", "Response"): _response,
    ("litellm", "ModelResponse"): _chat,
    ("mistralai", "ChatCompletionResponse"): _chat,
    ("mistralai", "FIMCompletionResponse"): _chat,
    ("anthropic", "Message"): _message,
    ("anthropic", "BetaMessage"): _message,
    ("google", "GenerateContentResponse"): _content,
    ("ollama", "ChatResponse"): _ollama,
    ("ollama", "GenerateResponse"): _ollama,
    ("pydantic_ai", "AgentRunResult"): _run,
}


def _completion(
    text: str, calls: Iterable[ToolCall], usage: Usage, reason: str | None, model: str | None
) -> Completion:
    tool_calls = tuple(calls)
    finish: FinishReason = _FINISH.get(reason or "", "tool_calls" if tool_calls else "stop")
    return Completion(text=text, tool_calls=tool_calls, usage=usage, finish_reason=finish, model=model or "")


def _called(identity: str | None, name: str, arguments: Any) -> ToolCall:
    """Read a tool call, its arguments as text or as an object."""
    if isinstance(arguments, Mapping):
        return ToolCall(id=identity or "", name=name, arguments=dict(arguments), raw_arguments=json.dumps(arguments))
    text = arguments or ""
    try:
        parsed = json.loads(text or "{}")
    except (ValueError, RecursionError):
        parsed = None
    given = parsed if isinstance(parsed, dict) else {}
    return ToolCall(id=identity or "", name=name, arguments=given, raw_arguments=text)


def _functions(message: Any) -> list[Any]:
    return [call for call in _get(message, "tool_calls") or () if _get(call, "function") is not None]


def _usage(value: Any, given: str, made: str, cached: Any) -> Usage:
    numbers = (_get(value, given), _get(value, made), cached)
    incoming, outgoing, known = (number if isinstance(number, int) else 0 for number in numbers)
    return Usage(input_tokens=incoming, output_tokens=outgoing, cached_tokens=known)


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content or () if isinstance(_get(part, "text"), str))


def _get(value: Any, *path: str) -> Any:
    """Return an attribute of an attribute, None where one is missing."""
    for name in path:
        value = getattr(value, name, None)
    return value


def _plain(value: Any) -> Any:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if callable(dump) else str(value)
