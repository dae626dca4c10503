"""The values that travel between callers and providers; all are immutable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, cast

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "refused", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's wish to call one tool.

    `raw_arguments` holds the text as the model wrote it; `arguments` is empty when that text is not a JSON object.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    raw_arguments: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function the model may call; `parameters` is a JSON Schema object."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens counted by the provider; `cached_tokens` is the part of the input it had cached."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One model reply; `latency` and `first_token` are in seconds, `cost` in US dollars, None where unknown.

    `first_token` is what a streamed reply took up to its first text.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = field(default_factory=Usage)
    finish_reason: FinishReason = "stop"
    model: str = ""
    latency: float | None = None
    cost: float | None = None
    first_token: float | None = None

    @classmethod
    def of_chunks(cls, chunks: Iterable[Chunk], *, model: str = "") -> Completion:
        """Add up the chunks of a stream to the whole reply."""
        gathered = list(chunks)
        reasons: list[FinishReason] = [chunk.finish_reason for chunk in gathered if chunk.finish_reason is not None]
        return cls(
            text="".join(chunk.text for chunk in gathered),
            tool_calls=tuple(call for chunk in gathered for call in chunk.tool_calls),
            usage=next((chunk.usage for chunk in reversed(gathered) if chunk.usage is not None), Usage()),
            finish_reason=reasons[-1] if reasons else "other",
            model=model,
            latency=gathered[-1].elapsed if gathered else None,
            cost=next((chunk.cost for chunk in reversed(gathered) if chunk.cost is not None), None),
            first_token=next((chunk.elapsed for chunk in gathered if chunk.text), None),
        )

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A piece of a streamed reply; tool calls, finish reason, usage and its cost come with the last ones.

    `elapsed` is in seconds since the request, as recorded where a recording is replayed, None where unknown.
    """

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    cost: float | None = None
    finish_reason: FinishReason | None = None
    elapsed: float | None = None

    def __str__(self) -> str:
        return self.text


Prompt: TypeAlias = str | Message | Sequence[Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a provider is asked: messages, tools, and parameters such as `temperature`."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The text of the last user message, empty where there is none."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")


def as_messages(prompt: Prompt) -> tuple[Message, ...]:
    """Turn a prompt into messages: a str becomes one user message.

    Raises TypeError for anything else than str, Message or a sequence of Message.
    """
    if isinstance(prompt, str):
        return (Message(role="user", content=prompt),)
    if isinstance(prompt, Message):
        return (prompt,)
    messages = tuple(prompt)
    for position, value in enumerate(cast("tuple[object, ...]", messages)):
        if not isinstance(value, Message):
            kind = type(value).__name__
            raise TypeError(f"messages[{position}] is a {kind}; expected assistant.Message(role=…, content=…)")
    return messages


def as_request(prompt: Prompt, tools: Sequence[Tool] = (), parameters: Mapping[str, Any] | None = None) -> Request:
    """Bundle what a caller passed; raises TypeError where the prompt is no prompt."""
    return Request(messages=as_messages(prompt), tools=tuple(tools), parameters=parameters or {})
