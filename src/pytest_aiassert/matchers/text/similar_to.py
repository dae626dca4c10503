"""Matchers that compare a reply's text with another: equal, or alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import choice, flag, number
from pytest_aiassert.matchers.arguments import text as str_of
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import shown, source
from pytest_aiassert.matchers.text.distance import LONGEST_COMPARED, edit_likeness, token_likeness
from pytest_aiassert.matchers.text.meaning import LONGEST_READ, meaning_likeness
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut

_QUOTED = 60
_BEFORE = 20
_DEFAULT_MINS: Mapping[str, float] = MappingProxyType({"edit": 0.8, "tokens": 0.8, "meaning": 0.6})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Equals(Matcher):
    """Passes where the reply is a text; made by `equals`."""

    text: str
    ignore_case: bool = False
    ignore_space: bool = True

    def judge(self, reply: Completion) -> Verdict:
        """Compare the whole text; the reason shows the first difference."""
        wanted, said = (self._plain(each) for each in (self.text, reply.text))
        if wanted == said:
            return self.verdict(
                passed=True, reason=f"the reply is {cut(repr(said), _QUOTED)}", evidence=evidence(reply)
            )
        return self.verdict(
            passed=False, reason=self._differs(wanted, said, reply.text), evidence=evidence(reply, self.text)
        )

    def _plain(self, text: str) -> str:
        text = " ".join(text.split()) if self.ignore_space else text
        return text.casefold() if self.ignore_case else text

    def _differs(self, wanted: str, said: str, text: str) -> str:
        if not said:
            return f"the reply is empty; expected {cut(repr(wanted), _QUOTED)}"
        if wanted.casefold() == said.casefold():
            return f"differs from {cut(repr(self.text), _QUOTED)} in upper and lower case only"
        if wanted.split() == said.split():
            return f"differs from {cut(repr(self.text), _QUOTED)} in white space only"
        if wanted and wanted in said:
            return f"says more than {cut(repr(self.text), _QUOTED)}: {cut(repr(' '.join(text.split())), _QUOTED)}"
        start = first_difference(wanted, said)
        place = f"(at character {start + 1})"
        return f"the reply has {_around(said, start)} where {_around(wanted, start)} is expected {place}"

    def __repr__(self) -> str:
        case = {"ignore_case": True} if self.ignore_case else {}
        space = {} if self.ignore_space else {"ignore_space": False}
        return source("equals", self.text, **case, **space)


def equals(text: str, *, ignore_case: bool = False, ignore_space: bool = True) -> Equals:
    """Pass where the reply is `text`, and nothing else.

    With `ignore_space`, any run of white space is one space, and none counts at both ends. Raises UsageError for
    anything but a str.
    """
    return Equals(
        text=str_of("equals: text", text),
        ignore_case=flag("equals: ignore_case", ignore_case),
        ignore_space=flag("equals: ignore_space", ignore_space),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SimilarTo(Matcher):
    """Passes where the reply is much like a text; made by `similar_to`."""

    text: str
    min: float
    by: str = "edit"

    def judge(self, reply: Completion) -> Verdict:
        """Measure the likeness, which is the score; raises CannotJudgeError without what it is measured by."""
        wanted, said = (" ".join(each.split()) for each in (self.text, reply.text))
        if not said:
            reason = f"the reply has no text; expected one like {cut(repr(wanted), _QUOTED)}"
            return self.verdict(passed=self.min == 0, reason=reason, score=0.0)
        score, words = self._measured(wanted, said)
        reason = f"{_percent(score)} {words}, {_percent(self.min)} needed"
        longest = {"edit": LONGEST_COMPARED, "meaning": LONGEST_READ}.get(self.by, math.inf)
        if max(len(wanted), len(said)) > longest:
            rest = "counted as different" if self.by == "edit" else "left out"
            reason += f" (the first {longest:,} characters compared, the rest {rest})"
        if score < self.min and self.by == "meaning":
            reason += f"; the reply is {cut(repr(said), _QUOTED)}"
        elif score < self.min:
            start = first_difference(wanted, said)
            reason += f"; first difference: {_around(said, start)}, expected {_around(wanted, start)}"
        return self.verdict(score >= self.min, reason, score=score, evidence=evidence(reply, self.text))

    def _measured(self, wanted: str, said: str) -> tuple[float, str]:
        if self.by == "edit":
            return edit_likeness(wanted, said), "of the characters agree"
        if self.by == "tokens":
            return token_likeness(wanted, said), "of the words agree"
        return meaning_likeness(wanted, said), "alike in meaning"

    def __repr__(self) -> str:
        least = {} if self.min == _DEFAULT_MINS[self.by] else {"min": self.min}
        return source("similar_to", self.text, **least, **({} if self.by == "edit" else {"by": self.by}))


def similar_to(text: str, min: float | None = None, by: str = "edit") -> SimilarTo:  # noqa: A002  # reads as min=0.9
    """Pass where the reply is at least `min` like `text`, from 0 to 1.

    `by="edit"` counts characters to insert, leave out or replace, against the longer text's length; beyond the first
    20,000 characters all count as different. `by="tokens"` counts words in common, in any order and case. For both,
    `min` is 0.8 where not given. `by="meaning"` is the cosine of sentence embeddings, in English, of the first 10,000
    characters, and `min` is 0.6; it needs the extra `semantic`, and judging raises CannotJudgeError without it. Runs of
    white space are one space. Raises UsageError for a text without words, another `by`, a `min` outside 0 to 1.
    """
    wanted = str_of("similar_to: text", text)
    if not wanted.strip():
        raise UsageError(f"similar_to: text is {wanted!r}, which nothing can be like; expected words")
    by = choice("similar_to: by", by, tuple(_DEFAULT_MINS))
    least = _DEFAULT_MINS[by] if min is None else number("similar_to: min", min, most=1)
    return SimilarTo(text=wanted, min=least, by=by)


def evidence(reply: Completion, expected: str | None = None) -> tuple[Evidence, ...]:
    """Show the reply, and what was expected of it."""
    said = (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
    return said if expected is None else (*said, Evidence(title="expected", text=shown(expected)))


def first_difference(a: str, b: str) -> int:
    """Return the place, from 0, of the first character that two texts do not share."""
    shortest = min(len(a), len(b))
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), shortest)


def _around(text: str, place: int) -> str:
    """Quote a text from shortly before a place."""
    start = max(0, place - _BEFORE)
    return f"{'…' if start else ''}{cut(text[start : start + _QUOTED + 1], _QUOTED)!r}"


def _percent(share: float) -> str:
    """Write a share rounded down, so that what is not enough does not look enough."""
    return f"{int(share * 1000 + 1e-9) / 10:g}%"
