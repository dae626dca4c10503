"""A recording that ends too early: one cut for each event of each stream in a cassette."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest
from pytest_aiassert.cassettes.files import read_exchanges
from pytest_aiassert.cassettes.matching import EXACT, Matching
from pytest_aiassert.cassettes.playing import play
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.message import Decision, WireRequest
from pytest_aiassert.wire.spoiling import split_events, truncate


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A cassette in which one stream ends after `events` of its `total` events; play it with `ai_wire.play(cut)`.

    `exchange` is the place of the stream in the cassette, from 0. A stream that is `torn` breaks the connection, others
    end in good order, without their end mark.
    """

    path: Path
    exchange: int
    events: int
    total: int
    torn: bool = False
    exchanges: tuple[Exchange, ...] = field(default=(), repr=False)
    matching: Matching = field(default=EXACT, repr=False)

    @property
    def __name__(self) -> str:
        """What pytest calls the parameter."""
        return f"{self.path.stem}-{self.exchange}-after-{self.events}-of-{self.total}"

    def handler(self) -> CutHandler:
        """Return what answers from it once; a repeated request gets the whole stream."""
        return CutHandler(self)


class CutHandler:
    """Answers from a cassette, and ends one of its streams early, once."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._victim = cut.exchanges[cut.exchange]
        self._cassette = Cassette(cut.path, cut.exchanges, records=False, matching=cut.matching)

    def answer(self, request: WireRequest) -> Decision | None:
        """Replay the next reply to a request; raises CassetteMissError."""
        wanted = RecordedRequest(method=request.method, url=request.url, body=Body.decode(request.content))
        exchange = self._cassette.take(wanted)
        if exchange is self._victim:
            return truncate(play(self._victim.response), self._cut.events, torn=self._cut.torn)
        if exchange is None and self._cut.matching.key(wanted) == self._cut.matching.key(self._victim.request):
            exchange = self._victim
        if exchange is None:
            raise self._cassette.miss(wanted)
        return play(exchange.response)


def every_cut(
    cassette: str | Path, *, torn: bool = False, match_on: Iterable[str] | None = None, ignore: Iterable[str] = ()
) -> list[Cut]:
    """Return a cut after each event of each stream in a cassette, but its last; and one before the first.

    The path is relative to the file that calls. `torn`, `match_on` and `ignore` are those of Cut and of the marker
    `ai_cassette`. Raises CassetteError for an unreadable cassette, UsageError for one without a stream.
    """
    frame = inspect.currentframe()
    caller = frame.f_back.f_globals.get("__file__") if frame and frame.f_back else None
    path = Path(caller).parent / cassette if caller else Path(cassette)
    exchanges = tuple(read_exchanges(path))
    matching = Matching.of(on=match_on, ignore=ignore)
    cuts = [
        Cut(path=path, exchange=n, events=kept, total=total, torn=torn, exchanges=exchanges, matching=matching)
        for n, total in enumerate(map(_events, exchanges))
        for kept in range(total)
    ]
    if not cuts:
        raise UsageError(f"{path} holds no stream to cut; record a call that streams")
    return cuts


def _events(exchange: Exchange) -> int:
    """Count the events of a stream; 0 for any other body."""
    return 0 if exchange.response.body.events is None else len(split_events(play(exchange.response)))
