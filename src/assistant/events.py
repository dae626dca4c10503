"""What happens to requests, as events, and who hears of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from assistant.messages import FinishReason, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStarted:
    """A request goes out; `id` counts from 1 for each emitter's owner."""

    id: int
    provider: str
    model: str
    streamed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFinished:
    """A request was answered; `duration` is in seconds, `cost` in US dollars, None where unknown."""

    id: int
    provider: str
    model: str
    duration: float
    usage: Usage = field(default_factory=Usage)
    finish_reason: FinishReason | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed:
    """A request ended without an answer, by an error, an interrupt or an abandoned stream."""

    id: int
    provider: str
    model: str
    duration: float
    error: BaseException


Event: TypeAlias = RequestStarted | RequestFinished | RequestFailed
Listener: TypeAlias = Callable[[Event], None]


class Emitter:
    """Passes events on to listeners, in the order in which these were added."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; the function returned removes it again."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def emit(self, event: Event) -> None:
        """Tell every listener; one that raises is logged, and the others still hear."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # a listener's own error must not fail the request it only watches
                logging.getLogger(__name__).exception("a listener failed at %s", type(event).__name__)
