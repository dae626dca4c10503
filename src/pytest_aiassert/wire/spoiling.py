"""What faults do on the wire: a status, a connection that fails, or a reply that comes spoiled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import Fault
from pytest_aiassert.wire.formats.base import Call, Problem, WireFormat, encode
from pytest_aiassert.wire.message import Decision, Failure, Piece, WireResponse

_BOUNDARY: Final = re.compile(rb"(?<=\n)\r?\n")
_EVENT: Final = re.compile(rb"(?P<head>(?:event: .*\n)?data: |[\[,\s]*)(?P<json>\{.*\})(?P<tail>\s*)\Z", re.DOTALL)
_USAGE: Final = ("usage", "usageMetadata", "prompt_eval_count", "eval_count")
_HTML: Final = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>\r\n"
_ASCII: Final = 0x80
_CONTINUES: Final = range(0x80, 0xC0)
_ANTHROPIC_OVERLOADED: Final = 529


def replaced(fault: Fault, form: WireFormat, call: Call | None) -> WireResponse | Failure:
    """Return what comes in a reply's place."""
    words = f"{fault.kind.words} (injected)"
    if fault.status is None:
        assert fault.kind.failure is not None
        return Failure(kind=fault.kind.failure, message=words, delay=fault.seconds or 0.0)
    status = fault.status
    if fault == replace(fault, name="overloaded", status=503) and form.api == "anthropic":
        status = _ANTHROPIC_OVERLOADED
    problem = Problem(status=status, name=fault.name, message=words)
    return form.refuse(problem, call, retry_after=fault.retry_after)


def spoiled(faults: Iterable[Fault], decision: Decision | None) -> Decision | None:
    """Spoil a reply by every fault; raises UsageError where it has no part to spoil."""
    for fault in faults:
        if not isinstance(decision, WireResponse):
            return decision
        decision = _SPOILERS[fault.name](fault, decision)
    return decision


def split_events(response: WireResponse) -> tuple[Piece, ...]:
    """Cut a body where its events end; what arrived with the delays stays so."""
    media = _media(response)
    if "event-stream" not in media and "ndjson" not in media:
        return response.pieces
    boundary = _BOUNDARY if "event-stream" in media else re.compile(rb"(?<=\n)")
    events: list[Piece] = []
    buffer, delay = b"", 0.0
    for piece in response.pieces:
        delay += piece.delay
        *complete, buffer = _cut_at(boundary, buffer + piece.data)
        for data in complete:
            events.append(Piece(data=data, delay=delay))
            delay = 0.0
    return (*events, Piece(data=buffer, delay=delay)) if buffer else tuple(events)


def _cut_at(boundary: re.Pattern[bytes], data: bytes) -> list[bytes]:
    parts: list[bytes] = []
    start = 0
    for found in boundary.finditer(data):
        parts.append(data[start : found.end()])
        start = found.end()
    return [*parts, data[start:]]


def truncate(response: WireResponse, events: int, *, torn: bool = False) -> WireResponse:
    """Return a response that ends after some events: in good order, or `torn` off the connection."""
    failure = Failure(kind="cut", message="the connection ended in the body (injected)") if torn else None
    return replace(_without_length(response), pieces=split_events(response)[:events], failure=failure)


def _late_start(fault: Fault, response: WireResponse) -> WireResponse:
    return replace(response, delay=response.delay + (1.0 if fault.seconds is None else fault.seconds))


def _late(fault: Fault, response: WireResponse) -> WireResponse:
    seconds = 0.1 if fault.seconds is None else fault.seconds
    pieces = (replace(piece, delay=piece.delay + seconds) for piece in split_events(response))
    return replace(response, pieces=tuple(pieces))


