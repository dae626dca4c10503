"""The Matcher: a value that judges a reply, and composes with `&`, `|` and `~`."""

from __future__ import annotations

import abc
from typing import Any

from assistant.messages import Completion
from pytest_aiassert.matchers.coercion import as_completion
from pytest_aiassert.verdict import Evidence, Verdict


class Matcher(abc.ABC):
    """A value that judges a reply, deterministic; `repr` reads like the call that made it.

    Subclasses are frozen, keyword-only dataclasses that implement `judge`.
    `reply == matcher` is True where the verdict is a pass.
    """

    __slots__ = ()

    @abc.abstractmethod
    def judge(self, reply: Completion) -> Verdict:
        """Judge a completion; raises CannotJudgeError where a tool or layer is missing."""

    @property
    def asks_model(self) -> bool:
        """Whether judging asks a model and so costs; then it is asked last, and only while it can matter."""
        return False

    def check(self, reply: Any, /) -> Verdict:
        """Judge a str, a Completion, or any type a hook teaches; raises CoercionError for others."""
        return self.judge(as_completion(reply))

    def verdict(
        self,
        passed: bool,  # noqa: FBT001  # an expression at most calls
        reason: str,
        *,
        score: float | None = None,
        evidence: tuple[Evidence, ...] = (),
        parts: tuple[Verdict, ...] = (),
    ) -> Verdict:
        """Return this matcher's verdict; `score` is 1 or 0 where not given."""
        return Verdict(
            matcher=repr(self),
            passed=passed,
            score=float(passed) if score is None else score,
            reason=reason,
            evidence=evidence,
            parts=parts,
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Matcher):
            return type(self) is type(other) and repr(self) == repr(other)
        return self.check(other).passed

    def __hash__(self) -> int:
        return hash((type(self), repr(self)))

    def __and__(self, other: Matcher) -> Matcher:
        from pytest_aiassert.matchers.composition import AllOf

        return AllOf(self, other)

    def __or__(self, other: Matcher) -> Matcher:
        from pytest_aiassert.matchers.composition import AnyOf

        return AnyOf(self, other)

    def __invert__(self) -> Matcher:
        from pytest_aiassert.matchers.composition import Not

        return Not(self)
