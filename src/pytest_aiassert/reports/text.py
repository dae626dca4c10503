"""The text of a failed expectation: every matcher with its score and reason, and the code it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pytest_aiassert.reports.excerpt import Line, around_marks, excerpt, is_told, untold
from pytest_aiassert.reports.paint import Style, paint
from pytest_aiassert.reports.tally import failing
from pytest_aiassert.reports.visible import columns, one_line, shorten, visible, wrap
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_REASON_LINES: Final = 12
_NARROWEST: Final = 40


def failure_text(verdicts: Sequence[Verdict], *, width: int, colour: bool) -> str:
    """Show what each matcher says, failing ones first; `width` is in columns, from 40."""
    return "\n".join(_Writer(width=max(width, _NARROWEST), colour=colour).lines(verdicts))


class _Writer:
    """Writes verdicts as lines; remembers which code it has shown, to show it once."""

    def __init__(self, *, width: int, colour: bool) -> None:
        self._width = width
        self._colour = colour
        self._shown: set[str] = set()

    def lines(self, verdicts: Iterable[Verdict], depth: int = 0) -> list[str]:
        """Return the lines of these verdicts and their parts."""
        written: list[str] = []
        for verdict in failing(verdicts):
            written += self._head(verdict, depth)
            written += self.lines(verdict.parts, depth + 1)
            if not verdict.passed:
                below = [each for part in verdict.parts if not part.passed for each in part.evidence]
                for evidence in verdict.evidence:
                    if evidence not in below and not is_told(evidence, verdict.reason):
                        written += self._evidence(evidence, depth)
        return written

    def _head(self, verdict: Verdict, depth: int) -> list[str]:
        indent = "  " * depth
        sign = "✓" if verdict.passed else "✗"
        style: Style = "passed" if verdict.passed else "failed"
        name = shorten(one_line(verdict.matcher), self._width - len(indent) - 8)
        head = f"{indent}{sign} {name}  {verdict.score:.2f}"
        painted = f"{indent}{paint(sign, style, colour=self._colour)} "
        painted += paint(name, "bold" if not verdict.passed else "plain", colour=self._colour)
        painted += f"  {verdict.score:.2f}"
        room = self._width - columns(head) - 2
        said = untold(verdict)
        reason = one_line(said)
        if verdict.passed:
            return [f"{painted}  {shorten(reason, room)}" if reason and room >= 8 else painted]  # noqa: PLR2004
        if reason and columns(reason) <= room and "\n" not in said.strip():
            return [f"{painted}  {reason}"]
        return [painted, *self._wrapped(said, indent + "    ")]

    def _wrapped(self, reason: str, indent: str) -> list[str]:
        lines: list[str] = []
        for line in visible(reason[:10_000]).strip().splitlines():
            lines += [indent + part for part in wrap(line, self._width - len(indent))]
        if len(lines) > _REASON_LINES:
            left = len(lines) - _REASON_LINES + 1
            lines = [*lines[: _REASON_LINES - 1], f"{indent}… {left} more lines"]
        return lines

    def _evidence(self, evidence: Evidence, depth: int) -> list[str]:
        indent = "  " * depth + "    "
        key = evidence.text.strip()
        title = one_line(evidence.title)
        if key in self._shown:
            if not evidence.marks:
                return []
            lines = around_marks(evidence.text, evidence.marks)
            title += ", shown above"
        else:
            self._shown.add(key)
            lines = excerpt(evidence.text, evidence.marks)
        digits = max((len(str(line.number)) for line in lines if line.number), default=1)
        heading = paint(indent + shorten(title + ":", self._width - len(indent)), "dim", colour=self._colour)
        return [heading, *(self._line(line, indent, digits) for line in lines)]

    def _line(self, line: Line, indent: str, digits: int) -> str:
        if line.number is None:
            gap = f"{indent}  {'…':>{digits}} {plural(line.skipped, 'line')}"
            return paint(gap, "dim", colour=self._colour)
        gutter = f"{'▸' if line.marked else ' '} {line.number:>{digits}} │"
        text = shorten(line.text.expandtabs(4), self._width - len(indent) - len(gutter) - 1)
        gutter = paint(gutter, "failed" if line.marked else "dim", colour=self._colour)
        return f"{indent}{gutter} {text}".rstrip()
