"""Matchers made of matchers: all, any, not, at least so many, a weighted mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number, whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import cut, plural

Weights: TypeAlias = Mapping[Matcher, float] | Iterable[tuple[Matcher, float]]

_PAIR = 2


class _Several(Matcher):
    """A matcher made of several."""

    __slots__ = ("matchers",)

    matchers: tuple[Matcher, ...]

    @property
    def asks_model(self) -> bool:
        """Whether one of them does."""
        return any(matcher.asks_model for matcher in self.matchers)


class AllOf(_Several):
    """Passes where every matcher passes; the score is the lowest of theirs.

    Matchers that are AllOf themselves are dissolved into this one. Raises UsageError for anything but matchers.
    """

    __slots__ = ()

    def __init__(self, *matchers: Matcher) -> None:
        self.matchers = tuple(_flat(AllOf, "all_of", matchers))

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher, models only while none has failed; the reason is that of the first one that fails."""
        parts, unasked = _asked(self.matchers, reply, needed=len(self.matchers))
        score = min(part.score for part in parts)
        failed = next((part for part in parts if not part.passed), None)
        if failed is None:
            reason = "; ".join(part.reason for part in parts)
            evidence = next((part.evidence for part in parts if part.evidence), ())
            return self.verdict(passed=True, reason=reason, score=score, evidence=evidence, parts=parts)
        reason = f"{failed.matcher}: {failed.reason}{unasked}"
        return self.verdict(passed=False, reason=reason, score=score, evidence=failed.evidence, parts=parts)

    def __repr__(self) -> str:
        if len(self.matchers) == 1:
            return f"all_of({self.matchers[0]!r})"
        return " & ".join(f"({m!r})" if isinstance(m, AnyOf) else repr(m) for m in self.matchers)


class AnyOf(_Several):
    """Passes where at least one matcher passes; the score is the highest of theirs.

    Matchers that are AnyOf themselves are dissolved into this one. Raises UsageError for anything but matchers.
    """

    __slots__ = ()

    def __init__(self, *matchers: Matcher) -> None:
        self.matchers = tuple(_flat(AnyOf, "any_of", matchers))

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher, models only while none has passed; the reason is that of the first that passes, or all."""
        parts, unasked = _asked(self.matchers, reply, needed=1)
        score = max(part.score for part in parts)
        passed = next((part for part in parts if part.passed), None)
        if passed is not None:
            reason = f"{passed.matcher}: {passed.reason}{unasked}"
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

    @property
    def asks_model(self) -> bool:
        """Whether the matcher that it turns round does."""
        return self.matcher.asks_model

    def judge(self, reply: Completion) -> Verdict:
        """Turn the matcher's verdict round."""
        part = self.matcher.judge(reply)
        reason = part.reason if not part.passed else f"unwanted: {part.reason}"
        return self.verdict(passed=not part.passed, reason=reason, evidence=part.evidence, parts=(part,))

    def __invert__(self) -> Matcher:
        return self.matcher

    def __repr__(self) -> str:
        return f"~({self.matcher!r})" if isinstance(self.matcher, (AllOf, AnyOf)) else f"~{self.matcher!r}"


