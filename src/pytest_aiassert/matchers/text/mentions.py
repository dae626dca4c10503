"""Matchers of a reply's whole text: words and patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.arguments import flag, words
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import excerpt, shown, source
from pytest_aiassert.matchers.text.searching import LONGEST_SEARCHED, SearchTimeoutError, search
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut, plural

_SECONDS = 2.0
_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Mentions(Matcher):
    """Passes where the reply's text has some words in it; made by `mentions`."""

    text: str
    case_sensitive: bool = False
    whole_word: bool = False

    def judge(self, reply: Completion) -> Verdict:
        """Look for the words in the whole text, prose and code."""
        start, count = self._found(reply.text, case_sensitive=self.case_sensitive, whole_word=self.whole_word)
        if not count:
            return self.verdict(passed=False, reason=self._absent(reply), evidence=_whole(reply))
        text = _folded(reply.text, case_sensitive=self.case_sensitive)
        first = text.count("\n", 0, start) + 1
        times = "once, on" if count == 1 else f"{count:,} times, first on"
        reason = f"mentions {self.text!r} {times} line {first}"
        return self.verdict(passed=True, reason=reason, evidence=(excerpt(reply.text, first),))

    def _found(self, text: str, *, case_sensitive: bool, whole_word: bool) -> tuple[int, int]:
        """Return where the words first stand, and how often."""
        text, wanted = _folded(text, case_sensitive=case_sensitive), _folded(self.text, case_sensitive=case_sensitive)
        if not whole_word:
            return text.find(wanted), text.count(wanted)
        first, count = -1, 0
        for match in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", text):
            first = match.start() if first < 0 else first
            count += 1
        return first, count

    def _absent(self, reply: Completion) -> str:
        if not reply.text:
            return f"{self.text!r} does not occur: the reply has no text"
        near, count = self._found(reply.text, case_sensitive=False, whole_word=self.whole_word)
        if self.case_sensitive and count:
            line = reply.text.casefold().count("\n", 0, near) + 1
            return f"{self.text!r} occurs only in other upper and lower case, on line {line}"
        near, count = self._found(reply.text, case_sensitive=self.case_sensitive, whole_word=False)
        if self.whole_word and count:
            text = _folded(reply.text, case_sensitive=self.case_sensitive)
            line = text.count("\n", 0, near) + 1
            return f"{self.text!r} occurs only within a longer word, on line {line}"
        return f"{self.text!r} does not occur in the reply ({plural(len(reply.text), 'character')})"

    def __repr__(self) -> str:
        flags = {"case_sensitive": self.case_sensitive, "whole_word": self.whole_word}
        return source("mentions", self.text, **{name: True for name, on in flags.items() if on})


def mentions(text: str, *, case_sensitive: bool = False, whole_word: bool = False) -> Mentions:
    """Pass where `text` occurs in the reply, prose or code.

    Upper and lower case are the same unless `case_sensitive`. Raises UsageError for an empty text.
    """
    return Mentions(
        text=words("mentions: text", text),
        case_sensitive=flag("mentions: case_sensitive", case_sensitive),
        whole_word=flag("mentions: whole_word", whole_word),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MatchesRegex(Matcher):
    """Passes where a pattern is found in the reply's text; made by `matches_regex`."""

    pattern: re.Pattern[str]
    flags: re.RegexFlag = re.NOFLAG
    seconds: float = _SECONDS

    def judge(self, reply: Completion) -> Verdict:
        """Search the text; raises CannotJudgeError where the pattern takes too long."""
        try:
            span = search(self.pattern, reply.text, seconds=self.seconds)
        except SearchTimeoutError:
            raise CannotJudgeError(
                f"{self!r} took more than {self.seconds:g} s on a reply of {len(reply.text):,} characters; "
                "rewrite the pattern without a repeat inside a repeat, such as (a+)+"
            ) from None
        if span is None:
            size = plural(len(reply.text), "character")
            limit = (
                f", of which the first {LONGEST_SEARCHED:,} were searched" if len(reply.text) > LONGEST_SEARCHED else ""
            )
            reason = f"nothing in the reply ({size}{limit}) matches {self.pattern.pattern!r}"
            return self.verdict(passed=False, reason=reason, evidence=_whole(reply))
        start, end = span
        line = reply.text.count("\n", 0, start) + 1
        found = cut(reply.text[start:end], _LONGEST_QUOTE)
        evidence = (excerpt(reply.text, line),)
        return self.verdict(passed=True, reason=f"line {line} has {found!r}", evidence=evidence)

    def __repr__(self) -> str:
        names = [flag.name for flag in re.RegexFlag if flag and flag in self.flags]
        keywords = f", flags={' | '.join(f're.{name}' for name in names)}" if names else ""
        return f"matches_regex({self.pattern.pattern!r}{keywords})"


def matches_regex(pattern: str | re.Pattern[str], flags: int | re.RegexFlag = 0) -> MatchesRegex:
    """Pass where a regular expression is found anywhere in the reply.

    The first million characters are searched, for two seconds at the most; a pattern that takes longer is a
    CannotJudgeError. Raises UsageError for a pattern that is not valid.
    """
    return _regex(pattern, flags)


def _regex(pattern: object, flags: object) -> MatchesRegex:
    if isinstance(flags, bool) or not isinstance(flags, int):
        raise UsageError(f"matches_regex: flags is {flags!r}; expected flags of re such as re.IGNORECASE")
    text = pattern
    if isinstance(pattern, re.Pattern):
        flags, text = (pattern.flags | flags) & ~re.UNICODE, pattern.pattern
    if not isinstance(text, str):
        raise UsageError(f"matches_regex: pattern is {pattern!r}; expected a str or a compiled pattern of str")
    try:
        return MatchesRegex(pattern=re.compile(text, flags), flags=re.RegexFlag(flags))
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise UsageError(f"matches_regex: pattern {text!r} is not a regular expression: {error}") from error


def _folded(text: str, *, case_sensitive: bool) -> str:
    return text if case_sensitive else text.casefold()


def _whole(reply: Completion) -> tuple[Evidence, ...]:
    return (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
