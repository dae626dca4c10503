"""An httpx2 transport that replays a cassette and, where the cassette records, adds to it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

import httpx2

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.cassettes.modes import RecordMode

__all__ = ["CassetteTransport", "RecordMode"]

_KEPT_HEADERS: Final = ("content-type", "retry-after")
_DROPPED_HEADERS: Final = ("content-encoding", "content-length", "transfer-encoding")
_PASSING_ERRORS: Final = frozenset({401, 403, 404, 407, 408, 409, 425, 429})
_FIRST_SERVER_ERROR: Final = 500


class CassetteTransport(httpx2.AsyncBaseTransport):
    """Answers from the cassette; asks `upstream`, and records its answer, where the cassette records.

    Not recorded are replies that were not read to their end, errors of the day (a refused key, a rate limit, an
    overloaded or missing server), and what `usable` refuses. They would be replayed for ever.
    """

    def __init__(
        self,
        cassette: Cassette,
        *,
        upstream: httpx2.AsyncBaseTransport | None = None,
        usable: Callable[[Exchange], bool] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._cassette = cassette
        self._upstream = upstream
        self._usable = usable
        self._clock = clock

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Replay or record one request; raises CassetteMissError."""
        wanted = RecordedRequest(method=request.method, url=str(request.url), body=Body.decode(await request.aread()))
        exchange = self._cassette.take(wanted)
        if exchange is not None:
            return _replayed(exchange.response)
        if self._upstream is None or not self._cassette.records:
            raise self._cassette.miss(wanted)
        self._cassette.expect(wanted)
        started = self._clock()
        response = await self._upstream.handle_async_request(request)
        if response.status_code in _PASSING_ERRORS or response.status_code >= _FIRST_SERVER_ERROR:
            return response
        return httpx2.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.multi_items() if k not in _DROPPED_HEADERS],
            stream=_RecordingStream(self._add, wanted, response, started, self._clock),
            extensions=response.extensions,
        )

    def _add(self, exchange: Exchange) -> None:
        if self._usable is None or self._usable(exchange):
            self._cassette.add(exchange)

    async def aclose(self) -> None:
        """Close the upstream transport."""
        if self._upstream is not None:
            await self._upstream.aclose()


class _RecordingStream(httpx2.AsyncByteStream):
    """Hands each piece on as it arrives, and writes the exchange when the response is complete."""

    def __init__(
        self,
        add: Callable[[Exchange], None],
        request: RecordedRequest,
        response: httpx2.Response,
        started: float,
        clock: Callable[[], float],
    ) -> None:
        self._add = add
        self._request = request
        self._response = response
        self._started = started
        self._clock = clock

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: list[tuple[float, bytes]] = []
        async for piece in self._response.aiter_bytes():
            pieces.append((self._clock(), piece))
            yield piece
        headers = self._response.headers
        response = RecordedResponse(
            status=self._response.status_code,
            headers={name: headers[name] for name in _KEPT_HEADERS if name in headers},
            body=self._body(pieces),
            elapsed=self._clock() - self._started,
        )
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        self._add(Exchange(request=self._request, response=response, recorded_at=moment))

    async def aclose(self) -> None:
        await self._response.aclose()

    def _body(self, pieces: list[tuple[float, bytes]]) -> Body:
        if "text/event-stream" in self._response.headers.get("content-type", ""):
            return Body(events=_events(pieces, self._started))
        return Body.decode(b"".join(piece for _, piece in pieces))


def _events(pieces: list[tuple[float, bytes]], started: float) -> tuple[Event, ...]:
    """Cut the pieces of a stream at blank lines; an event's time is that of its last piece."""
    events: list[Event] = []
    buffer, last = b"", started
    for moment, piece in pieces:
        *complete, buffer = (buffer + piece).replace(b"\r\n", b"\n").split(b"\n\n")
        for data in complete:
            events.append(Event(dt=max(0.0, moment - last), data=data.decode("utf-8", "replace") + "\n\n"))
            last = moment
    if buffer:
        events.append(Event(dt=0.0, data=buffer.decode("utf-8", "replace")))
    return tuple(events)


def _replayed(recorded: RecordedResponse) -> httpx2.Response:
    headers = [
        (name.encode(errors="replace"), value.encode(errors="replace")) for name, value in recorded.headers.items()
    ]
    return httpx2.Response(
        recorded.status,
        headers=headers,
        stream=_ReplayedStream(recorded.body),
        extensions={"latency": recorded.elapsed},
    )


class _ReplayedStream(httpx2.AsyncByteStream):
    """Gives a recorded body back, a stream event by event."""

    def __init__(self, body: Body) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._body.events is None:
            yield self._body.encode()
            return
        for event in self._body.events:
            yield event.encode()
