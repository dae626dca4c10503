"""Streams: cutting bytes into events as they arrive."""

from __future__ import annotations

import re
from typing import Final

from pytest_aiassert.cassettes.exchange import Event

_SSE_END: Final = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINE_END: Final = re.compile(rb"\n")
_END_MARK: Final = re.compile(
    r"^data: ?\[DONE\]|\"type\": ?\"(?:message_stop|response\.(?:completed|failed|incomplete))\"|"
    r"\"done\": ?true|\"finishReason\": ?\"",
    re.MULTILINE,
)
"""How the last event of a stream looks in the formats of OpenAI, Anthropic, Ollama and Gemini."""


class EventCutter:
    """Cuts a stream into events, each with the seconds since the one before it.

    An event of a `text/event-stream` ends with an empty line, one of NDJSON with its line.
    """

    def __init__(self, content_type: str, started: float) -> None:
        self._end = end_of_event(content_type)
        self._last = started
        self._buffer = bytearray()
        self._events: list[Event] = []

    def feed(self, data: bytes, moment: float) -> None:
        """Take bytes that arrived at a moment of the clock by which `started` was told."""
        if self._end is None:
            return
        searched = max(0, len(self._buffer) - 3)
        self._buffer += data
        begin = 0
        for found in self._end.finditer(self._buffer, searched):
            self._add(bytes(self._buffer[begin : found.end()]), moment)
            begin = found.end()
        del self._buffer[:begin]

    @property
    def ended(self) -> bool:
        """Whether the stream said that it is over: what may follow is not waited for."""
        return not self._buffer and bool(self._events) and _END_MARK.search(self._events[-1].data) is not None

    def close(self) -> tuple[Event, ...]:
        """Return all events; the last may be one that never ended."""
        if self._buffer:
            self._events.append(Event(dt=0.0, data=_text(bytes(self._buffer))))
            self._buffer.clear()
        return tuple(self._events)

    def _add(self, data: bytes, moment: float) -> None:
        self._events.append(Event(dt=max(0.0, moment - self._last), data=_text(data)))
        self._last = moment


def end_of_event(content_type: str) -> re.Pattern[bytes] | None:
    """Return what ends an event of a stream; None for a body that is no stream."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return _SSE_END
    if kind in ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/stream+json"):
        return _LINE_END
    return None


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "replace")
