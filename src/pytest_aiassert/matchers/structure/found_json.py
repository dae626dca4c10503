"""JSON in replies: in a fence, as the whole reply, or somewhere in prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from pytest_aiassert.code.extraction import Block, extract

_JSON_NAMES = ("json", "jsonc", "json5", "jsonl")
_MEANT = re.compile(r'[{\[]\s*"')
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]]')
_MOST_ATTEMPTS = 100
_SEARCHED = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJSON:
    """A JSON value: its text, the words for where it stands, and whether that is amid prose."""

    value: Any
    text: str
    where: str
    in_prose: bool = False

    @property
    def is_telling(self) -> bool:
        """Whether it holds names or texts; the `[1]` of a footnote and the `[]` of code do not."""
        if isinstance(self.value, list):
            return any(isinstance(item, (dict, list, str)) for item in self.value)
        return bool(self.value)


def find_json(text: str) -> FoundJSON | str:
    """Find a reply's JSON, or say what is wrong instead.

    The first that is valid counts, of: fenced JSON blocks, the whole reply, other fenced blocks, and objects and
    arrays in prose (the first hundred places that begin like one, in the first million characters), of which those
    that hold more than numbers come first.
    """
    blocks = [block for block in extract(text) if block.fenced]
    named = [block for block in blocks if block.language in _JSON_NAMES]
    problem = ""
    for block in named:
        try:
            return FoundJSON(value=parse(block.code), text=block.code, where=f"the json block at line {block.line}")
        except ValueError as error:
            problem = problem or f"the json block at line {block.line} is not valid JSON: {_flaw(error, block)}"
    try:
        return FoundJSON(value=parse(text), text=text.strip(), where="the whole reply")
    except ValueError as error:
        begins = text.lstrip()[:1] in ("{", "[")
        problem = problem or (f"the reply is not valid JSON: {_flaw(error)}" if begins else "")
    for block in blocks:
        try:
            return FoundJSON(value=parse(block.code), text=block.code, where=f"the block at line {block.line}")
        except ValueError:
            continue
    amid = list(_in_prose(text))
    found = next((each for each in amid if each.is_telling), None) or next(iter(amid), None)
    return found or problem or "no JSON in the reply"


def parse(text: str) -> Any:
    """Parse strict JSON, no NaN or Infinity; raises ValueError, for too deep nesting too."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def values_in(text: str, decoder: json.JSONDecoder, marks: str = "{[") -> Iterator[tuple[Any, int, int]]:
    """Yield outermost JSON values with start and end; broken ones are passed over.

    The first hundred places that begin like one are tried, in the first million characters.
    """
    position = 0
    for _ in range(_MOST_ATTEMPTS):
        starts = [start for mark in marks if (start := text.find(mark, position, _SEARCHED)) >= 0]
        if not starts:
            return
        start = min(starts)
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            position = _end(text, start) if _MEANT.match(text, start) else start + 1
            continue
        yield value, start, position


def _in_prose(text: str) -> Iterator[FoundJSON]:
    for value, start, end in values_in(text, json.JSONDecoder(parse_constant=_refuse)):
        line = text.count("\n", 0, start) + 1
        yield FoundJSON(value=value, text=text[start:end], where=f"the JSON at line {line}", in_prose=True)


def _end(text: str, start: int) -> int:
    """Return where broken JSON ends by its brackets: a piece of it is not what the model meant."""
    depth = 0
    for token in _TOKEN.finditer(text, start, _SEARCHED):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if depth <= 0:
            return token.end()
    return len(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _flaw(error: ValueError, block: Block | None = None) -> str:
    cut = "; the reply ends before the fence does" if block is not None and not block.closed else ""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at its line {error.lineno}, column {error.colno}{cut}"
    return f"{error}{cut}"
