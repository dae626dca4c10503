"""The wire formats there are, and those that users add."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.base import WireFormat
from pytest_aiassert.wire.message import WireRequest

_added: ContextVar[tuple[WireFormat, ...]] = ContextVar("pytest_aiassert_wire_formats", default=())


@cache
def built_in() -> tuple[WireFormat, ...]:
    """Return the formats of this package; where two could claim a request, the pickier one comes first."""
    from pytest_aiassert.wire.formats import (
        anthropic_messages,
        gemini,
        gemini_other,
        mistral,
        ollama,
        openai_chat,
        openai_other,
        openai_responses,
    )

    return (
        mistral.MistralChat(),
        mistral.MistralFIM(),
        mistral.MistralEmbeddings(),
        mistral.MistralModels(),
        anthropic_messages.AnthropicMessages(),
        anthropic_messages.AnthropicCountTokens(),
        anthropic_messages.AnthropicModels(),
        gemini.GeminiGenerate(),
        gemini.GeminiCountTokens(),
        gemini_other.GeminiEmbed(),
        gemini_other.GeminiModels(),
        ollama.OllamaChat(),
        ollama.OllamaGenerate(),
        ollama.OllamaEmbed(),
        ollama.OllamaModels(),
        openai_chat.OpenAIChat(),
        openai_responses.OpenAIResponses(),
        openai_other.OpenAIEmbeddings(),
        openai_other.OpenAIModels(),
    )


def formats_in_use() -> tuple[WireFormat, ...]:
    """Return every format, added ones first."""
    return (*_added.get(), *built_in())


def recognise(request: WireRequest, formats: tuple[WireFormat, ...] | None = None) -> WireFormat | None:
    """Return the format that a request is in, None where it is in none."""
    known = formats_in_use() if formats is None else formats
    return next((form for form in known if form.claims(request)), None)


@contextmanager
def use_formats(*formats: object) -> Generator[None]:
    """Recognise these formats, too, before those there are, while the context lasts.

    Raises UsageError for what is no WireFormat.
    """
    token = _added.set((*map(_checked, formats), *_added.get()))
    try:
        yield
    finally:
        _added.reset(token)


def _checked(form: object) -> WireFormat:
    if isinstance(form, WireFormat) and str(getattr(form, "api", "")).isidentifier():
        return form
    raise UsageError(
        f"{form!r} is not a wire format; give an instance of a subclass of WireFormat, its `api` a Python name"
    )
