"""An exchange without secrets: also in bytes that are no text, and where a stream tells one piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from pytest_aiassert.cassettes.exchange import Body, Event, Exchange
from pytest_aiassert.cassettes.redaction import REDACTED, found_secrets, redact_bytes, redact_strings

_Patterns: TypeAlias = Sequence[re.Pattern[str]]
_Place: TypeAlias = tuple[str | int, ...]

_NAMED_BY_VALUE: Final = ("id", "type", "object", "model", "role")
"""Fields that say the same in every event, so that they are no text in pieces."""


def scrub(exchange: Exchange, patterns: _Patterns = ()) -> Exchange:
    """Return an exchange without what a pattern finds; streams and bytes also without known secrets."""
    request, response = exchange.request, exchange.response
    return replace(
        exchange,
        request=replace(request, url=redact_strings(request.url, patterns), body=scrub_body(request.body, patterns)),
        response=replace(
            response,
            headers=redact_strings(dict(response.headers), patterns),
            body=scrub_body(response.body, patterns),
        ),
    )


def scrub_body(body: Body, patterns: _Patterns = ()) -> Body:
    """Return a body without what a pattern finds; streams and bytes also without what is known to be secret."""
    if body.raw is not None:
        return Body(raw=redact_bytes(body.raw, patterns))
    if body.events is not None:
        return Body(events=_scrub_events(body.events, patterns))
    if body.text is not None:
        return Body(text=redact_strings(body.text, patterns))
    return Body(json=redact_strings(body.json, patterns)) if patterns else body


def _scrub_events(events: tuple[Event, ...], patterns: _Patterns) -> tuple[Event, ...]:
    """Replace secrets in the texts that a stream tells in pieces, each at one place of its events."""
    payloads = [_payload(event.data) for event in events]
    texts: dict[_Place, list[tuple[int, _Place, str]]] = {}
    for number, (_, value, _) in enumerate(payloads):
        for place, strand, text in _strings(value):
            if place[-1] not in _NAMED_BY_VALUE:
                texts.setdefault((*place, *strand), []).append((number, place, text))
    changed: set[int] = set()
    for pieces in texts.values():
        for number, place, text in _without_secrets(pieces, patterns):
            _put(payloads[number][1], place, text)
            changed.add(number)
    told = [_told(payloads[n]) if n in changed else event.data for n, event in enumerate(events)]
    return tuple(replace(event, data=redact_strings(data, patterns)) for event, data in zip(events, told, strict=True))


def _without_secrets(pieces: list[tuple[int, _Place, str]], patterns: _Patterns) -> Iterator[tuple[int, _Place, str]]:
    """Yield the pieces in which a secret of the whole text has a part, without it; its first part says so."""
    whole = "".join(text for *_, text in pieces)
    secrets = sorted(set(found_secrets(whole, patterns, quoted=False)))
    offset = 0
    for number, place, text in pieces:
        begin, end = offset, offset + len(text)
        offset = end
        kept, at = "", begin
        for start, stop in secrets:
            if start < end and stop > begin:
                kept += whole[at : max(start, at)] + (REDACTED if start >= begin and start >= at else "")
                at = max(at, min(stop, end))
        if at > begin:
            yield number, place, kept + whole[at:end]


def _payload(data: str) -> tuple[str, Any, str]:
    """Return what stands before an event's JSON, the JSON, and what stands after; None where there is none."""
    start = data.find("{")
    try:
        value, stop = json.JSONDecoder().raw_decode(data, start)
    except (ValueError, RecursionError):
        return data, None, ""
    return data[:start], value, data[stop:]


def _told(payload: tuple[str, Any, str]) -> str:
    before, value, after = payload
    return f"{before}{json.dumps(value, ensure_ascii=False)}{after}"


def _strings(value: Any, place: _Place = (), strand: _Place = ()) -> Iterator[tuple[_Place, _Place, str]]:
    """Yield each text with its place, and the `index` fields above it, which tell parallel texts apart."""
    if isinstance(value, str):
        yield place, strand, value
    elif isinstance(value, dict):
        index = value.get("index")
        for step, item in value.items():
            yield from _strings(item, (*place, step), (*strand, index) if isinstance(index, int) else strand)
    elif isinstance(value, list):
        for step, item in enumerate(value):
            yield from _strings(item, (*place, step), strand)


def _put(value: Any, place: _Place, text: str) -> None:
    *steps, last = place
    for step in steps:
        value = value[step]
    value[last] = text
