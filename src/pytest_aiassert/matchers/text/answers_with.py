"""Matchers of what a reply answers, wherever in it the answer stands."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import excerpt, listed, shown, source
from pytest_aiassert.matchers.text.answers import choices, dates, fold, numbers, occurring, words_of, yes_or_no
from pytest_aiassert.matchers.text.passages import Kind, find_answer
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

Expected: TypeAlias = int | float | Decimal | Fraction | bool | dt.date | str
_Kind: TypeAlias = Literal["number", "date", "choice", "yes or no", "text"]

_PRECISION = Fraction(1, 10**9)
_YES_NO = MappingProxyType({"yes": True, "true": True, "no": False, "false": False})
_NUMERAL = re.compile(r"[-+]?(?:\d{1,400}|\d{1,3}(?:,\d{3})+)?(?:\.\d{1,400})?(?:[eE][-+]?\d{1,3})?")
_MOST_OPTIONS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AnswersWith(Matcher):
    """Passes where the reply's answer is a value; made by `answers_with`."""

    value: Expected
    kind: _Kind
    wanted: Any
    tolerance: float = 0.0

    def judge(self, reply: Completion) -> Verdict:
        """Find the answer, then compare it."""
        answer = find_answer(reply.text, self._recognised())
        if answer is None:
            reason = f"{self._absence()} in {_size(reply)}; expected {self._shown()}"
            return self.verdict(passed=False, reason=reason, evidence=_whole(reply))
        passed = any(self._agrees(reading) for reading in answer.readings)
        reason = f"answers {answer.said!r} ({answer.where}, on line {answer.line})"
        if not passed:
            reason += f", expected {self._shown()}"
        return self.verdict(passed, reason, evidence=(excerpt(reply.text, answer.line),))

    def _recognised(self) -> Kind:
        return words_of([self.wanted], binding=True) if self.kind == "text" else _KINDS[self.kind]()

    def _agrees(self, reading: Any) -> bool:
        if self.kind == "number":
            grace = abs(self.wanted) * _PRECISION if isinstance(self.value, float) else 0
            return bool(abs(reading - self.wanted) <= max(Fraction(self.tolerance), grace))
        return bool(reading == self.wanted)

    def _absence(self) -> str:
        if self.kind == "text":
            return f"no answer that has {self.value!r}"
        return {"number": "no number", "date": "no date", "choice": "no letter chosen"}.get(self.kind, "no yes or no")

    def _shown(self) -> str:
        within = f" ± {self.tolerance:g}" if self.tolerance else ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        return f"{self.value!r}{within}" if isinstance(self.value, str) else f"{self.value}{within}"

    def __repr__(self) -> str:
        return source("answers_with", self.value, **({"tolerance": self.tolerance} if self.tolerance else {}))


def answers_with(value: Expected, *, tolerance: float = 0.0) -> AnswersWith:
    r"""Pass where the reply's answer is `value`: a number, date, choice, yes or no, or words.

    The answer is taken from `\boxed{…}`, from behind "Answer:" or "the answer is", from bold words, or from the
    prose. A str that is a numeral, an ISO date, one letter, or yes, no, true or false is read as that. `tolerance`
    is the largest difference between numbers. Raises UsageError for other types, for a number that is not finite, and
    for a `tolerance` where the value is no number.
    """
    kind, wanted = _read(value)
    tolerance = number("answers_with: tolerance", tolerance)
    if tolerance and kind != "number":
        raise UsageError(f"answers_with: tolerance is {tolerance!r}, but {value!r} is no number")
    return AnswersWith(value=value, kind=kind, wanted=wanted, tolerance=tolerance)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class OneOf(Matcher):
    """Passes where the reply answers one option and no other; made by `one_of`."""

    options: tuple[str, ...]

    def judge(self, reply: Completion) -> Verdict:
        """Find which options are answered."""
        answer = find_answer(reply.text, words_of(self.options, binding=False))
        if answer is not None:
            reason = f"answers {answer.readings[0]!r} ({answer.where}, on line {answer.line})"
            return self.verdict(passed=True, reason=reason, evidence=(excerpt(reply.text, answer.line),))
        return self.verdict(passed=False, reason=self._undecided(reply), evidence=_whole(reply))

    def _undecided(self, reply: Completion) -> str:
        named = occurring(reply.text, self.options)
        if len(named) > 1:
            return f"names {listed([repr(option) for option in named])}, and none of them as the answer"
        return f"answers none of {listed([repr(option) for option in self.options])} in {_size(reply)}"

    def __repr__(self) -> str:
        return source("one_of", *self.options)


def one_of(*options: str) -> OneOf:
    """Pass where the reply answers one of the options, and no other of them.

    Upper and lower case are the same, and options count as whole words that are not denied ("not spam"). Raises
    UsageError for fewer than two options, for an empty one, and for two that are the same.
    """
    return OneOf(options=_options(options))


def _options(options: tuple[object, ...]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for option in options:
        if not isinstance(option, str) or not option.strip():
            raise UsageError(f"one_of: an option is {option!r}; expected words, as a str (in YAML, put it in quotes)")
        if fold(option) in seen:
            raise UsageError(f"one_of: {seen[fold(option)]!r} and {option!r} are the same option")
        seen[fold(option)] = option
    if not 2 <= len(seen) <= _MOST_OPTIONS:  # noqa: PLR2004  with one option there is no choice
        raise UsageError(f"one_of has {plural(len(seen), 'option')}; expected two or more, {_MOST_OPTIONS:,} at most")
    return tuple(seen.values())


_KINDS: MappingProxyType[str, Callable[[], Kind]] = MappingProxyType(
    {"number": numbers, "date": dates, "choice": choices, "yes or no": yes_or_no}
)


def _read(value: object) -> tuple[_Kind, Any]:
    """Tell what kind of answer a value is, and what it is compared as."""
    if isinstance(value, bool):
        return "yes or no", value
    if isinstance(value, (int, float, Decimal, Fraction)):
        if not math.isfinite(value):
            raise UsageError(f"answers_with: value is {value!r}; expected a finite number")
        return "number", Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    if isinstance(value, dt.date):
        return "date", value.date() if isinstance(value, dt.datetime) else value
    if not isinstance(value, str):
        raise UsageError(f"answers_with: value is {value!r}; expected a number, a date, True or False, or a str")
    return _read_text(value.strip())


def _read_text(text: str) -> tuple[_Kind, Any]:
    if not text:
        raise UsageError("answers_with: value is empty, which is no answer; expected at least one character")
    if text.casefold() in _YES_NO:
        return "yes or no", _YES_NO[text.casefold()]
    if len(text) == 1 and text.isascii() and text.isalpha():
        return "choice", text.upper()
    if _NUMERAL.fullmatch(text) and any(digit.isdigit() for digit in text):
        return "number", Fraction(text.replace(",", ""))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return "date", dt.date.fromisoformat(text)
        except ValueError as error:
            raise UsageError(f"answers_with: value is {text!r}, which is no date: {error}") from error
    return "text", text


def _size(reply: Completion) -> str:
    return f"the reply ({plural(len(reply.text), 'character')})" if reply.text else "the reply, which has no text"


def _whole(reply: Completion) -> tuple[Evidence, ...]:
    return (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
