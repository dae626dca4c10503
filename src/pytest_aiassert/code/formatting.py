"""Python as ruff's formatter would write it: by a warm server, or by a process where that is no help."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Any

from pytest_aiassert.code.ruff import COMMON_OPTIONS, encoded, run_ruff
from pytest_aiassert.code.ruffserver import RuffServer, RuffSettings, is_servable
from pytest_aiassert.code.warm import warm_ruff
from pytest_aiassert.errors import CannotJudgeError

_FINE = (0, 2)  # ruff ends with 2 where a piece does not parse
_LINE_END = re.compile(r"\r\n?|\n")
_UNPARSED = "Failed to parse"
_PROBE = "x={ 'a':1 }\ndef f( long_name, another_name ):\n  return ('''1''',\n  long_name+another_name)\n"


@lru_cache(maxsize=256)
def formatted(code: str, line_length: int) -> str | None:
    """Format one piece, None where ruff cannot parse it; answers are kept for the last 256 pieces.

    Raises CannotJudgeError where ruff fails.
    """
    if is_servable(code):
        written = warm_ruff().ask(
            RuffSettings(line_length=line_length),
            partial(_by_server, code),
            lambda server: _by_server(_PROBE, server) == _by_process(_PROBE, line_length),
        )
        if written is not None:
            return written
    return _by_process(code, line_length)


def _by_process(code: str, line_length: int) -> str | None:
    command = ["format", *COMMON_OPTIONS, f"--line-length={line_length}", "--stdin-filename=reply.py", "-"]
    output, said = run_ruff(command, stdin=encoded(code), fine=_FINE)
    if said.strip() and _UNPARSED not in said:
        raise CannotJudgeError(f"ruff failed to format a reply: {' '.join(said.split())}")
    return None if said else output.decode("utf-8", "replace")


def _by_server(code: str, server: RuffServer) -> str | None:
    """Return what the server makes of a piece; None where a process must tell why it makes nothing of it."""
    text = encoded(code).decode()
    edits = server.edits(text)
    if edits is None:  # there is nothing to change, or it cannot be parsed
        return None if server.diagnostics(text) else text
    try:
        return _edited(text, edits)
    except (KeyError, TypeError, IndexError) as error:
        raise ConnectionError(f"ruff's server gave an unusual edit: {error!r}") from error


def _edited(text: str, edits: list[dict[str, Any]]) -> str:
    """Apply edits that do not overlap, the last first."""
    starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
    spans = sorted(
        (*(_offset(edit["range"][side], starts) for side in ("start", "end")), edit["newText"]) for edit in edits
    )
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


def _offset(place: dict[str, int], starts: list[int]) -> int:
    return starts[place["line"]] + place["character"]
