"""Choose the lines of a text worth showing: all of a short one, the surroundings of the marks of a long one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pytest_aiassert.reports.visible import one_line, visible
from pytest_aiassert.verdict import Evidence, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to show, or with `number` None a gap of `skipped` lines."""

    number: int | None
    text: str = ""
    marked: bool = False
    skipped: int = 0


def excerpt(text: str, marks: Collection[int] = (), *, limit: int = 30, around: int = 3) -> list[Line]:
    """Return at most about `limit` lines: all where they fit, else those `around` the marks, else the first."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    inside = sorted(mark for mark in set(marks) if 1 <= mark <= len(lines))
    if len(lines) <= limit:
        wanted = range(1, len(lines) + 1)
    elif inside:
        return _with_gaps(lines, _windows(inside, len(lines), limit, around), set(inside))
    else:
        wanted = range(1, limit + 1)
    return _with_gaps(lines, list(wanted), set(inside))


def around_marks(text: str, marks: Collection[int], *, around: int = 1, limit: int = 20) -> list[Line]:
    """Return only the marked lines and their neighbours."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    inside = sorted(mark for mark in set(marks) if 1 <= mark <= len(lines))
    return _with_gaps(lines, _windows(inside, len(lines), limit, around), set(inside))


def is_told(evidence: Evidence, reason: str) -> bool:
    """Return whether a reason already says all that the evidence would show."""
    text = one_line(evidence.text)
    return not text or (not evidence.marks and text in one_line(reason))


def untold(verdict: Verdict) -> str:
    """Return a verdict's reason, without what its parts below say themselves."""
    said = verdict.reason
    for part in verdict.parts:
        said = said.replace(f"{part.matcher}: {part.reason}", "\0")
    return (
        said if said == verdict.reason else "; ".join(filter(None, (piece.strip(" ;:") for piece in said.split("\0"))))
    )


def _windows(marks: list[int], last: int, limit: int, around: int) -> list[int]:
    wanted: set[int] = set()
    for mark in marks:
        window = set(range(max(1, mark - around), min(last, mark + around) + 1))
        if wanted and len(wanted | window) > limit:
            break
        wanted |= window
    return sorted(wanted)


def _with_gaps(lines: list[str], wanted: list[int], marked: set[int]) -> list[Line]:
    shown: list[Line] = []
    before = 0
    for number in wanted:
        if number > before + 1:
            shown.append(Line(number=None, skipped=number - before - 1))
        shown.append(Line(number=number, text=visible(lines[number - 1]), marked=number in marked))
        before = number
    if wanted and before < len(lines):
        shown.append(Line(number=None, skipped=len(lines) - before))
    return shown
