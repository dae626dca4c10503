"""One recorded HTTP request and its response, and their form in a cassette file."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

JSON: TypeAlias = Any
Attach: TypeAlias = Callable[[bytes], str]
"""Keeps bytes apart, and returns the name under which `Attached` finds them again."""
Attached: TypeAlias = Callable[[str], bytes]

_INLINE: Final = 256
"""Bytes of a binary body that still stand in the cassette itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a streamed response; `dt` is the delay in seconds since the one before."""

    dt: float
    data: str

    def encode(self) -> bytes:
        """Return the bytes that travel over HTTP."""
        return self.data.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A decoded message body: exactly one of JSON, text, events of a stream, or raw bytes."""

    json: JSON = None
    text: str | None = None
    events: tuple[Event, ...] | None = None
    raw: bytes | None = None

    @classmethod
    def decode(cls, content: bytes) -> Body:
        """Read bytes as JSON, else as text, else keep them as they are."""
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return cls(raw=content)
        try:
            value = json.loads(text, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError):  # also for NaN and infinities, which JSON does not have
            return cls(text=text)
        return cls(text=text) if value is None else cls(json=value)

    def encode(self) -> bytes:
        """Return the bytes that travel over HTTP."""
        if self.raw is not None:
            return self.raw
        if self.events is not None:
            return b"".join(event.encode() for event in self.events)
        if self.text is not None:
            return self.text.encode("utf-8", "surrogatepass")
        return json.dumps(self.json).encode()  # escapes, for a lone surrogate in a reply has no UTF-8 form

    def to_json(self, attach: Attach | None = None) -> dict[str, JSON]:
        """Return the form that stands in a cassette; `attach` keeps longer binary bodies."""
        if self.raw is not None:
            if attach is not None and len(self.raw) > _INLINE:
                return {"file": attach(self.raw)}
            return {"base64": base64.b64encode(self.raw).decode()}
        if self.events is not None:
            return {"events": [{"dt": round(e.dt, 4), "data": e.data} for e in self.events]}
        if self.text is not None:
            return {"text": self.text}
        return {"json": self.json}

    @classmethod
    def from_json(cls, value: Mapping[str, JSON], attached: Attached | None = None) -> Body:
        """Read the form that stands in a cassette; raises ValueError for any other."""
        match value:
            case {"json": body}:
                return cls(json=body)
            case {"text": str(text)}:
                return cls(text=text)
            case {"base64": str(text)}:
                return cls(raw=base64.b64decode(text, validate=True))
            case {"file": str(name)} if attached is not None:
                return cls(raw=attached(name))
            case {"events": [*events]}:
                return cls(events=tuple(Event(dt=_finite(e["dt"]), data=str(e["data"])) for e in events))
            case _:
                raise ValueError("a body needs exactly one of 'json', 'text', 'events', 'base64' or 'file'")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """The part of a request that is kept."""

    method: str
    url: str
    body: Body = field(default_factory=Body)

    @property
    def model(self) -> str:
        """The model that the body names, empty where it names none."""
        name = self.body.json.get("model") if isinstance(self.body.json, dict) else None
        return name if isinstance(name, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResponse:
    """A response as it came; `elapsed` is in seconds, to the last byte."""

    status: int
    headers: Mapping[str, str]
    body: Body
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One recorded HTTP request and its response; `recorded_at` is ISO 8601 in UTC.

    `role` is `judge` for what a judge was asked, empty for what the program under test asked.
    """

    request: RecordedRequest
    response: RecordedResponse
    recorded_at: str = ""
    role: str = ""

    def to_json(self, attach: Attach | None = None) -> dict[str, JSON]:
        """Return the form that stands in a cassette; `attach` keeps longer binary bodies."""
        request, response = self.request, self.response
        return {
            **({"role": self.role} if self.role else {}),
            "recorded_at": self.recorded_at,
            "request": {"method": request.method, "url": request.url, "body": request.body.to_json(attach)},
            "response": {
                "status": response.status,
                "headers": dict(response.headers),
                "body": response.body.to_json(attach),
                "elapsed": round(response.elapsed, 4),
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, JSON], attached: Attached | None = None) -> Exchange:
        """Read the form that stands in a cassette; raises KeyError, TypeError or ValueError for any other."""
        request, response = value["request"], value["response"]
        return cls(
            request=RecordedRequest(
                method=str(request["method"]), url=str(request["url"]), body=Body.from_json(request["body"], attached)
            ),
            response=RecordedResponse(
                status=_status(response["status"]),
                headers={str(k): str(v) for k, v in response["headers"].items()},
                body=Body.from_json(response["body"], attached),
                elapsed=_finite(response.get("elapsed", 0.0)),
            ),
            recorded_at=str(value.get("recorded_at", "")),
            role=str(value.get("role", "")),
        )


def _finite(value: JSON) -> float:
    """Return a number; raises ValueError for NaN and infinities."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is not a finite number")
    return number


def _status(value: JSON) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 999:  # noqa: PLR2004  RFC 9110, 15
        raise ValueError(f"'status' is {value!r}; it is a whole number of three digits")
    return value
