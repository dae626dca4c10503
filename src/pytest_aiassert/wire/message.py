"""The values that travel between an intercepted HTTP library and whoever answers in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol, TypeAlias
from urllib.parse import SplitResult, urlsplit

Headers: TypeAlias = tuple[tuple[str, str], ...]

FailureKind: TypeAlias = Literal["connect", "dns", "tls", "connect_timeout", "read_timeout", "reset", "cut"]
"""How a connection fails: `cut` ends the body too early in good order, `reset` tears it off."""


@dataclass(frozen=True, kw_only=True)  # not slotted: what is parsed is kept
class WireRequest:
    """One HTTP request, its body complete and decompressed."""

    method: str
    url: str
    headers: Headers = ()
    content: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's first value, empty where there is none."""
        name = name.lower()
        for key, value in self.headers:  # a plain loop: this runs for every request
            if key.lower() == name:
                return value
        return ""

    @property
    def host(self) -> str:
        """The host name that the URL names, in lower case."""
        return (self._parts.hostname or "").lower()

    @property
    def path(self) -> str:
        """The URL's path, without its query."""
        return self._parts.path or "/"

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A connection that fails; every library raises its own exception for it."""

    kind: FailureKind
    message: str = ""
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes of a body that arrive together, `delay` seconds after those before.

    `recorded` is in seconds since the request, and says when they arrived in the recording.
    """

    data: bytes
    delay: float = 0.0
    recorded: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WireResponse:
    """A response to play: `delay` seconds to its head, then piece by piece, and at last `failure` if any.

    `latency` in seconds is what the response took when it was recorded.
    """

    status: int = 200
    headers: Headers = ()
    pieces: tuple[Piece, ...] = ()
    delay: float = 0.0
    failure: Failure | None = None
    latency: float | None = None

    @property
    def content(self) -> bytes:
        """The whole body."""
        return b"".join(piece.data for piece in self.pieces)


class Sink(Protocol):
    """Takes down a real response while the caller reads it; the bytes are decompressed."""

    def start(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Take the head of the response."""
        ...

    def piece(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        ...

    def finish(self, *, complete: bool) -> None:
        """End the response; `complete` says whether the body was read to its end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Send the request where it was going; `sink` takes the response down."""

    sink: Sink | None = None


Decision: TypeAlias = WireResponse | Failure | Forward


class Handler(Protocol):
    """Somebody who may answer a request: a mock, a cassette, a fault."""

    def answer(self, request: WireRequest) -> Decision | None:
        """Decide what happens to a request; None leaves it to the next handler. Raises AIAssertError to refuse it."""
        ...
