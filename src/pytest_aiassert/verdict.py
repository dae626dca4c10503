"""What a matcher says, and what it must be able to do."""

from __future__ import annotations

from collections.abc import Iterable
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
class Judging:
    """What asking a judge took; `cost` is in US dollars, None where no answer had a price."""

    model: str = ""
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        """Input and output tokens together."""
        return self.input_tokens + self.output_tokens

    @classmethod
    def total(cls, judgings: Iterable[Judging]) -> Judging | None:
        """Add judgings up, None where there are none; several models are named with commas between."""
        found = list(judgings)
        if not found:
            return None
        costs = [judging.cost for judging in found if judging.cost is not None]
        models = dict.fromkeys(name for judging in found for name in judging.model.split(", ") if name)
        return cls(
            model=", ".join(models),
            calls=sum(judging.calls for judging in found),
            input_tokens=sum(judging.input_tokens for judging in found),
            output_tokens=sum(judging.output_tokens for judging in found),
            cost=sum(costs) if costs else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a matcher says of a reply; `score` lies in [0, 1], `parts` are the verdicts it was made of.

    `judging` is what it took to ask a model for it, None where none was asked.
    """

    matcher: str
    passed: bool
    score: float
    reason: str
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Verdict, ...] = ()
    judging: Judging | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:  # also refuses NaN
            raise ValueError(f"matcher {self.matcher!r} scored {self.score!r}, outside 0 to 1")


@runtime_checkable
class Checks(Protocol):
    """Anything that judges a reply; every matcher does."""

    def check(self, reply: Any, /) -> Verdict:
        """Judge a reply; raises CoercionError or CannotJudgeError, never on a reply's content."""
        ...
