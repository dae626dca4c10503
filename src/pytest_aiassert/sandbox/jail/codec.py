"""Plain values as tagged JSON, the only thing that crosses between checker and candidate.

None, bool, int, float, str and list stand for themselves where JSON can hold them exactly; everything else is an
object with a tag. Only exact builtin types cross (and Counter, defaultdict and OrderedDict, as dict). Whatever
else a candidate returns arrives as an `Opaque`, its iterators as an `Iterated`.
"""

from __future__ import annotations

import base64
import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

JSON: TypeAlias = Any

MAX_DEPTH = 60
MAX_NODES = 20_000
MAX_CHARACTERS = 1_000_000
MAX_HASHED = 5_000  # keeps a set of colliding integers from stalling the checker
MAX_ITERATED = 1_000
MAX_ALIKE = 500  # what is shorter cannot be over a cap

_SAFE_INT = 2**53
_SCALARS = frozenset({int, float, str, bool, type(None)})
_DICTS: tuple[type, ...] = (dict, Counter, defaultdict, OrderedDict)
_LAZY: tuple[type, ...] = (range, deque, type({}.keys()), type({}.values()), type({}.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """A value that may not cross; only its type's name does."""

    type_name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterated:
    """What an iterator gave, up to a cap; `complete` tells whether it ended by then."""

    type_name: str
    items: tuple[Any, ...]
    complete: bool


class _TooBigError(Exception):
    """The value is over a cap."""


def encode(value: Any) -> JSON:
    """Return a value's JSON form; a value over a cap becomes opaque. Runs the value's iterator, if it is one."""
    if _is_itself(value) or (type(value) is list and len(value) < MAX_ALIKE and all(map(_is_itself, value))):
        return value
    try:
        return _Encoder().node(value, 0)
    except _TooBigError as error:
        return _opaque(value, str(error))


def decode(node: JSON) -> Any:
    """Return the value of a JSON form; raises ValueError for anything `encode` does not write."""
    if type(node) in _SCALARS or (type(node) is list and _SCALARS.issuperset(map(type, node))):
        return node
    try:
        return _decode(node, 0)
    except (TypeError, KeyError, OverflowError, RecursionError) as error:
        raise ValueError(f"not a tagged value: {error}") from None


def _is_itself(value: Any) -> bool:
    """Tell whether a value is small and stands for itself."""
    kind = type(value)
    if kind is int:
        return -_SAFE_INT < value < _SAFE_INT  # type: ignore[no-any-return]  # it is an int
    return kind is bool or value is None or (kind is str and len(value) < MAX_ALIKE and value.isascii())


def _opaque(value: Any, note: str = "") -> JSON:
    return {"t": "opaque", "v": str(type(value).__name__)[:100], "note": note}


class _Encoder:
    """One walk over one value, counting what it costs."""

    __slots__ = ("characters", "nodes")

    def __init__(self) -> None:
        self.nodes = 0
        self.characters = 0

    def node(self, value: Any, depth: int) -> JSON:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooBigError(f"more than {MAX_NODES} parts")
        if depth > MAX_DEPTH:
            raise _TooBigError(f"nested more than {MAX_DEPTH} deep")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind in (int, float, str, bytes, complex):
            return self.scalar(value)
        return self.container(value, kind, depth + 1)

    def scalar(self, value: Any) -> JSON:  # noqa: PLR0911 - one for each type
        if type(value) is int:
            if -_SAFE_INT < value < _SAFE_INT:
                return value
            self.spend(value.bit_length() // 4)
            return {"t": "int", "v": hex(value)}
        if type(value) is float:
            return value if math.isfinite(value) else {"t": "float", "v": repr(value)}
        if type(value) is complex:
            return {"t": "complex", "v": [self.scalar(value.real), self.scalar(value.imag)]}
        self.spend(len(value))
        if type(value) is bytes:
            return {"t": "bytes", "v": base64.b64encode(value).decode()}
        try:
            value.encode()
        except UnicodeEncodeError:
            return {"t": "str", "v": base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
        return value

    def container(self, value: Any, kind: type, depth: int) -> JSON:
        if kind is list:
            return [self.node(item, depth) for item in value]
        if kind is tuple:
            return {"t": "tuple", "v": [self.node(item, depth) for item in value]}
        if kind in (set, frozenset) or kind in _DICTS:
            if len(value) > MAX_HASHED:
                raise _TooBigError(f"a {kind.__name__} of more than {MAX_HASHED} items")
            if kind in _DICTS:
                return {"t": "dict", "v": [[self.node(k, depth), self.node(v, depth)] for k, v in value.items()]}
            return {"t": kind.__name__, "v": [self.node(item, depth) for item in value]}
        if kind in _LAZY or hasattr(kind, "__next__"):
            return self.iterated(value, kind, depth)
        return _opaque(value)

    def iterated(self, value: Iterable[Any], kind: type, depth: int) -> JSON:
        items = [self.node(item, depth) for item in islice(iter(value), MAX_ITERATED + 1)]
        complete = len(items) <= MAX_ITERATED
        return {"t": "iterated", "of": kind.__name__, "v": items[:MAX_ITERATED], "complete": complete}

    def spend(self, characters: int) -> None:
        self.characters += characters
        if self.characters > MAX_CHARACTERS:
            raise _TooBigError(f"more than {MAX_CHARACTERS} characters of text")


def _decode(node: JSON, depth: int) -> Any:
    if depth > MAX_DEPTH + 5:
        raise ValueError("nested too deep")
    if node is None or isinstance(node, (bool, int, float, str)):
        return node
    if isinstance(node, list):
        return [_decode(item, depth + 1) for item in node]
    if not isinstance(node, dict):
        raise ValueError(f"a {type(node).__name__} is no JSON")  # noqa: TRY004 - decode raises ValueError only
    tag, content = node["t"], node["v"]
    if tag in _TEXT_TAGS:
        return _TEXT_TAGS[tag](content)
    if tag == "opaque":
        return Opaque(type_name=str(content), note=str(node["note"]))
    if tag == "complex":
        real, imaginary = content
        return complex(_decode(real, depth), _decode(imaginary, depth))
    return _decode_container(tag, content, node, depth + 1)


def _decode_container(tag: str, content: Any, node: JSON, depth: int) -> Any:
    if tag in ("dict", "set", "frozenset") and len(content) > MAX_HASHED:
        raise ValueError(f"a {tag} of more than {MAX_HASHED} items")
    if tag == "dict":
        return {_decode(key, depth): _decode(value, depth) for key, value in content}
    items = [_decode(item, depth) for item in content]
    if tag == "tuple":
        return tuple(items)
    if tag == "set":
        return set(items)
    if tag == "frozenset":
        return frozenset(items)
    if tag == "iterated":
        return Iterated(type_name=str(node["of"]), items=tuple(items), complete=bool(node["complete"]))
    raise ValueError(f"unknown tag {tag!r}")


def _text(content: str) -> str:
    return base64.b64decode(content, validate=True).decode("utf-8", "surrogatepass")


def _bytes(content: str) -> bytes:
    return base64.b64decode(content, validate=True)


def _int(content: str) -> int:
    return int(content, 16)


_TEXT_TAGS: dict[str, Callable[[str], Any]] = {"str": _text, "bytes": _bytes, "int": _int, "float": float}