class AtLeast(_Several):
    """Passes where enough of its matchers pass; the score is the k-th highest of theirs, 0 for one not asked.

    Raises UsageError for anything but matchers, and for a `k` that is below 1 or above their number.
    """

    __slots__ = ("k",)

    def __init__(self, k: int, *matchers: Matcher) -> None:
        if not matchers:
            raise UsageError("at_least() needs a number and matchers, such as at_least(2, parses(), has_tests(), …)")
        self.matchers = tuple(required_matcher("at_least", matcher) for matcher in matchers)
        self.k = whole_number("at_least: k", k, least=1)
        if self.k > len(self.matchers):
            raise UsageError(f"at_least: k is {k} of {plural(len(matchers), 'matcher')}, which can never pass")

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher, models only while they can change the outcome; the reason counts, and says what fails."""
        parts, unasked = _asked(self.matchers, reply, needed=self.k)
        passing = sum(part.passed for part in parts)
        scores = [*(part.score for part in parts), *[0.0] * (len(self.matchers) - len(parts))]
        score = sorted(scores, reverse=True)[self.k - 1]
        failed = [part for part in parts if not part.passed]
        passed = passing >= self.k
        total = plural(len(self.matchers), "matcher")
        reason = f"{passing} of {total} {'passes' if passing == 1 else 'pass'}, {self.k} needed"
        telling = [part for part in parts if part.passed == passed]
        reason = "; ".join([reason, *(f"{part.matcher}: {part.reason}" for part in telling)]) + unasked
        evidence = next((part.evidence for part in failed or parts if part.evidence), ())
        return self.verdict(passed, reason, score=score, evidence=evidence, parts=parts)

    def __repr__(self) -> str:
        return f"at_least({', '.join(map(repr, (self.k, *self.matchers)))})"


class Weighted(Matcher):
    """Passes where the weighted mean of its matchers' scores, which is its score, is enough.

    Raises UsageError for anything but matchers, weights that are negative or all zero, and a `min` outside 0 to 1.
    """

    __slots__ = ("min", "weights")

    def __init__(self, weights: Weights, min: float) -> None:  # noqa: A002  # reads as min=0.8
        self.weights = dict(_pairs(weights))
        self.min = number("weighted: min", min, most=1)

    @property
    def asks_model(self) -> bool:
        """Whether one of them does; each is asked, since the score is the mean of all."""
        return any(matcher.asks_model for matcher in self.weights)

    def judge(self, reply: Completion) -> Verdict:
        """Ask every matcher; the reason shows each share, and why the one that costs most does."""
        parts = {matcher: matcher.judge(reply) for matcher in self.weights}
        total = math.fsum(self.weights.values())
        score = math.fsum(self.weights[matcher] * part.score for matcher, part in parts.items()) / total
        score = max(0.0, min(1.0, score))
        passed = score >= self.min or math.isclose(score, self.min)
        table = " · ".join(f"{part.matcher} {part.score:.2g} × {self.weights[m]:g}" for m, part in parts.items())
        reason = f"{_floor(score)}, {self.min:g} needed: {table}"
        worst, lost = max(parts.items(), key=lambda pair: self.weights[pair[0]] * (1 - pair[1].score))
        if lost.score < 1:
            reason += f"; {worst!r}: {lost.reason}"
        return self.verdict(passed, reason, score=score, evidence=lost.evidence, parts=tuple(parts.values()))

    def __repr__(self) -> str:
        return f"weighted({self.weights!r}, min={self.min!r})"


def all_of(*matchers: Matcher) -> AllOf:
    """Pass where every matcher passes; the same as `a & b`."""
    return AllOf(*matchers)


def any_of(*matchers: Matcher) -> AnyOf:
    """Pass where at least one matcher passes; the same as `a | b`."""
    return AnyOf(*matchers)


def not_(matcher: Matcher) -> Not:
    """Pass where a matcher fails; the same as `~a`."""
    return Not(matcher)


def at_least(k: int, *matchers: Matcher) -> AtLeast:
    """Pass where at least `k` of the matchers pass; the score is the k-th highest."""
    return AtLeast(k, *matchers)


def weighted(matchers: Weights, min: float) -> Weighted:  # noqa: A002  # reads as min=0.8
    """Pass where the weighted mean of scores is at least `min`, from 0 to 1.

    `matchers` maps matchers to weights, or holds pairs of both; only the ratio of weights counts. Raises UsageError
    for anything but matchers, weights that are negative or all zero, and a matcher that is given twice.
    """
    return Weighted(matchers, min)


def _asked(matchers: tuple[Matcher, ...], reply: Completion, *, needed: int) -> tuple[tuple[Verdict, ...], str]:
    """Judge by each, models last, and by no more of them once it is certain whether `needed` pass.

    Returns verdicts in the order of their matchers, and words on those that were not asked.
    """
    found: dict[int, Verdict] = {}
    for place in sorted(range(len(matchers)), key=lambda place: matchers[place].asks_model):
        passed = sum(verdict.passed for verdict in found.values())
        reachable = passed + len(matchers) - len(found)
        if matchers[place].asks_model and (passed >= needed or reachable < needed):
            break
        found[place] = matchers[place].judge(reply)
    unasked = ", ".join(repr(matcher) for place, matcher in enumerate(matchers) if place not in found)
    words = f"; that decides, so not asked: {unasked}" if unasked else ""
    return tuple(found[place] for place in sorted(found)), words


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


def _pairs(weights: object) -> list[tuple[Matcher, float]]:
    given: Any = weights.items() if isinstance(weights, Mapping) else weights
    if isinstance(given, (str, bytes, Matcher)) or not isinstance(given, Iterable):
        raise UsageError(
            f"weighted: matchers is {cut(repr(weights), 80)}; expected {{matcher: weight}}, or pairs of both"
        )
    pairs: list[tuple[Matcher, float]] = []
    for pair in given:
        if not isinstance(pair, (tuple, list)) or len(pair) != _PAIR:
            raise UsageError(f"weighted: matchers has {cut(repr(pair), 80)}; expected a matcher and its weight")
        matcher = required_matcher("weighted", pair[0])
        pairs.append((matcher, number(f"weighted: the weight of {matcher!r}", pair[1])))
    repeated = next((m for place, (m, _) in enumerate(pairs) if m in [other for other, _ in pairs[:place]]), None)
    if repeated is not None:
        raise UsageError(f"weighted: {repeated!r} is given twice; add its weights up")
    counting = [(matcher, weight) for matcher, weight in pairs if weight > 0]
    if not counting:
        raise UsageError("weighted() needs at least one matcher with a weight above 0")
    return counting


def _floor(score: float) -> str:
    """Write a score rounded down, so that what is not enough does not look enough."""
    return f"{math.floor(score * 1000 + 1e-6) / 1000:g}"
