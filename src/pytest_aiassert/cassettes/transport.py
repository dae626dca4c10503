"""An httpx2 transport that replays a cassette and, where the mode allows it, records into it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

import httpx2

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, RecordedResponse

RecordMode: TypeAlias = Literal["none", "once", "new", "all"]

_KEPT_HEADERS: Final = ("content-type", "retry-after")


class CassetteTransport(httpx2.AsyncBaseTransport):
    """Answers from the cassette; asks `upstream`, and records its answer, where `upstream` is given."""

    def __init__(self, cassette: Cassette, *, upstream: httpx2.AsyncBaseTransport | None = None) -> None:
        self._cassette = cassette
        self._upstream = upstream

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Replay or record one request; raises CassetteMissError."""
        wanted = RecordedRequest(method=request.method, url=str(request.url), body=Body.decode(await request.aread()))
        exchange = self._cassette.take(wanted)
        if exchange is not None:
            return _replayed(exchange.response)
        if self._upstream is None:
            raise self._cassette.miss(wanted)
        started = time.perf_counter()
        response = await self._upstream.handle_async_request(request)
        recorder = _RecordingStream(self._cassette, wanted, response, started)
        return httpx2.Response(
            response.status_code,
            headers=[
                (k, v) for k, v in response.headers.multi_items() if k not in ("content-encoding", "content-length")
            ],
            stream=recorder,
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the upstream transport."""
        if self._upstream is not None:
            await self._upstream.aclose()


class _RecordingStream(httpx2.AsyncByteStream):
    """Hands each piece on as it arrives, and writes the exchange when the response is complete."""

    def __init__(self, cassette: Cassette, request: RecordedRequest, response: httpx2.Response, started: float) -> None:
        self._cassette = cassette
        self._request = request
        self._response = response
        self._started = started

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: list[tuple[float, bytes]] = []
        async for piece in self._response.aiter_bytes():
            pieces.append((time.perf_counter(), piece))
            yield piece
        self._cassette.add(
            Exchange(
                request=self._request,
                response=RecordedResponse(
                    status=self._response.status_code,
                    headers={k: self._response.headers[k] for k in _KEPT_HEADERS if k in self._response.headers},
                    body=self._body(pieces),
                    elapsed=time.perf_counter() - self._started,
                ),
                recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )

    async def aclose(self) -> None:
        await self._response.aclose()

    def _body(self, pieces: list[tuple[float, bytes]]) -> Body:
        content = b"".join(piece for _, piece in pieces)
        if "text/event-stream" not in self._response.headers.get("content-type", ""):
            return Body.decode(content)
        return Body(events=_events(pieces, self._started))


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
    return httpx2.Response(
        recorded.status,
        headers=dict(recorded.headers),
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
            yield event.data.encode()
