"""Faults: the failures of a provider, by name or HTTP status, as the assistant raises them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

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
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import known_names

Fault: TypeAlias = str | int | BaseException

_ERRORS: Final[Mapping[str, tuple[type[ProviderError], int | None, str]]] = {
    "timeout": (ProviderTimeoutError, None, "no answer in time"),
    "rate_limited": (RateLimitError, 429, "too many requests"),
    "overloaded": (OverloadedError, 503, "overloaded"),
    "connection": (ProviderConnectionError, None, "cannot connect"),
    "cut": (CutStreamError, None, "the stream ended without an end mark"),
    "malformed": (MalformedReplyError, None, "the body is not JSON"),
    "authentication": (AuthenticationError, 401, "the key is refused"),
    "bad_request": (BadRequestError, 400, "the request is refused"),
    "context_length": (ContextLengthError, 400, "too long for the context window"),
    "refused": (ContentRefusedError, 400, "refused by the content policy"),
}
_BY_STATUS: Final[Mapping[int, str]] = {
    401: "authentication",
    403: "authentication",
    408: "timeout",
    429: "rate_limited",
    504: "timeout",
}

FAULTS: Final = tuple(_ERRORS)


def as_error(fault: object, *, retry_after: float | None = None, provider: str = "mock") -> BaseException:
    """Return the exception that a fault raises; `retry_after` is in seconds.

    A fault is a name from FAULTS, an HTTP status from 400 to 599, or an exception. Raises UsageError for any other.
    """
    match fault:
        case BaseException():
            return fault
        case int() if fault in range(400, 600):
            name = _BY_STATUS.get(fault, "bad_request" if fault in range(400, 500) else "overloaded")
            return _error(name, fault, retry_after, provider)
        case str() if fault in _ERRORS:
            return _error(fault, _ERRORS[fault][1], retry_after, provider)
        case str():
            raise UsageError(f"unknown fault {fault!r}; {known_names(fault, FAULTS)}, or an HTTP status")
        case _:
            raise UsageError(f"{fault!r} is not a fault; give a name, an HTTP status from 400 to 599, or an exception")


def _error(name: str, status: int | None, retry_after: float | None, provider: str) -> ProviderError:
    kind, _, words = _ERRORS[name]
    text = f"{provider}: HTTP {status}: {words} (injected)" if status else f"{provider}: {words} (injected)"
    if issubclass(kind, RateLimitError):
        return kind(text, provider=provider, status=status, retry_after=retry_after)
    if issubclass(kind, CutStreamError):
        return kind(text, provider=provider)
    return kind(text, provider=provider, status=status)
