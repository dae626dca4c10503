"""Reading request bodies that may hold anything; what is wrong is told by its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn, Self
from urllib.parse import parse_qsl, urlsplit

from assistant.messages import Request, Tool, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.formats.base import Call, Operation, plain_headers
from pytest_aiassert.wire.message import WireRequest
from pytest_aiassert.wording import cut


def read_body(request: WireRequest, title: str) -> Reader:
    """Return the JSON object of a request's body; raises UsageError for any other body."""
    where = f"{request.method} {request.path} ({title})"
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise UsageError(f"{where}: the body is {kind}; this API takes JSON (content-type: application/json)")
    if not request.content.strip():
        raise UsageError(f"{where}: the body is empty; expected a JSON object")
    try:
        value = json.loads(request.content)
    except (ValueError, RecursionError) as error:
        shown = cut(request.content[:400].decode("utf-8", "replace"), 80)
        raise UsageError(f"{where}: the body is not JSON ({error}): {shown!r}") from error
    return Reader(value, where)


class Reader:
    """One value of a body, and its place in it."""

    def __init__(self, value: Any, where: str, path: str = "") -> None:
        self.value = value
        self.where = where
        self.path = path
        if not isinstance(value, dict):
            self.fail("", value, "a JSON object")

    def fail(self, key: str, value: object, wanted: str) -> NoReturn:
        """Raise UsageError for a field that holds something else than was wanted."""
        place = f"{self.path}.{key}".strip(".") or "the body"
        got = "missing" if value is None else f"{_kind(value)} ({cut(repr(value), 60)})"
        raise UsageError(f"{self.where}: {place} is {got}; expected {wanted}")

    def get(self, key: str) -> Any:
        """Return a field as it is, None where it is missing."""
        return self.value.get(key)

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        value = self.get(key)
        if value is None:
            return default
        return value if isinstance(value, str) else self.fail(key, value, "text")

    def required(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.get(key)
        return value if isinstance(value, str) and value else self.fail(key, value, "text")

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self.get(key)
        if value is None:
            return default
        return value if isinstance(value, bool) else self.fail(key, value, "true or false")

    def child(self, key: str) -> Self | None:
        """Return an object inside, None where it is missing."""
        value = self.get(key)
        return None if value is None else type(self)(value, self.where, f"{self.path}.{key}".strip("."))

    def children(self, key: str, *, required: bool = False) -> list[Self]:
        """Return the objects of a list inside."""
        value = self.get(key)
        if value is None and not required:
            return []
        if not isinstance(value, list):
            self.fail(key, value, "a list of objects")
        path = f"{self.path}.{key}".strip(".")
        return [type(self)(element, self.where, f"{path}[{n}]") for n, element in enumerate(value)]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return texts: one, or a list of texts or of token numbers."""
        value = self.get(key)
        match value:
            case str():
                return (value,)
            case [int(), *_]:
                return (" ".join(map(str, value)),)
            case [*elements] if all(isinstance(element, str) for element in elements):
                return tuple(elements)
            case [*elements] if all(isinstance(element, list) for element in elements):
                return tuple(" ".join(map(str, element)) for element in elements)
            case _:
                return self.fail(key, value, "text or a list of texts")

    def one_choice(self, key: str) -> None:
        """Refuse requests for several replies at once."""
        wanted = self.get(key)
        if wanted not in (None, 1):
            raise UsageError(
                f"{self.where}: {key} is {wanted!r}, but a scripted reply is one; ask once for each reply instead"
            )

    def rest(self, *known: str) -> dict[str, Any]:
        """Return the fields that are not among those known: the parameters of a request."""
        return {key: value for key, value in self.value.items() if key not in known}


def call_of(
    wire: WireRequest,
    api: str,
    operation: Operation,
    *,
    raw: Any,
    request: Request | None = None,
    model: str = "",
    stream: bool = False,
    inputs: tuple[str, ...] = (),
) -> Call:
    """Return what was asked, with what every call has."""
    parts = urlsplit(wire.url)
    return Call(
        api=api,
        operation=operation,
        request=request or Request(messages=()),
        model=model,
        stream=stream,
        inputs=inputs,
        raw=raw,
        url=parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl(),
        headers=plain_headers(wire),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        digest=hashlib.sha256(wire.content).hexdigest(),
    )


def joined(parts: list[str]) -> str:
    """Join the texts of a message's parts, a line each."""
    return "\n".join(part for part in parts if part)


def told(kind: str, source: object, media: object = "") -> str:
    """Say in words which image, file or the like a part is."""
    text = source if isinstance(source, str) else ""
    if text.startswith("data:"):
        head, _, data = text.partition(",")
        media, text = head.removeprefix("data:").partition(";")[0], data
    elif text.startswith(("http://", "https://", "gs://")):
        return f"[{kind}: {cut(text)}]"
    size = f"{len(text) * 3 // 4:,} bytes" if text else ""
    words = ", ".join(str(word) for word in (media, size) if word)
    return f"[{kind}: {words}]" if words else f"[{kind}]"


def tool_of(reader: Reader, schema: str) -> Tool:
    """Read a tool's declaration; `schema` is the field with its parameters."""
    parameters = reader.get(schema)
    if parameters is not None and not isinstance(parameters, dict):
        reader.fail(schema, parameters, "a JSON Schema object")
    fixed: Mapping[str, Any] = parameters or {"type": "object", "properties": {}}
    return Tool(name=reader.required("name"), description=reader.text("description"), parameters=fixed)


def tool_call(identity: str, name: str, arguments: object) -> ToolCall:
    """Read a tool call, its arguments as text or as an object."""
    if isinstance(arguments, dict):
        return ToolCall(id=identity, name=name, arguments=arguments, raw_arguments=json.dumps(arguments))
    text = arguments if isinstance(arguments, str) else ""
    try:
        parsed = json.loads(text or "{}")
    except (ValueError, RecursionError):
        parsed = None
    return ToolCall(id=identity, name=name, arguments=parsed if isinstance(parsed, dict) else {}, raw_arguments=text)


def _kind(value: object) -> str:
    kinds: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "a flag",
        int: "a number",
        float: "a number",
    }
    return kinds.get(type(value), type(value).__name__)
