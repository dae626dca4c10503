"""What a patch says, and a cursor over the lines that say it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines to find and lines to put in their place; `body` holds (sign, text), the sign one of ` `, `-`, `+`.

    `line` is where it stands in the reply. `start` is the first old line's number, from 1, None where the patch gives
    none; `anchor` is a line that comes before. `old_open` and `new_open` say that a file ends without a newline.
    """

    line: int
    body: tuple[tuple[str, str], ...]
    start: int | None = None
    anchor: str = ""
    miscounted: bool = False
    old_open: bool = False
    new_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """What becomes of one file: `old` is None where it is new, `new` is None where it is deleted.

    `mode` is git's, such as `100755`; `free` where hunks may stand in any order, as search-and-replace blocks do.
    """

    line: int
    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    mode: str = ""
    copied: bool = False
    binary: bool = False
    free: bool = False

    @property
    def name(self) -> str:
        """The name of the file, as it can be shown; the new one where there are two."""
        return printable(self.new or self.old or "no file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """The patches of a reply, in its order; `problem` says why they cannot be used."""

    files: tuple[FilePatch, ...] = ()
    problem: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file that is changed, made, deleted or renamed, each once."""
        names = [
            name for file in self.files for name in (None if file.copied else file.old, file.new) if name is not None
        ]
        return tuple(dict.fromkeys(names))


def printable(path: str) -> str:
    """Return a path as it can be shown; in quotes where a terminal would obey it."""
    return path if path.isprintable() else repr(path)


@dataclass(slots=True)
class Lines:
    """A cursor over a reply's lines; `fence` holds the marks of an open fence, `info` what it says."""

    lines: Sequence[str]
    first: int
    at: int = 0
    fence: str = ""
    info: str = ""

    def peek(self, ahead: int = 0) -> str:
        """Return a line that is to come, empty behind the end."""
        place = self.at + ahead
        return self.lines[place] if place < len(self.lines) else ""

    @property
    def over(self) -> bool:
        """True behind the last line."""
        return self.at >= len(self.lines)

    @property
    def number(self) -> int:
        """The number of the line that comes next, in the reply."""
        return self.first + self.at

    def closes_fence(self) -> bool:
        """Tell whether the line that comes next ends the fence that is open."""
        line = self.peek()
        return bool(self.fence) and line.startswith(self.fence) and not line.strip(self.fence[0] + " \t")

    def pass_line(self) -> None:
        """Go on by a line, and keep count of fences."""
        opening = _FENCE.match(self.peek())
        if opening and not self.fence:
            self.fence, self.info = opening.group(1), opening.group(2).strip()
        elif self.closes_fence():
            self.fence = self.info = ""
        self.at += 1
