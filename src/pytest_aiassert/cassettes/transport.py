"""An httpx2 transport that replays a cassette and, where the cassette records, adds to it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Final

import httpx2

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Exchange
from pytest_aiassert.cassettes.handler import CassetteHandler
from pytest_aiassert.cassettes.modes import RecordMode
from pytest_aiassert.wire.message import Forward, Sink, WireRequest, WireResponse

__all__ = ["CassetteTransport", "RecordMode"]

_DROPPED_HEADERS: Final = ("content-encoding", "content-length", "transfer-encoding")


class CassetteTransport(httpx2.AsyncBaseTransport):
    """Answers from the cassette; asks `upstream`, and records its answer, where the cassette records."""

    def __init__(
        self,
        cassette: Cassette,
        *,
        upstream: httpx2.AsyncBaseTransport | None = None,
        usable: Callable[[Exchange], bool] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._handler = CassetteHandler(
            cassette, usable=usable, records=cassette.records and upstream is not None, clock=clock
        )
        self._upstream = upstream

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Replay or record one request; raises CassetteMissError."""
        decision = self._handler.answer(
            WireRequest(
                method=request.method,
                url=str(request.url),
                headers=tuple(request.headers.multi_items()),
                content=await request.aread(),
            )
        )
        if isinstance(decision, WireResponse):
            return _replayed(decision)
        assert isinstance(decision, Forward)
        assert decision.sink is not None
        assert self._upstream is not None
        response = await self._upstream.handle_async_request(request)
        headers = [(k, v) for k, v in response.headers.multi_items() if k not in _DROPPED_HEADERS]
        decision.sink.start(response.status_code, headers)
        return httpx2.Response(
            response.status_code,
            headers=headers,
            stream=_RecordingStream(decision.sink, response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the upstream transport."""
        if self._upstream is not None:
            await self._upstream.aclose()


class _RecordingStream(httpx2.AsyncByteStream):
    """Hands each piece on as it arrives, and tells the sink."""

    def __init__(self, sink: Sink, response: httpx2.Response) -> None:
        self._sink = sink
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._response.aiter_bytes():
            self._sink.piece(piece)
            yield piece
        self._sink.finish(complete=True)

    async def aclose(self) -> None:
        self._sink.finish(complete=False)
        await self._response.aclose()


def _replayed(recorded: WireResponse) -> httpx2.Response:
    headers = [(name.encode(errors="replace"), value.encode(errors="replace")) for name, value in recorded.headers]
    stream = _ReplayedStream(recorded)
    extensions = {"latency": recorded.latency, "elapsed": lambda: stream.elapsed}
    return httpx2.Response(recorded.status, headers=headers, stream=stream, extensions=extensions)


class _ReplayedStream(httpx2.AsyncByteStream):
    """Gives a recorded body back, a stream event by event; `elapsed` is what the recording took up to the last one."""

    def __init__(self, recorded: WireResponse) -> None:
        self._recorded = recorded
        self.elapsed = 0.0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._recorded.pieces:
            self.elapsed = piece.recorded
            yield piece.data
