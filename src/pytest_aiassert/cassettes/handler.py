"""Answers intercepted requests from a cassette, and records what it lacks where it may."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest
from pytest_aiassert.cassettes.playing import AT_ONCE, Pace, play
from pytest_aiassert.cassettes.recorder import Recorder
from pytest_aiassert.cassettes.redaction import REDACTED, SHORTEST, found_secrets, sent_secrets
from pytest_aiassert.cassettes.scrubbing import scrub
from pytest_aiassert.wire.message import Decision, Forward, WireRequest

_PASSING_ERRORS: Final = frozenset({401, 403, 404, 407, 408, 409, 425, 429})
_FIRST_SERVER_ERROR: Final = 500


class CassetteHandler:
    """A wire Handler on a cassette; `covers` says whose requests are its own, all unless given.

    It records what the cassette lacks if `records`; unless given, if the cassette does.

    Not recorded are replies that were not read to their end, errors of the day (a refused key, a rate limit, an
    overloaded or missing server), a page of HTML where an API was asked, and what `usable` refuses. They would be
    replayed for ever; the cassette keeps why. What a request sends as a key, cookie or organisation is nowhere kept.
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
        url, content, secrets = request.url, request.content, sent_secrets(request.headers)
        for secret in secrets:
            url, content = url.replace(secret, REDACTED), content.replace(secret.encode(), REDACTED.encode())
        wanted = RecordedRequest(method=request.method, url=url, body=Body.decode(content))
        exchange = self.cassette.take(wanted)
        if exchange is not None:
            return play(exchange.response, self._pace)
        if not self._records:
            raise self.cassette.miss(wanted)
        self.cassette.expect(wanted)
        secrets = (*secrets, *_told(request))
        wants_json = wanted.body.json is not None or "json" in request.header("accept")
        done = partial(self._add, wanted, secrets=secrets, wants_json=wants_json)
        return Forward(sink=Recorder(wanted, done, clock=self._clock))

    def _add(
        self, wanted: RecordedRequest, exchange: Exchange | None, *, secrets: tuple[str, ...], wants_json: bool
    ) -> None:
        why = _unfit(exchange, wants_json=wants_json)
        if exchange is None or why:
            self.cassette.skip(wanted, why)
        elif self._usable is not None and not self._usable(exchange):
            self.cassette.skip(wanted, "it holds no reply")
        else:
            patterns = [re.compile(re.escape(secret)) for secret in secrets]
            self.cassette.add(scrub(exchange, patterns) if patterns else exchange)


def _told(request: WireRequest) -> tuple[str, ...]:
    """Return the secrets in a request's address and body that a server may repeat."""
    text = f"{request.url} {request.content.decode('utf-8', 'replace')}"
    return tuple(text[start:end] for start, end in found_secrets(text) if end - start >= SHORTEST)


def _unfit(exchange: Exchange | None, *, wants_json: bool) -> str:
    """Say why a reply must not be replayed for ever; empty where it may."""
    if exchange is None:
        return "no reply came, or it was not read to its end"
    status = exchange.response.status
    if status in _PASSING_ERRORS or status >= _FIRST_SERVER_ERROR:
        return f"status {status}"
    if wants_json and exchange.response.headers.get("content-type", "").lower().startswith("text/html"):
        return f"a page of HTML (status {status}); is the address an API's?"
    return ""
