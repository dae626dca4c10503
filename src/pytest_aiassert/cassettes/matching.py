"""Which recorded request a request equals."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeAlias
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pytest_aiassert.cassettes.exchange import RecordedRequest
from pytest_aiassert.cassettes.redaction import redact, redact_bytes, redact_strings
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import known_names

JSON: TypeAlias = Any

VOLATILE_FIELDS: Final = (
    "metadata",
    "prompt_cache_key",
    "request_id",
    "safety_identifier",
    "stream_options",
    "user",
)
"""Fields of a request body that do not tell one request from another."""

PARTS: Final = ("method", "url", "host", "path", "query", "body", "model")
"""Parts of a request that can be compared; `url` is host, path and query together."""

_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_BOUNDARY: Final = re.compile(rb"\A--([0-9A-Za-z'()+_,./:=? -]{1,70})\r\n")
_EVERY: Final = "*"


@dataclass(frozen=True, kw_only=True)  # not slotted: the parsed paths are kept
class Matching:
    """How requests are compared: by which parts, and without which fields of a JSON body.

    A field is a path such as `temperature`, `tools[].description` or `messages[0].content`; `[]` and `*` stand for
    every item. What a pattern of `secrets` finds counts as redacted. Raises UsageError for an unknown part.
    """

    on: tuple[str, ...] = ("method", "url", "body")
    ignore: tuple[str, ...] = ()
    secrets: tuple[re.Pattern[str], ...] = ()

    def __post_init__(self) -> None:
        if not self.on:
            raise UsageError(f"match_on is empty, so that every request would be equal; known: {', '.join(PARTS)}")
        for part in self.on:
            if part not in PARTS:
                raise UsageError(f"match_on: there is no part {part!r} of a request; {known_names(part, PARTS)}")

    @classmethod
    def of(cls, *, on: Iterable[str] | None = None, ignore: Iterable[str] = (), secrets: Iterable[str] = ()) -> Self:
        """Read what a marker or option says; raises UsageError also for a pattern that is none."""
        compiled: list[re.Pattern[str]] = []
        for pattern in secrets:
            try:
                compiled.append(re.compile(pattern))
            except re.error as error:
                raise UsageError(f"redact: {pattern!r} is not a regular expression ({error})") from error
        return cls(on=tuple(on) if on is not None else cls.on, ignore=tuple(ignore), secrets=tuple(compiled))

    def key(self, request: RecordedRequest) -> str:
        """Return a digest that equal requests share; secrets count as redacted."""
        canonical = _CANONICAL.encode([self.part(part, request) for part in self.on])
        return hashlib.sha256(redact(canonical).encode("utf-8", "surrogatepass")).hexdigest()

    def content(self, request: RecordedRequest) -> JSON:
        """Return the body without what does not count."""
        body = request.body.json
        if isinstance(body, dict):
            body = {name: value for name, value in body.items() if name not in VOLATILE_FIELDS}
        elif body is None:
            body = _without_boundary(request, self.secrets)
        for path in self._paths:
            body = _without(body, path)
        return redact_strings(body, self.secrets) if self.secrets else body

    @cached_property
    def _paths(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(_steps(path)) for path in self.ignore)

    def part(self, part: str, request: RecordedRequest) -> JSON:
        """Return one of PARTS of a request."""
        match part:
            case "method":
                return request.method.upper()
            case "url":
                return redact_strings(request.url, self.secrets)
            case "body":
                return self.content(request)
            case "model":
                return request.model
            case _:
                return _part_of_url(part, urlsplit(request.url))


EXACT: Final = Matching()
"""Method, URL and body, without the volatile fields."""


def _part_of_url(part: str, url: SplitResult) -> JSON:
    if part == "host":
        return url.netloc.rpartition("@")[2].lower()
    if part == "path":
        return url.path
    query = redact(f"?{url.query}")[1:]  # before a key in it loses the name that tells it
    return sorted(parse_qsl(query, keep_blank_values=True))


def _steps(path: str) -> Iterable[str]:
    for step in path.replace("[", ".").replace("]", "").split("."):
        yield step or _EVERY


def _without(value: JSON, path: tuple[str, ...]) -> JSON:
    """Return a JSON value without what a path names; nothing is changed in place."""
    step, *rest = path
    if isinstance(value, dict):
        chosen = [key for key in value if step in (key, _EVERY)]
        if not chosen:
            return value
        if not rest:
            return {key: item for key, item in value.items() if key not in chosen}
        return {key: _without(item, tuple(rest)) if key in chosen else item for key, item in value.items()}
    if isinstance(value, list):
        chosen_at = [at for at in range(len(value)) if step in (str(at), _EVERY)]
        if not rest:
            return [item for at, item in enumerate(value) if at not in chosen_at]
        return [_without(item, tuple(rest)) if at in chosen_at else item for at, item in enumerate(value)]
    return value


def _without_boundary(request: RecordedRequest, secrets: Sequence[re.Pattern[str]]) -> JSON:
    """Return a body that is no JSON; a multipart body without the boundary that is drawn anew each time."""
    content = request.body.encode()
    found = _BOUNDARY.match(content)
    if found is None and request.body.raw is None:
        return request.body.to_json()
    content = redact_bytes(content, secrets)
    if found is not None:
        content = content.replace(found[1], b"boundary")
    return {"sha256": hashlib.sha256(content).hexdigest()}
