"""What a matcher says, and what it must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A piece of text that supports a verdict; `marks` are line numbers to point at, from 1."""

    title: str
    text: str
    language: str | None = None
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a matcher says of a reply; `score` lies in [0, 1], `parts` are the verdicts it was made of."""

    matcher: str
    passed: bool
    score: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Verdict, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:  # also refuses NaN
            raise ValueError(f"matcher {self.matcher!r} scored {self.score!r}, outside 0 to 1")


@runtime_checkable
class Checks(Protocol):
    """Anything that judges a reply; every matcher does."""

    def check(self, reply: Any, /) -> Verdict:
        """Judge a reply; raises CoercionError or CannotJudgeError, never on a reply's content."""
        ...
