"""A matcher that asks whether Python is written as ruff's formatter would write it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.code.formatting import formatted
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import block_evidence, shown, source
from pytest_aiassert.matchers.reading import at_line, read_python
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut, plural

_LINE_LENGTH = 88
_WIDEST = 320  # ruff's own limit
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Lines of a block that the formatter writes otherwise; `line` counts from 1 within the block."""

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        before, after = _quoted(self.before), _quoted(self.after)
        if not before and not after:
            if len(self.before) == len(self.after):
                return "spaces on a blank line"
            number = abs(len(self.after) - len(self.before))
            return f"{plural(number, 'blank line')} {'missing' if len(self.after) > len(self.before) else 'too many'}"
        if not before or not after:
            return f"{after} is put in" if after else f"{before} is taken out"
        if [line.rstrip() for line in self.before] == list(self.after):
            return "spaces at the end of the line"
        return f"{before} becomes {after}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IsFormatted(Matcher):
    """Passes where the formatter changes nothing; made by `is_formatted`."""

    line_length: int = _LINE_LENGTH

    def judge(self, reply: Completion) -> Verdict:
        """Format every Python block; the score is the share of lines that stay as they are."""
        code = read_python(reply)
        if code.complaint:
            return self.verdict(passed=False, reason=code.complaint, evidence=code.evidence)
        blocks = [block for block, _ in code.parsed]
        written = [formatted(_text(block), self.line_length) for block in blocks]
        if None in written:
            block = blocks[written.index(None)]
            reason = f"ruff cannot parse the python block at line {block.line}, though Python can"
            return self.verdict(passed=False, reason=reason, evidence=code.evidence)
        pairs = [
            (block, text, _changes(_text(block), text)) for block, text in zip(blocks, written, strict=True) if text
        ]
        changed = [(block, text, changes) for block, text, changes in pairs if changes]
        if not changed:
            reason = f"ruff format changes nothing in {plural(len(blocks), 'python block')}"
            return self.verdict(passed=True, reason=reason, evidence=code.evidence)
        total = sum(_text(block).count("\n") for block in blocks)
        lines = sum(max(len(change.before), 1) for _, _, changes in changed for change in changes)
        block, _, changes = changed[0]
        places = sum(len(changes) for _, _, changes in changed)
        more = f", and {plural(places - 1, 'more place')}" if places > 1 else ""
        first = f"{at_line(block, changes[0].line)}: {changes[0]}"
        reason = f"ruff format would change {lines} of {plural(total, 'line')}; {first}{more}"
        evidence = tuple(each for entry in changed for each in _evidence(*entry))
        return self.verdict(passed=False, score=max(0.0, 1 - lines / max(total, 1)), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return source("is_formatted", **({} if self.line_length == _LINE_LENGTH else {"line_length": self.line_length}))


def is_formatted(line_length: int = _LINE_LENGTH) -> IsFormatted:
    """Pass where `ruff format` would change nothing in the Python code, at this line length.

    Your own ruff configuration is not read, and blank lines around a block do not count. The score is the share of
    lines that stay. Raises UsageError for a `line_length` that is not from 1 to 320.
    """
    length = whole_number("is_formatted: line_length", line_length, least=1)
    if length > _WIDEST:
        raise UsageError(f"is_formatted: line_length is {length}; ruff takes {_WIDEST} at the most")
    return IsFormatted(line_length=length)


def _text(block: Block) -> str:
    return block.code.strip("\n") + "\n"


def _changes(before: str, after: str) -> list[Change]:
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new)
    return [
        Change(line=min(i1 + 1, len(old)), before=tuple(old[i1:i2]), after=tuple(new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


def _evidence(block: Block, text: str, changes: list[Change]) -> tuple[Evidence, Evidence]:
    skipped = len(block.code) - len(block.code.lstrip("\n"))
    marks = {change.line + skipped + offset for change in changes for offset in range(max(len(change.before), 1))}
    formatted = Evidence(title="as ruff format writes it", text=shown(text), language="python")
    return block_evidence(block, marks), formatted


def _quoted(lines: tuple[str, ...]) -> str:
    """Quote the first line that is not blank, and say how many stand behind it; empty where all are blank."""
    full = [line.strip() for line in lines if line.strip()]
    more = f" and {plural(len(full) - 1, 'more line')}" if len(full) > 1 else ""
    return f"`{cut(full[0], _LONGEST_QUOTE)}`{more}" if full else ""
