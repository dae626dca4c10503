"""What every wire format does: recognise a request, read it, and write replies and errors in the API's own words."""

from __future__ import annotations

import abc
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeAlias

from assistant.messages import Request
from pytest_aiassert.wire.message import Piece, WireRequest, WireResponse

Operation: TypeAlias = Literal["chat", "embed", "models", "count"]
"""What is asked for: a reply, vectors, the names of models, or how many tokens a request has."""

CREATED: Final = 1_767_225_600
"""When every mocked reply was made: 2026-01-01 in UTC, so that the same test makes the same bytes."""

_SECRET_HEADERS: Final = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "api-key",
        "x-api-key",
        "x-goog-api-key",
        "cookie",
        "set-cookie",
        "openai-organization",
        "openai-project",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the code under test asked of a model API.

    `raw` is the JSON body as it came, `headers` are in lower case and without secrets, `url` is without its query.
    `inputs` are the texts to embed. Ids of the reply are made from `digest`, which tells bodies apart, and `serial`,
    the call's place in the test.
    """

    api: str
    operation: Operation = "chat"
    request: Request
    model: str = ""
    stream: bool = False
    inputs: tuple[str, ...] = ()
    raw: Any = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    digest: str = field(default="", repr=False)
    serial: int = 0

    @property
    def prompt(self) -> str:
        """The text of the last user message, or the texts to embed."""
        return self.request.prompt or "\n".join(self.inputs)

    def identifier(self, prefix: str, part: object = "", length: int = 24) -> str:
        """Return an id that depends on the call and its place in the test alone."""
        seed = f"{self.digest} {self.serial} {self.url} {part}"
        return prefix + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error that a model API reports: an HTTP status, the fault's name, and words."""

    status: int
    name: str
    message: str


class WireFormat(abc.ABC):
    """How one model API writes one operation; extend it to mock an API of your own.

    `api` is the name behind `ai_wire.`, `title` the one in messages, `operation` what is asked for.
    """

    api: ClassVar[str]
    title: ClassVar[str]
    operation: ClassVar[Operation] = "chat"

    @abc.abstractmethod
    def claims(self, request: WireRequest) -> bool:
        """Say whether a request is in this format; by method, path and headers, never by trust in its body."""

    @abc.abstractmethod
    def read(self, request: WireRequest) -> Call:
        """Read a request; raises UsageError where it is not what the API accepts."""

    @abc.abstractmethod
    def write(self, answer: Any, call: Call) -> Any:
        """Return a reply's JSON body.

        The answer is a Completion, vectors (one for each of `call.inputs`), names of models, or a count of tokens.
        """

    def events(self, answer: Any, call: Call) -> Iterator[bytes]:
        """Yield a streamed reply, event by event as it goes over the wire."""
        yield ndjson(self.write(answer, call))

    def problem(self, problem: Problem, call: Call | None) -> Any:  # noqa: ARG002  formats may look at the call
        """Return an error's JSON body."""
        return {"error": {"message": problem.message, "code": problem.status}}

    def media_type(self, call: Call) -> str:
        """Return the content type of a reply."""
        return "text/event-stream; charset=utf-8" if call.stream else "application/json"

    def respond(self, answer: Any, call: Call) -> WireResponse:
        """Return the response that carries an answer; a stream has a piece for each event."""
        headers = (("content-type", self.media_type(call)), ("x-request-id", call.identifier("req_")))
        events = self.events(answer, call) if call.stream else iter([encode(self.write(answer, call))])
        return WireResponse(headers=headers, pieces=tuple(Piece(data=data) for data in events))

    def refuse(self, problem: Problem, call: Call | None, *, retry_after: float | None = None) -> WireResponse:
        """Return the response that carries an error; `retry_after` is in seconds."""
        headers = [("content-type", "application/json")]
        if retry_after is not None:
            headers.append(("retry-after", f"{retry_after:g}"))
        body = encode(self.problem(problem, call))
        return WireResponse(status=problem.status, headers=tuple(headers), pieces=(Piece(data=body),))


def encode(value: Any) -> bytes:
    """Return a value as JSON; lone surrogates are escaped, for they have no UTF-8 form."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def sse(value: Any, event: str = "") -> bytes:
    """Return one server-sent event."""
    name = f"event: {event}\n".encode() if event else b""
    return name + b"data: " + encode(value) + b"\n\n"


def ndjson(value: Any) -> bytes:
    """Return one line of newline-delimited JSON."""
    return encode(value) + b"\n"


def plain_headers(request: WireRequest) -> dict[str, str]:
    """Return the headers that hold no secret, in lower case."""
    return {name.lower(): value for name, value in request.headers if name.lower() not in _SECRET_HEADERS}
