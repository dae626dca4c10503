"""Faults: the failures of a model API, by name or HTTP status, and when they happen."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypedDict, Unpack

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.message import FailureKind
from pytest_aiassert.wording import known_names


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind:
    """What a fault does: it answers with a `status`, lets the connection fail, or spoils a reply that comes.

    `arrives` says whether the caller gets all of a spoiled reply.
    """

    words: str
    status: int | None = None
    failure: FailureKind | None = None
    arrives: bool = False


FAULTS: Final[Mapping[str, FaultKind]] = {
    "timeout": FaultKind(words="no answer in time", failure="read_timeout"),
    "rate_limited": FaultKind(words="too many requests", status=429),
    "quota": FaultKind(words="the quota is used up", status=429),
    "overloaded": FaultKind(words="overloaded", status=503),
    "server_error": FaultKind(words="the server had an error", status=500),
    "authentication": FaultKind(words="the key is refused", status=401),
    "not_found": FaultKind(words="there is no such model", status=404),
    "bad_request": FaultKind(words="the request is refused", status=400),
    "context_length": FaultKind(words="too long for the context window", status=400),
    "refused": FaultKind(words="refused by the content policy", status=400),
    "connection": FaultKind(words="cannot connect", failure="connect"),
    "connect_timeout": FaultKind(words="cannot connect in time", failure="connect_timeout"),
    "dns": FaultKind(words="the name of the host is unknown", failure="dns"),
    "tls": FaultKind(words="the certificate is not trusted", failure="tls"),
    "reset": FaultKind(words="the connection was reset", failure="reset"),
    "slow_start": FaultKind(words="the first token is late", arrives=True),
    "slow": FaultKind(words="every token is late", arrives=True),
    "cut": FaultKind(words="the stream ended without an end mark"),
    "truncated": FaultKind(words="the stream ended early, in good order"),
    "cut_character": FaultKind(words="the stream ended inside a character"),
    "malformed": FaultKind(words="the body is not JSON"),
    "empty": FaultKind(words="the body is empty"),
    "html": FaultKind(words="the body is a page of HTML"),
    "duplicated": FaultKind(words="an event came twice", arrives=True),
    "no_usage": FaultKind(words="the reply does not say its usage", arrives=True),
}
"""Every fault that has a name; an HTTP status from 400 to 599 is one, too."""

_BY_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "authentication",
    403: "authentication",
    404: "not_found",
    429: "rate_limited",
    500: "server_error",
}
_STATUSES: Final = range(400, 600)
_FIRST_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure to inject, by name or HTTP status from 400 to 599; raises UsageError for any other.

    `retry_after` and `seconds` (of `slow_start`, `slow` and time-outs) are in seconds. `at` says after which event of
    a stream it is `cut`, or which one is `malformed` or `duplicated`, counted from 1.
    """

    name: str
    status: int | None = field(default=None, kw_only=True)
    retry_after: float | None = field(default=None, kw_only=True)
    seconds: float | None = field(default=None, kw_only=True)
    at: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        name, status = _resolved(self.name, self.status)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "status", status)
        for option in ("retry_after", "seconds"):
            value = getattr(self, option)
            if value is not None and not 0 <= value < float("inf"):
                raise UsageError(f"{option}={value!r} of fault {self.name!r}: give seconds, 0 or more")
        if self.at is not None and self.at < 1:
            raise UsageError(f"at={self.at!r} of fault {self.name!r}: events are counted from 1")

    @property
    def kind(self) -> FaultKind:
        """What a fault of this name does."""
        return FAULTS[self.name]

    @property
    def spoils(self) -> bool:
        """Whether it spoils a reply, rather than coming in its place."""
        return self.status is None and self.kind.failure is None

    def __str__(self) -> str:
        return self.name if self.status == self.kind.status else f"{self.name} ({self.status})"


AnyFault: TypeAlias = str | int | Fault | BaseException
"""A fault by name, HTTP status or value; or an exception, which a mock that is called directly raises."""


class _When(TypedDict, total=False):
    times: int | None
    after: int
    rate: float | None
    seed: int


class FaultOptions(_When, total=False):
    """When a fault happens, and how; see `Injection` and `Fault`."""

    retry_after: float | None
    seconds: float | None
    at: int | None


class Injection:
    """A fault and the calls it happens in: after the first `after`, `times` of them, at a `rate` if one is given."""

    def __init__(
        self,
        fault: Fault | BaseException,
        *,
        times: int | None = None,
        after: int = 0,
        rate: float | None = None,
        seed: int = 0,
    ) -> None:
        if times is not None and times < 1:
            raise UsageError(f"fail(times={times!r}) fails nothing; give 1 or more")
        if after < 0:
            raise UsageError(f"fail(after={after!r}): give the number of calls that go well before, 0 or more")
        if rate is not None and not 0 < rate <= 1:
            raise UsageError(f"fail(rate={rate!r}): give a rate above 0, at most 1")
        self.fault = fault
        self.spoils = isinstance(fault, Fault) and fault.spoils
        self.always = times is None and not after and rate is None
        self._left = times
        self._after = after
        self._rate = rate
        self._random = random.Random(seed)  # noqa: S311  a repeatable failure, not a secret
        self._happened = False

    @property
    def over(self) -> bool:
        """Whether it will not happen again."""
        return self._left == 0

    @property
    def owed(self) -> bool:
        """Whether it was to happen, and has not as often as it was to."""
        return bool(self._left) if self._left is not None else not self._happened

    def due(self) -> bool:
        """Say whether it happens in this call, and count it."""
        if self.over:
            return False
        if self._after:
            self._after -= 1
            return False
        if self._rate is not None and self._random.random() >= self._rate:
            return False
        if self._left is not None:
            self._left -= 1
        self._happened = True
        return True


def injection(
    fault: object,
    *,
    retry_after: float | None = None,
    seconds: float | None = None,
    at: int | None = None,
    **when: Unpack[_When],
) -> Injection:
    """Return a fault with the calls it happens in; raises UsageError for what is no fault."""
    if not isinstance(fault, Fault | BaseException):
        fault = Fault(fault, retry_after=retry_after, seconds=seconds, at=at)  # type: ignore[arg-type]  # checked there
    return Injection(fault, **when)


def _resolved(fault: object, status: int | None) -> tuple[str, int | None]:
    """Return a fault's name and status; raises UsageError for what is no fault."""
    match fault:
        case str() if fault in FAULTS:
            return fault, FAULTS[fault].status if status is None else status
        case str():
            raise UsageError(f"unknown fault {fault!r}; {known_names(fault, FAULTS)}, or an HTTP status")
        case int() if fault in _STATUSES:
            other = "bad_request" if fault < _FIRST_SERVER_ERROR else "overloaded"
            return _BY_STATUS.get(fault, other), fault
        case _:
            raise UsageError(f"{fault!r} is not a fault; give a name, an HTTP status from 400 to 599, or an exception")
