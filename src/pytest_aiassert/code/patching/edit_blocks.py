"""Patches that are no diffs: SEARCH/REPLACE blocks, and the sections of `*** Begin Patch`."""

from __future__ import annotations

import re
from dataclasses import replace

from pytest_aiassert.code.fences import parse_info
from pytest_aiassert.code.patching.diffs import read_hunk
from pytest_aiassert.code.patching.model import FilePatch, Hunk, Lines

_DIVIDER = re.compile(r"={5,9}\s*$")
_END = re.compile(r">{5,9} ?(?:REPLACE|UPDATED)?\s*$", re.IGNORECASE)
_NAME = re.compile(r"[\w./\\@+~\- ]*[\w/][\w./\\@+~\- ]*")
_LABEL = re.compile(r"(?i)(?:in\s+)?(?:file|path|filename|file\s?path)\s*:")
_LOOKED_BACK = 4
_SECTION = re.compile(r"\*\*\* (Update|Add|Delete) File: (.+)")
_MOVED = "*** Move to: "


def opens_edit(line: str) -> bool:
    """Tell whether a SEARCH/REPLACE block begins."""
    return line.startswith("<<<<<<<") and line.strip("< \t").upper() in ("SEARCH", "ORIGINAL")


def read_edit(cursor: Lines, before: FilePatch | None) -> FilePatch | str:
    """Read a SEARCH/REPLACE block, or say what is wrong with it; `before` is the patch that stands above it."""
    start, name = cursor.number, _name_above(cursor)
    if not name and before is not None and before.free:
        name = before.new or ""
    cursor.at += 1
    parts: tuple[list[str], list[str]] = ([], [])
    part = 0
    while not cursor.over:
        line = cursor.peek()
        cursor.at += 1
        if part == 0 and _DIVIDER.match(line):
            part = 1
        elif part == 1 and _END.match(line):
            break
        else:
            parts[part].append(line)
    else:
        return f"the SEARCH block at line {start} has no end: expected `=======`, then `>>>>>>> REPLACE`"
    if not name:
        return f"the SEARCH block at line {start} names no file; expected its path on the line above"
    old, new = parts
    body = (*(("-", line) for line in old), *(("+", line) for line in new))
    made = not any(line.strip() for line in old)
    hunk = Hunk(line=start, body=tuple(("+", line) for line in new) if made else body)
    return FilePatch(line=start, old=None if made else name, new=name, hunks=(hunk,), free=True)


def read_begin_patch(cursor: Lines) -> list[FilePatch]:
    """Read from `*** Begin Patch` to `*** End Patch`."""
    files: list[FilePatch] = []
    cursor.at += 1
    while not cursor.over and not cursor.closes_fence():
        section = _SECTION.match(cursor.peek())
        ended = cursor.peek().startswith("*** End Patch")
        line = cursor.number
        cursor.at += 1
        if ended:
            break
        if section:
            files.append(_section(cursor, line, section[1], section[2].strip()))
    return files


def _section(cursor: Lines, line: int, verb: str, name: str) -> FilePatch:
    if verb == "Delete":
        return FilePatch(line=line, old=name, new=None)
    made = FilePatch(line=line, old=None if verb == "Add" else name, new=name)
    if cursor.peek().startswith(_MOVED):
        made = replace(made, new=cursor.peek().removeprefix(_MOVED).strip())
        cursor.at += 1
    hunks: list[Hunk] = []
    while not cursor.over and not cursor.peek().startswith("*** ") and not cursor.closes_fence():
        hunk = read_hunk(cursor, ends=lambda text: text.startswith("*** "))
        if hunk.body:
            hunks.append(hunk)
        elif not cursor.peek().startswith(("@@", "*** ")):
            cursor.at += 1
    return replace(made, hunks=tuple(hunks))


def _name_above(cursor: Lines) -> str:
    """Find the file's name: what the fence says, or the line above the block, or above its fence."""
    if cursor.fence:
        words = [word for word in cursor.info.split()[1:] if _NAME.fullmatch(word) and ("." in word or "/" in word)]
        named = parse_info(cursor.info).filename or next(iter(words), None)
        if named:
            return named
    for back in range(1, _LOOKED_BACK):
        place = cursor.at - back
        line = cursor.lines[place].strip() if place >= 0 else ""
        if _END.match(line):
            return ""
        if not line or line.startswith(("```", "~~~")):
            continue
        bare = _LABEL.sub("", line.strip("`*#:> \t")).strip("`*#: \t")
        return bare if _NAME.fullmatch(bare) and ("." in bare or "/" in bare) and "  " not in bare else ""
    return ""
