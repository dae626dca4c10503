"""Answers intercepted requests from a cassette, and records what it lacks where it may."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest
from pytest_aiassert.cassettes.playing import AT_ONCE, Pace, play
from pytest_aiassert.cassettes.recorder import Recorder
from pytest_aiassert.wire.message import Decision, Forward, WireRequest

_PASSING_ERRORS: Final = frozenset({401, 403, 404, 407, 408, 409, 425, 429})
_FIRST_SERVER_ERROR: Final = 500


class CassetteHandler:
    """A wire Handler on a cassette; `covers` says whose requests are its own, all unless given.

    It records what the cassette lacks if `records`; unless given, if the cassette does.

    Not recorded are replies that were not read to their end, errors of the day (a refused key, a rate limit, an
    overloaded or missing server), and what `usable` refuses. They would be replayed for ever.
    """

    def __init__(
        self,
        cassette: Cassette,
        *,
        pace: Pace = AT_ONCE,
        covers: Callable[[WireRequest], bool] | None = None,
        usable: Callable[[Exchange], bool] | None = None,
        records: bool | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.cassette = cassette
        self._records = cassette.records if records is None else records
        self._clock = clock
        self._pace = pace
        self._covers = covers
        self._usable = usable

    def answer(self, request: WireRequest) -> Decision | None:
        """Replay the next reply to a request, or have it recorded; raises CassetteMissError."""
        if self._covers is not None and not self._covers(request):
            return None
        wanted = RecordedRequest(method=request.method, url=request.url, body=Body.decode(request.content))
        exchange = self.cassette.take(wanted)
        if exchange is not None:
            return play(exchange.response, self._pace)
        if not self._records:
            raise self.cassette.miss(wanted)
        self.cassette.expect(wanted)
        return Forward(sink=Recorder(wanted, self._add, clock=self._clock))

    def _add(self, exchange: Exchange | None) -> None:
        if exchange is None or _passes(exchange.response.status):
            return
        if self._usable is None or self._usable(exchange):
            self.cassette.add(exchange)


def _passes(status: int) -> bool:
    return status in _PASSING_ERRORS or status >= _FIRST_SERVER_ERROR
