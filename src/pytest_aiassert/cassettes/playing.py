"""From a recorded response to one that is played, at once or at a pace."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeAlias

from pytest_aiassert.cassettes.exchange import Body, RecordedResponse
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.message import Piece, WireResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast replies are played.

    `speed` scales the recorded delays: None leaves them out, 1.0 keeps them, 2.0 halves them. `every` sets a delay in
    seconds before each event instead. Raises UsageError for what is no speed or delay.
    """

    speed: float | None = None
    every: float | None = None

    def __post_init__(self) -> None:
        if self.speed is not None and not 0 < self.speed < float("inf"):
            raise UsageError(f"speed={self.speed!r} is not a positive number; 1.0 plays as recorded, None at once")
        if self.every is not None and not 0 <= self.every < float("inf"):
            raise UsageError(f"every={self.every!r} is not a number of seconds")
        if self.speed is not None and self.every is not None:
            raise UsageError("give speed or every, not both")

    def delay(self, recorded: float) -> float:
        """Return how long to wait where the recording waited so long, in seconds."""
        return recorded / self.speed if self.speed else 0.0

    def between(self, recorded: float) -> float:
        """Return how long to wait before an event, in seconds."""
        return self.delay(recorded) if self.every is None else self.every


AT_ONCE: Final = Pace()

_Pieces: TypeAlias = tuple[Piece, ...]


def play(recorded: RecordedResponse, pace: Pace = AT_ONCE) -> WireResponse:
    """Return the response to play; a stream event by event."""
    events = recorded.body.events
    whole = pace.delay(recorded.elapsed) if events is None else 0.0
    return WireResponse(
        status=recorded.status,
        headers=tuple(recorded.headers.items()),
        pieces=_pieces(recorded.body, pace),
        delay=whole,
        latency=recorded.elapsed,
    )


def _pieces(body: Body, pace: Pace) -> _Pieces:
    if body.events is None:
        content = body.encode()
        return (Piece(data=content),) if content else ()
    moments = accumulate(event.dt for event in body.events)
    return tuple(
        Piece(data=event.encode(), delay=pace.between(event.dt), recorded=moment)
        for event, moment in zip(body.events, moments, strict=True)
    )