def _cut(fault: Fault, response: WireResponse) -> WireResponse:
    torn = fault.name == "cut"
    pieces = split_events(response)
    if len(pieces) > 1:
        return truncate(response, _event(fault, pieces), torn=torn)
    body = response.content
    half = replace(_without_length(response), pieces=(Piece(data=body[: len(body) // 2]),))
    return replace(half, failure=truncate(half, 1, torn=torn).failure)


def _cut_character(fault: Fault, response: WireResponse) -> WireResponse:
    kept: list[Piece] = []
    for piece in split_events(response):
        first = next((n for n, byte in enumerate(piece.data) if byte >= _ASCII), None)
        if first is not None:
            kept.append(replace(piece, data=piece.data[: first + 1]))
            return truncate(replace(response, pieces=tuple(kept)), len(kept) + 1, torn=True)
        kept.append(piece)
    raise UsageError(f"fault {fault.name!r}: the reply is plain ASCII; script one with more in it, as 'naïve'")


def _malformed(fault: Fault, response: WireResponse) -> WireResponse:
    pieces = list(split_events(response))
    number = _event(fault, tuple(pieces)) - 1 if len(pieces) > 1 else 0
    if pieces:
        data = pieces[number].data
        body = data.rstrip()
        end = len(body) * 2 // 3
        while end and body[end : end + 1] and body[end] in _CONTINUES:
            end -= 1
        pieces[number] = replace(pieces[number], data=body[:end] + data[len(body) :])
    return replace(_without_length(response), pieces=tuple(pieces))


def _empty(fault: Fault, response: WireResponse) -> WireResponse:  # noqa: ARG001  nothing is left to choose
    return replace(_without_length(response), pieces=())


def _html(fault: Fault, response: WireResponse) -> WireResponse:  # noqa: ARG001  the same page for all
    return replace(response, headers=(("content-type", "text/html"),), pieces=(Piece(data=_HTML),))


def _duplicated(fault: Fault, response: WireResponse) -> WireResponse:
    pieces = split_events(response)
    if len(pieces) < 2:  # noqa: PLR2004  a stream has several
        raise UsageError("fault 'duplicated': the request is not for a stream, so there is no event to send twice")
    number = _event(fault, pieces)
    return replace(_without_length(response), pieces=(*pieces[:number], *pieces[number - 1 :]))


def _no_usage(fault: Fault, response: WireResponse) -> WireResponse:  # noqa: ARG001  usage is one thing
    pieces = (replace(piece, data=_without_usage(piece.data)) for piece in split_events(response))
    return replace(_without_length(response), pieces=tuple(piece for piece in pieces if piece.data))


_SPOILERS: Final[Mapping[str, Callable[[Fault, WireResponse], WireResponse]]] = {
    "slow_start": _late_start,
    "slow": _late,
    "cut": _cut,
    "truncated": _cut,
    "cut_character": _cut_character,
    "malformed": _malformed,
    "empty": _empty,
    "html": _html,
    "duplicated": _duplicated,
    "no_usage": _no_usage,
}


def _event(fault: Fault, pieces: tuple[Piece, ...]) -> int:
    """Return the number of the event that a fault means, the middle one where it says nothing."""
    if fault.at is None:
        return max(1, len(pieces) // 2)
    if fault.at > len(pieces):
        raise UsageError(f"fault {fault.name!r} at={fault.at}: the reply has only {len(pieces)} events")
    return fault.at


def _without_usage(event: bytes) -> bytes:
    """Return an event without usage; nothing where it held nothing else."""
    found = _EVENT.match(event)
    if found is None:
        return event
    try:
        value = json.loads(found["json"])
    except ValueError:
        return event
    stripped = _stripped(value)
    if stripped == value:
        return event
    if stripped.get("choices") == []:
        return b""
    return found["head"] + encode(stripped) + found["tail"]


def _stripped(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _stripped(part) if key in ("message", "response") else part for key, part in value.items()}
    return {key: part for key, part in inner.items() if key not in _USAGE}


def _media(response: WireResponse) -> str:
    return next((value.lower() for name, value in response.headers if name.lower() == "content-type"), "")


def _without_length(response: WireResponse) -> WireResponse:
    headers = tuple((name, value) for name, value in response.headers if name.lower() != "content-length")
    return replace(response, headers=headers)
