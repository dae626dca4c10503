"""Faults: the failures of a provider, by name or HTTP status, as the assistant raises them."""

from __future__ import annotations

from difflib import get_close_matches
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
    ProviderTimeoutError,
    RateLimitError,
)
from pytest_aiassert.errors import UsageError

Fault: TypeAlias = str | int | BaseException

FAULTS: Final = (
    "timeout",
    "rate_limited",
    "overloaded",
    "connection",
    "cut",
    "malformed",
    "authentication",
    "bad_request",
    "context_length",
    "refused",
)

_STATUS: Final = {
    "timeout": 504,
    "rate_limited": 429,
    "overloaded": 503,
    "authentication": 401,
    "bad_request": 400,
    "context_length": 400,
    "refused": 400,
}


def as_error(fault: Fault, *, retry_after: float | None = None, provider: str = "mock") -> BaseException:
    """Return the exception that a fault raises; `retry_after` is in seconds.

    A fault is a name from FAULTS, an HTTP status from 400 to 599, or an exception. Raises UsageError for any other.
    """
    if isinstance(fault, BaseException):
        return fault
    if isinstance(fault, bool) or not isinstance(fault, str | int):
        raise UsageError(f"{fault!r} is not a fault; give a name, an HTTP status from 400 to 599, or an exception")
    if isinstance(fault, int):
        return _by_status(fault, retry_after, provider)
    if fault not in FAULTS:
        near = get_close_matches(fault, FAULTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"unknown fault {fault!r}; {hint}known are {', '.join(FAULTS)}, or an HTTP status")
    return _by_name(fault, _STATUS.get(fault), retry_after, provider)


def _by_status(status: int, retry_after: float | None, provider: str) -> BaseException:
    if not 400 <= status <= 599:
        raise UsageError(f"{status} is not an HTTP error; give a status from 400 to 599")
    if status in (401, 403):
        name = "authentication"
    elif status in (408, 504):
        name = "timeout"
    elif status == 429:
        name = "rate_limited"
    else:
        name = "overloaded" if status >= 500 else "bad_request"
    return _by_name(name, status, retry_after, provider)


def _by_name(name: str, status: int | None, retry_after: float | None, provider: str) -> BaseException:
    text = f"{provider}: HTTP {status}: injected fault" if status else f"{provider}: injected fault"
    match name:
        case "timeout":
            return ProviderTimeoutError(f"{text} (no answer in time)", provider=provider, status=status)
        case "rate_limited":
            return RateLimitError(
                f"{text} (too many requests)", provider=provider, status=status, retry_after=retry_after
            )
        case "overloaded":
            return OverloadedError(f"{text} (overloaded)", provider=provider, status=status)
        case "connection":
            return ProviderConnectionError(f"{text} (cannot connect)", provider=provider)
        case "cut":
            return CutStreamError(f"{text} (the stream ended without an end mark)", provider=provider)
        case "malformed":
            return MalformedReplyError(f"{text} (the body is not JSON)", provider=provider)
        case "authentication":
            return AuthenticationError(f"{text} (the key is refused)", provider=provider, status=status)
        case "context_length":
            return ContextLengthError(f"{text} (too long for the context window)", provider=provider, status=status)
        case "refused":
            return ContentRefusedError(f"{text} (refused by the content policy)", provider=provider, status=status)
        case _:
            return BadRequestError(f"{text} (the request is refused)", provider=provider, status=status)
