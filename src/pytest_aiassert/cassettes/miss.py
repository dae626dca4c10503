"""Why a cassette has no reply to a request, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from pytest_aiassert.cassettes.exchange import RecordedRequest
from pytest_aiassert.cassettes.matching import Matching
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.wording import cut, plural

if TYPE_CHECKING:
    from pytest_aiassert.cassettes.cassette import Cassette

_SHOWN: Final = 4
_COMPARED: Final = 200
_QUOTED: Final = 60

_Difference: TypeAlias = tuple[str, Any, Any]


class _Absent:
    """Stands where one side has nothing."""


_ABSENT: Final = _Absent()


def explain(cassette: Cassette, request: RecordedRequest) -> str:
    """Say how the nearest recorded request differs, and what to do."""
    name, how = f"cassette {cassette.path}", cassette.remedy.format(mode="new")
    asked = f"{request.method} {urlsplit(request.url).path or '/'}"
    if not cassette.exchanges:
        return f"{name} is empty, so it has no reply for {asked}; record it with {how}"
    used = cassette.count(request)
    if used:
        return (
            f"{name}: recorded {plural(used, 'reply', 'replies')} to this request, "
            f"the {_ordinal(used + 1)} was asked for; record more with {how}"
        )
    differences = _nearest(cassette, request)
    told = "; ".join(_words(*difference) for difference in differences[:_SHOWN])
    more = f"; and {len(differences) - _SHOWN} more" if len(differences) > _SHOWN else ""
    found = f"the nearest recorded request differs at {told}{more}"
    return redact(f"{name} has no reply for {asked}: {found}; record it with {how}")


def _nearest(cassette: Cassette, request: RecordedRequest) -> list[_Difference]:
    """Return how the most similar recorded request differs: fewest places, then closest text."""
    distinct = {
        json.dumps([recorded.method, recorded.url, recorded.body.to_json()], sort_keys=True): recorded
        for recorded in (exchange.request for exchange in cassette.exchanges)
    }
    nearby = list(distinct.values())[:_COMPARED]
    found = [list(_compare_requests(recorded, request, cassette.matching)) for recorded in nearby]
    return min(found, key=_distance)


def _distance(differences: list[_Difference]) -> tuple[int, float]:
    return len(differences), sum(1.0 - _likeness(old, new) for _, old, new in differences)


def _likeness(old: Any, new: Any) -> float:
    if isinstance(old, str) and isinstance(new, str):
        return SequenceMatcher(None, old[:400], new[:400], autojunk=False).quick_ratio()
    return 0.0


def _compare_requests(old: RecordedRequest, new: RecordedRequest, matching: Matching) -> Iterator[_Difference]:
    for part in matching.on:
        if part == "body":
            yield from _compare("", matching.content(old), matching.content(new))
        else:
            yield from _compare(part, matching.part(part, old), matching.part(part, new))


def _compare(path: str, old: Any, new: Any) -> Iterator[_Difference]:
    """Yield the places where two JSON values differ, as deep down as they can be named."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys(), key=_messages_first):
            place = f"{path}.{key}" if path else str(key)
            yield from _compare(place, old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _compare(f"{path}[{index}]", *(v[index] if index < len(v) else _ABSENT for v in (old, new)))
    elif type(old) is not type(new) or old != new:
        yield path or "body", old, new


def _messages_first(key: str) -> tuple[bool, str]:
    return key != "messages", key


def _words(path: str, old: Any, new: Any) -> str:
    if isinstance(old, _Absent):
        return f"{path} added" if isinstance(new, dict | list) else f"{path} added ({_quoted(new)})"
    if isinstance(new, _Absent):
        return f"{path} removed" if isinstance(old, dict | list) else f"{path} removed ({_quoted(old)})"
    if isinstance(old, str) and isinstance(new, str):
        start = _first_difference(old, new)
        return f"{path} {_quoted(old, start)} → {_quoted(new, start)}"
    return f"{path} {_quoted(old)} → {_quoted(new)}"


def _first_difference(old: str, new: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _quoted(value: Any, around: int = 0) -> str:
    """Return a value as it would be written, cut so that the place of interest is seen."""
    if not isinstance(value, str):
        return cut(json.dumps(value, ensure_ascii=False), _QUOTED)
    if len(value) <= _QUOTED:
        return repr(value)
    start = max(0, min(around - _QUOTED // 3, len(value) - _QUOTED))
    end = start + _QUOTED
    return f"{'…' if start else ''}{value[start:end]!r}{'…' if end < len(value) else ''}"


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:  # noqa: PLR2004  eleventh to twentieth
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
