"""Unified diffs, as git writes them and as models do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pytest_aiassert.code.patching.model import FilePatch, Hunk, Lines

_NUMBERED = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)")
_EXTENDED = re.compile(
    r"(?:(?P<what>(?:old|new|deleted file|new file) mode|(?:rename|copy) (?:from|to)) (?P<value>.+)"
    r"|(?:similarity|dissimilarity) index .*|index [0-9a-f]+\.\.[0-9a-f]+.*)$"
)
_BINARY = re.compile(r"GIT binary patch$|Binary files .* differ$")
_PREFIXES = frozenset({("a/", "b/"), ("i/", "w/"), ("c/", "i/"), ("c/", "w/"), ("o/", "w/"), ("b/", "a/")})
_NOWHERE = "/dev/null"
_SIGNS = ("+", "-", " ", "")
_BLANK = ("", "")  # a blank line of context that has lost its space


def read_diff(cursor: Lines) -> FilePatch | None:
    """Read the diff of one file, None where none begins here."""
    if cursor.peek().startswith("diff --git "):
        return _git_section(cursor)
    if _is_header(cursor):
        return _with_hunks(cursor, FilePatch(line=cursor.number, old=None, new=None))
    return None


def stray_hunk(cursor: Lines) -> bool:
    """Tell whether a hunk begins here, above which no file is named."""
    return _NUMBERED.match(cursor.peek()) is not None


def _is_header(cursor: Lines) -> bool:
    return cursor.peek().startswith("--- ") and cursor.peek(1).startswith("+++ ")


def _git_section(cursor: Lines) -> FilePatch:
    old, new = _git_names(cursor.peek().removeprefix("diff --git "))
    made = FilePatch(line=cursor.number, old=old, new=new)
    cursor.at += 1
    while not cursor.over and (extended := _EXTENDED.match(cursor.peek())):
        value = (extended["value"] or "").strip()
        match extended["what"]:
            case "new file mode":
                made = replace(made, old=None, mode=value)
            case "deleted file mode":
                made = replace(made, new=None)
            case "new mode":
                made = replace(made, mode=value)
            case "rename from":
                made = replace(made, old=_unquoted(value))
            case "copy from":
                made = replace(made, old=_unquoted(value), copied=True)
            case "rename to" | "copy to":
                made = replace(made, new=_unquoted(value))
            case _:
                pass
        cursor.at += 1
    if _BINARY.match(cursor.peek()):
        cursor.at += 1
        return replace(made, binary=True)
    return _with_hunks(cursor, made)


def _with_hunks(cursor: Lines, made: FilePatch) -> FilePatch:
    """Read the names, where they are given, and all hunks of one file."""
    if _is_header(cursor):
        old, new = _names(cursor.peek()[4:], cursor.peek(1)[4:])
        renamed = made.old is not None and made.new is not None and made.old != made.new
        if not renamed:
            made = replace(made, old=old, new=new)
        cursor.at += 2
    hunks: list[Hunk] = []
    while cursor.peek().startswith("@@"):
        hunks.append(read_hunk(cursor))
        while not cursor.over and not cursor.peek().strip():
            cursor.at += 1
    return replace(made, hunks=tuple(hunks))


def read_hunk(cursor: Lines, ends: Callable[[str], bool] = lambda _: False) -> Hunk:
    """Read one hunk, its `@@` line first where it has one; `ends` tells which lines cannot be part of it."""
    line, header = cursor.number, cursor.peek() if cursor.peek().startswith("@@") else ""
    numbers = _NUMBERED.match(header)
    cursor.at += bool(header)
    body: list[tuple[str, str]] = []
    old_left, new_left = (int(numbers[2] or 1), int(numbers[4] or 1)) if numbers else (0, 0)
    old_open = new_open = False
    while not cursor.over:
        text = cursor.peek()
        full = numbers is not None and old_left <= 0 and new_left <= 0
        if text.startswith("\\"):
            sign = body[-1][0] if body else " "
            old_open, new_open = old_open or sign != "+", new_open or sign != "-"
        elif (full and not cursor.fence) or cursor.closes_fence() or ends(text) or _begins(cursor, inside=not full):
            break
        elif text[:1] in _SIGNS:
            body.append((text[:1], text[1:]))
            old_left -= text[:1] != "+"
            new_left -= text[:1] != "-"
        else:
            break
        cursor.at += 1
    while body and body[-1] == _BLANK and (numbers is None or old_left < 0):
        body.pop()
        old_left, new_left = old_left + 1, new_left + 1
    return Hunk(
        line=line,
        body=tuple((sign or " ", text) for sign, text in body),
        start=int(numbers[1]) if numbers else None,
        anchor=(numbers[5] if numbers else header.strip("@ ")).strip(),
        miscounted=numbers is not None and (old_left, new_left) != (0, 0),
        old_open=old_open,
        new_open=new_open,
    )


def _begins(cursor: Lines, *, inside: bool) -> bool:
    """Tell whether something else than a line of a hunk comes next; `inside` one, `---` and `+++` may be its lines."""
    if cursor.peek().startswith(("@@", "diff --git ")):
        return True
    return _is_header(cursor) and (not inside or cursor.peek(2).startswith("@@"))


def _names(old: str, new: str) -> tuple[str | None, str | None]:
    """Read the names behind `---` and `+++`, without git's prefixes and without dates."""
    before, after = (_unquoted(name.partition("\t")[0].strip()) for name in (old, new))
    prefixes = (before[:2], after[:2])
    if before == _NOWHERE:
        return None, after.removeprefix("b/")
    if after == _NOWHERE:
        return before.removeprefix("a/"), None
    return (before[2:], after[2:]) if prefixes in _PREFIXES else (before, after)


def _git_names(rest: str) -> tuple[str, str]:
    """Read `a/x b/x`; names with spaces are told apart by being the same."""
    quoted = re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)', rest)
    middle = len(rest) // 2
    pair = (rest[:middle], rest[middle + 1 :]) if rest[middle : middle + 1] == " " else ("", "")
    if pair[0] and pair[0].partition("/")[2] == pair[1].partition("/")[2]:
        old, new = pair
    elif quoted:
        old, new = quoted.groups()
    else:
        old, _, new = rest.partition(" b/")
        new = f"b/{new}" if new else old
    names = _names(old, new)
    return names[0] or _NOWHERE, names[1] or _NOWHERE


def _unquoted(name: str) -> str:
    """Undo git's quoting of names that are not plain ASCII."""
    if len(name) < len('""') or not (name.startswith('"') and name.endswith('"')):
        return name
    plain = name[1:-1].encode("latin-1", "backslashreplace")
    try:
        return plain.decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")
    except ValueError:
        return name[1:-1]
