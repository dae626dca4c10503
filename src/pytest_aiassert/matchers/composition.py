"""Matchers made of matchers: all of them, any of them, not this one."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural


class AllOf(Matcher):
    """Passes where every matcher passes; the score is the lowest of theirs.

    Matchers that are AllOf themselves are dissolved into this one. Raises UsageError for anything but matchers.
    """

    __slots__ = ("matchers",)

    def __init__(self, *matchers: Matcher) -> None:
        self.matchers = tuple(_flat(AllOf, "all_of", matchers))

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher; the reason is that of the first one that fails."""
        parts = tuple(matcher.judge(reply) for matcher in self.matchers)
        score = min(part.score for part in parts)
        failed = next((part for part in parts if not part.passed), None)
        if failed is None:
            reason = "; ".join(part.reason for part in parts)
            evidence = next((part.evidence for part in parts if part.evidence), ())
            return self.verdict(passed=True, reason=reason, score=score, evidence=evidence, parts=parts)
        reason = f"{failed.matcher}: {failed.reason}"
        return self.verdict(passed=False, reason=reason, score=score, evidence=failed.evidence, parts=parts)

    def __repr__(self) -> str:
        if len(self.matchers) == 1:
            return f"all_of({self.matchers[0]!r})"
        return " & ".join(f"({m!r})" if isinstance(m, AnyOf) else repr(m) for m in self.matchers)


class AnyOf(Matcher):
    """Passes where at least one matcher passes; the score is the highest of theirs.

    Matchers that are AnyOf themselves are dissolved into this one. Raises UsageError for anything but matchers.
    """

    __slots__ = ("matchers",)

    def __init__(self, *matchers: Matcher) -> None:
        self.matchers = tuple(_flat(AnyOf, "any_of", matchers))

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher; the reason is that of the first one that passes, or of all."""
        parts = tuple(matcher.judge(reply) for matcher in self.matchers)
        score = max(part.score for part in parts)
        passed = next((part for part in parts if part.passed), None)
        if passed is not None:
            reason = f"{passed.matcher}: {passed.reason}"
            return self.verdict(passed=True, reason=reason, score=score, evidence=passed.evidence, parts=parts)
        reasons = "; ".join(f"{part.matcher}: {part.reason}" for part in parts)
        reason = f"none of {plural(len(parts), 'matcher')} passes: {reasons}"
        return self.verdict(passed=False, reason=reason, score=score, evidence=parts[0].evidence, parts=parts)

    def __repr__(self) -> str:
        if len(self.matchers) == 1:
            return f"any_of({self.matchers[0]!r})"
        return " | ".join(repr(m) for m in self.matchers)


class Not(Matcher):
    """Passes where a matcher fails; what it cannot judge stays unjudged. The score is 1 or 0."""

    __slots__ = ("matcher",)

    def __init__(self, matcher: Matcher) -> None:
        self.matcher = required_matcher("not_", matcher)

    def judge(self, reply: Completion) -> Verdict:
        """Turn the matcher's verdict round."""
        part = self.matcher.judge(reply)
        reason = part.reason if not part.passed else f"unwanted: {part.reason}"
        return self.verdict(passed=not part.passed, reason=reason, evidence=part.evidence, parts=(part,))

    def __invert__(self) -> Matcher:
        return self.matcher

    def __repr__(self) -> str:
        return f"~({self.matcher!r})" if isinstance(self.matcher, (AllOf, AnyOf)) else f"~{self.matcher!r}"


def all_of(*matchers: Matcher) -> AllOf:
    """Pass where every matcher passes; the same as `a & b`."""
    return AllOf(*matchers)


def any_of(*matchers: Matcher) -> AnyOf:
    """Pass where at least one matcher passes; the same as `a | b`."""
    return AnyOf(*matchers)


def not_(matcher: Matcher) -> Not:
    """Pass where a matcher fails; the same as `~a`."""
    return Not(matcher)


def _flat(kind: type[AllOf | AnyOf], name: str, matchers: tuple[object, ...]) -> Iterator[Matcher]:
    if not matchers:
        raise UsageError(f"{name}() needs at least one matcher")
    for value in matchers:
        matcher = required_matcher(name, value)
        if isinstance(matcher, kind):
            yield from matcher.matchers
        else:
            yield matcher


def required_matcher(name: str, value: object) -> Matcher:
    """Return a value that is a matcher; raises UsageError for others."""
    if isinstance(value, Matcher):
        return value
    if callable(value):
        called = getattr(value, "__name__", "it")
        raise UsageError(f"{name}: {called} is not called; write {called}(…), with brackets")
    raise UsageError(f"{name}: {value!r} is not a matcher; expected one such as contains_code('python')")
