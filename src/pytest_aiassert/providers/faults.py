"""Faults as the assistant raises them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assistant.errors import (
    AuthenticationError,
    BadRequestError,
    ContentRefusedError,
    ContextLengthError,
    CutStreamError,
    MalformedReplyError,
    OverloadedError,
    ProviderConnectionError,
    ProviderError,
    ProviderTimeoutError,
    RateLimitError,
)
from pytest_aiassert.wire.faults import FAULTS, Fault

_KINDS: Final[Mapping[str, type[ProviderError]]] = {
    "timeout": ProviderTimeoutError,
    "connect_timeout": ProviderTimeoutError,
    "rate_limited": RateLimitError,
    "quota": RateLimitError,
    "overloaded": OverloadedError,
    "server_error": OverloadedError,
    "connection": ProviderConnectionError,
    "dns": ProviderConnectionError,
    "tls": ProviderConnectionError,
    "reset": ProviderConnectionError,
    "cut": CutStreamError,
    "truncated": CutStreamError,
    "cut_character": CutStreamError,
    "malformed": MalformedReplyError,
    "empty": MalformedReplyError,
    "html": MalformedReplyError,
    "authentication": AuthenticationError,
    "not_found": BadRequestError,
    "bad_request": BadRequestError,
    "context_length": ContextLengthError,
    "refused": ContentRefusedError,
}
_TIMEOUTS: Final = (408, 504)


def as_error(fault: Fault, *, provider: str = "mock") -> ProviderError | None:
    """Return the exception that a fault ends in; None for one that lets the reply arrive."""
    kind = ProviderTimeoutError if fault.status in _TIMEOUTS else _KINDS.get(fault.name)
    if kind is None:
        return None
    status, words = fault.status, FAULTS[fault.name].words
    text = f"{provider}: HTTP {status}: {words} (injected)" if status else f"{provider}: {words} (injected)"
    if issubclass(kind, RateLimitError):
        return kind(text, provider=provider, status=status, retry_after=fault.retry_after)
    if issubclass(kind, CutStreamError):
        return kind(text, provider=provider)
    return kind(text, provider=provider, status=status)
