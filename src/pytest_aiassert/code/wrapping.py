"""Code in the strings of a JSON answer, as structured output carries it, and the names that files go by in prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_aiassert.code.languages import canonical_language, language_of_file

LONGEST_READ = 1_000_000
"""Characters of JSON that are read."""

_CODE_KEYS = frozenset({"code", "content", "completion", "diff", "function", "patch", "program", "snippet", "solution"})
_CODE_KEYS_TOO = frozenset({"source", "source_code", "implementation", "tests", "test"})
_LANGUAGE_KEYS = ("language", "lang")
_NAME_KEYS = ("path", "filename", "file_name", "file_path", "file", "name")
_DEEPEST = 20
_FILE = r"(?P<name>[\w./\\-]*\w\.\w{1,8})"
_HEADING = re.compile(
    rf"\s*(?:[#>*-]+\s+|\d+[.)]\s+)?(?:\*\*|__)?(?:(?:file|filename|path)\s*:\s*)?(?:\*\*|__)?[`\"']?{_FILE}[`\"']?"
    r"(?:\*\*|__)?\s*:?(?:\*\*|__)?\s*",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    rf"(?:#|//|--|/\*|<!--)\s*(?:(?:file|filename|path)\s*:\s*)?{_FILE}\s*(?:\*/|-->)?\s*", re.IGNORECASE
)
_LONGEST_HEADING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A string that is code, or a reply of its own; with what its neighbours in the object say of it."""

    text: str
    language: str | None
    filename: str | None


def wrapped_code(document: str) -> Iterator[Wrapped]:
    """Yield the strings of a JSON text that are code; its keys say so, or fences in them."""
    if len(document) > LONGEST_READ:
        return
    try:
        value = json.loads(document)
    except (ValueError, RecursionError):
        return
    yield from _within(value, 0)


def _within(value: Any, depth: int) -> Iterator[Wrapped]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _within(item, depth + 1)
    if not isinstance(value, dict):
        return
    filename = next((name for key in _NAME_KEYS if language_of_file(name := _text(value, key))), None)
    language = next((known for key in _LANGUAGE_KEYS if (known := canonical_language(_text(value, key)))), None)
    for key, item in value.items():
        if not isinstance(item, str):
            yield from _within(item, depth + 1)
        elif "```" in item or key.lower() in _CODE_KEYS | _CODE_KEYS_TOO:
            yield Wrapped(text=item, language=language, filename=filename)


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) and len(found) <= _LONGEST_HEADING else ""


def name_above(before: str) -> str | None:
    """Return the file that the last line before a block names, and does nothing else."""
    line = before[-2 * _LONGEST_HEADING :].rstrip().rpartition("\n")[2]
    found = _HEADING.fullmatch(line) if len(line) <= _LONGEST_HEADING else None
    return _file(found)


def name_within(code: str) -> str | None:
    """Return the file that a comment in a block's first line names; it says nothing else."""
    line = code[: _LONGEST_HEADING + 1].partition("\n")[0]
    return _file(_COMMENT.fullmatch(line.strip()))


def _file(found: re.Match[str] | None) -> str | None:
    name = found["name"] if found else ""
    return name if name and language_of_file(name) else None
