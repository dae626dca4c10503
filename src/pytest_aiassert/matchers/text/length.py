"""A matcher of a reply's length."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import choice, whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import shown, source
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)|[。！？]|\n\s*\n")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:[A-Z]|e\.g|i\.e|etc|vs|cf|approx|Mr|Mrs|Ms|Dr|Prof|St|No|Fig|\d+)\.$")
_LETTER = re.compile(r"\w")
_LOOKED_BACK = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Length(Matcher):
    """Passes where the reply is neither too short nor too long; made by `length`."""

    min: int | None = None
    max: int | None = None
    unit: str = "words"

    def judge(self, reply: Completion) -> Verdict:
        """Count; the score is how near the count is to the limit it breaks."""
        count = _COUNTERS[self.unit](reply.text.strip())
        reason = f"{plural(count, self.unit.removesuffix('s'))}, {self._expected()}"
        shown_reply = (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
        if self.min is not None and count < self.min:
            return self.verdict(passed=False, reason=reason, score=count / self.min, evidence=shown_reply)
        if self.max is not None and count > self.max:
            return self.verdict(passed=False, reason=reason, score=self.max / count, evidence=shown_reply)
        return self.verdict(passed=True, reason=reason, evidence=shown_reply)

    def _expected(self) -> str:
        if self.min == self.max:
            return f"expected {self.min:,}"
        if self.min is None or self.max is None:
            return f"expected at most {self.max:,}" if self.min is None else f"expected at least {self.min:,}"
        return f"expected {self.min:,} to {self.max:,}"

    def __repr__(self) -> str:
        limits = {"min": self.min, "max": self.max}
        unit = {} if self.unit == "words" else {"unit": self.unit}
        return source("length", **{name: limit for name, limit in limits.items() if limit is not None}, **unit)


def length(min: int | None = None, max: int | None = None, unit: str = "words") -> Length:  # noqa: A002  # reads as max=50
    """Pass where the reply has at least `min` and at most `max` words.

    `unit` can be `words` (between white space), `characters`, `lines` (that are not blank) or `sentences` instead;
    white space at both ends does not count. Raises UsageError without any limit, for limits that nothing can
    keep, and for another unit.
    """
    least = None if min is None else whole_number("length: min", min, least=0)
    most = None if max is None else whole_number("length: max", max, least=0)
    if least is None and most is None:
        raise UsageError("length() needs min, max or both, such as length(max=100)")
    if least is not None and most is not None and least > most:
        raise UsageError(f"length: min is {least} and max {most}, which no reply can keep; expected min ≤ max")
    return Length(min=least, max=most, unit=choice("length: unit", unit, tuple(_COUNTERS)))


def _words(text: str) -> int:
    """Count what stands between white space and has a letter or digit in it."""
    return sum(_LETTER.search(piece) is not None for piece in text.split())


def _lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _sentences(text: str) -> int:
    """Count pieces with a letter in them between full stops; `e.g.`, `Dr.` and `3.` end no sentence."""
    count, start = 0, 0
    for match in _SENTENCE_END.finditer(text):
        if match.group() == "." and _ABBREVIATION.search(text[max(start, match.end() - _LOOKED_BACK) : match.end()]):
            continue
        count += _LETTER.search(text, start, match.start()) is not None
        start = match.end()
    return count + (_LETTER.search(text, start) is not None)


_COUNTERS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {"words": _words, "characters": len, "lines": _lines, "sentences": _sentences}
)
