"""Reading cassette files, with exact complaints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pytest_aiassert.cassettes.attachments import Attachments
from pytest_aiassert.cassettes.exchange import Exchange
from pytest_aiassert.cassettes.writing import BETWEEN, HEAD, TAIL, VERSION
from pytest_aiassert.errors import CassetteError

_REPAIR: Final = "restore the file from version control, or remove it and record again"
_BLOCK: Final = 1 << 20


class _DuplicateKeyError(ValueError):
    """An object in JSON says a key twice."""


def read_exchanges(path: Path) -> list[Exchange]:
    """Read a cassette file; raises CassetteError naming file, line and next step."""
    attachments = Attachments(path)
    quickly = _read_as_written(path, attachments)
    if quickly is not None:
        return quickly
    text = _read_text(path)
    try:
        document = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise CassetteError(f"{path}:{error.lineno}: not valid JSON ({error.msg}); {_REPAIR}") from error
    except _DuplicateKeyError as error:
        raise CassetteError(f"{path}:{_line_of_duplicate(text)}: {error}; {_REPAIR}") from error
    except ValueError as error:  # a whole number of more digits than Python reads
        raise CassetteError(f"{path}: not readable ({error}); {_REPAIR}") from error
    except RecursionError as error:
        raise CassetteError(f"{path}: nested too deeply to be a cassette; {_REPAIR}") from error
    if not isinstance(document, dict) or "version" not in document:
        raise CassetteError(f"{path}:1: not a cassette: expected an object with 'version' and 'exchanges'; {_REPAIR}")
    version = document["version"]
    if isinstance(version, bool) or version != VERSION:
        raise CassetteError(
            f"{path}: cassette version {version!r} is not supported, this release reads {VERSION}; "
            "upgrade pytest-aiassert, or record again"
        )
    values = document.get("exchanges", [])
    if not isinstance(values, list):
        raise CassetteError(f"{path}:1: 'exchanges' is a {type(values).__name__}, expected a list; {_REPAIR}")
    return [_exchange(path, text, position, value, attachments) for position, value in enumerate(values)]


def _read_as_written(path: Path, attachments: Attachments) -> list[Exchange] | None:
    """Read a file in the very form in which it is written, in little memory; None where it has another form."""
    exchanges: list[Exchange] = []
    try:
        with path.open("rb") as file:
            if file.read(len(HEAD)) != HEAD:
                return None
            rest = b""
            while block := file.read(_BLOCK):
                *whole, rest = (rest + block).split(BETWEEN)
                exchanges.extend(_parsed(text, attachments) for text in whole)
        if not rest.endswith(TAIL):
            return None
        exchanges.append(_parsed(rest.removesuffix(TAIL), attachments))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # told exactly by the other way of reading
    return exchanges


def _parsed(text: bytes, attachments: Attachments) -> Exchange:
    return Exchange.from_json(json.loads(b"{" + text + b"}", object_pairs_hook=_unique), attachments.read)


def _read_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CassetteError(f"no cassette at {path}; record one with --ai-record=once --ai-provider SPEC") from None
    except IsADirectoryError as error:
        raise CassetteError(f"{path} is a folder; a cassette is a .json file in it") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CassetteError(f"{path}:{line}: not a text file ({error.reason}); {_REPAIR}") from error
    except OSError as error:
        raise CassetteError(f"cannot read cassette {path}: {error.strerror or error}; check its permissions") from error
    if not text.strip():
        raise CassetteError(f"{path}:1: the cassette is empty; {_REPAIR}")
    return text


def _exchange(path: Path, text: str, position: int, value: Any, attachments: Attachments) -> Exchange:
    try:
        return Exchange.from_json(value, attachments.read)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        line = _lines(text)[position]
        raise CassetteError(f"{path}:{line}: exchanges[{position}] is damaged: {what}; {_REPAIR}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add says None
        raise _DuplicateKeyError(f"the key {twice!r} stands twice in one object")
    return result


def _line_of_duplicate(text: str) -> int:
    """Return the line of the first exchange with a doubled key, else 1."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique)
    for line, offset in _offsets(text):
        try:
            decoder.raw_decode(text, offset)
        except _DuplicateKeyError:
            return line
    return 1


def _lines(text: str) -> list[int]:
    return [line for line, _ in _offsets(text)]


def _offsets(text: str) -> Iterator[tuple[int, int]]:
    """Yield line and offset of each exchange of a text that is valid JSON."""
    start = re.search(r'"exchanges"\s*:\s*\[', text)
    position, decoder = start.end() if start else len(text), json.JSONDecoder()
    while True:
        match = re.compile(r"[\s,]*").match(text, position)
        position = match.end() if match else position
        if position >= len(text) or text[position] == "]":
            return
        yield text.count("\n", 0, position) + 1, position
        _, position = decoder.raw_decode(text, position)
