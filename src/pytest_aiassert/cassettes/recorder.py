"""Takes a real response down while the caller reads it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from pytest_aiassert.cassettes.events import EventCutter, end_of_event
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest, RecordedResponse

KEPT_HEADERS: Final = ("content-type", "retry-after", "retry-after-ms")
"""Headers of a response that are kept; others may name an account or hold a cookie."""

_KEPT_PREFIXES: Final = ("x-ratelimit-", "anthropic-ratelimit-")


class Recorder:
    """A Sink that makes an Exchange of a response, and hands it to `done`; None where it is incomplete.

    A stream is complete when it was read to its end mark: SDKs hang up there.
    """

    def __init__(
        self,
        request: RecordedRequest,
        done: Callable[[Exchange | None], None],
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._request = request
        self._done = done
        self._clock = clock
        self._started = clock()
        self._status = 0
        self._headers: dict[str, str] = {}
        self._cutter: EventCutter | None = None
        self._pieces: list[bytes] = []
        self._ended = False

    def start(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        """Take the head of the response."""
        self._status = status
        self._headers = {name.lower(): value for name, value in headers if _is_kept(name.lower())}
        kind = self._headers.get("content-type", "")
        self._cutter = EventCutter(kind, self._started) if end_of_event(kind) else None

    def piece(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        if self._cutter is not None:
            self._cutter.feed(data, self._clock())
        else:
            self._pieces.append(data)

    def finish(self, *, complete: bool) -> None:
        """Hand the exchange on; a second call changes nothing."""
        if self._ended:
            return
        self._ended = True
        complete = complete or (self._cutter is not None and self._cutter.ended)
        self._done(self._exchange() if complete and self._status else None)

    def _exchange(self) -> Exchange:
        events = None if self._cutter is None else self._cutter.close()
        response = RecordedResponse(
            status=self._status,
            headers=self._headers,
            body=Body.decode(b"".join(self._pieces)) if events is None else Body(events=events),
            elapsed=self._clock() - self._started,
        )
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        return Exchange(request=self._request, response=response, recorded_at=moment)


def _is_kept(name: str) -> bool:
    return name in KEPT_HEADERS or name.startswith(_KEPT_PREFIXES)
