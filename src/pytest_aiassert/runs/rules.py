"""When a test of repeated trials has passed: pure decisions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

from pytest_aiassert.errors import UsageError
from pytest_aiassert.runs.sequential import Boundaries, boundaries, fewest_samples

Decision: TypeAlias = Literal["passed", "failed"]
Stop: TypeAlias = Literal["fixed", "sequential"]

LONGEST_SEQUENCE: Final = 2_000
"""Trials at the most of a sequential test: its boundaries take time that grows with their square."""


def needed(bar: float, samples: int) -> int:
    """Return how many of `samples` trials must pass; `bar` is the pass rate needed, in [0, 1]."""
    return math.ceil(round(bar * samples, 9))


def certain(passes: int, fails: int, *, bar: float, samples: int) -> int:
    """Return how many further trials will run whatever they bring; 0 once the outcome is decided."""
    required = needed(bar, samples)
    return max(0, min(required - passes, samples - required + 1 - fails))


def decide(passes: int, fails: int, *, bar: float, samples: int) -> Decision | None:
    """Return the outcome as soon as further trials cannot change it, else None."""
    if certain(passes, fails, bar=bar, samples=samples):
        return None
    return "passed" if passes >= needed(bar, samples) else "failed"


class Rule(Protocol):
    """Says from the trials so far whether a test has passed."""

    def decide(self, passes: int, fails: int) -> Decision | None:
        """Return the outcome once it is decided, else None."""
        ...

    def certain(self, passes: int, fails: int) -> int:
        """Return how many further trials will run whatever they bring."""
        ...

    def told(self) -> str:
        """Say what it takes to pass."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedRule:
    """A share of all trials must pass; stops when that can no longer change."""

    bar: float
    samples: int

    def decide(self, passes: int, fails: int) -> Decision | None:
        """Return the outcome as soon as further trials cannot change it, else None."""
        return decide(passes, fails, bar=self.bar, samples=self.samples)

    def certain(self, passes: int, fails: int) -> int:
        """Return how many further trials will run whatever they bring."""
        return certain(passes, fails, bar=self.bar, samples=self.samples)

    def told(self) -> str:
        """Say what it takes to pass."""
        return f"needs {needed(self.bar, self.samples)} of {self.samples}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialRule:
    """The trials must show that the model's pass rate is above the bar; stops when they show that or its opposite."""

    bar: float
    samples: int
    confidence: float

    def decide(self, passes: int, fails: int) -> Decision | None:
        """Return what the trials have shown at this confidence, None for neither."""
        n, bounds = passes + fails, self._boundaries()
        if not 0 < n <= self.samples:
            return None
        if passes >= bounds.passing[n - 1]:
            return "passed"
        return "failed" if passes <= bounds.failing[n - 1] else None

    def certain(self, passes: int, fails: int) -> int:
        """Return how many further trials will run whatever they bring."""
        n = passes + fails
        if self.decide(passes, fails) is not None or n >= self.samples:
            return 0
        for more in range(1, self.samples - n + 1):
            if self.decide(passes + more, fails) or self.decide(passes, fails + more):
                return more
        return self.samples - n

    def told(self) -> str:
        """Say what it takes to pass."""
        return f"must show a pass rate above {self.bar:g} with {self.confidence:.0%} confidence"

    def _boundaries(self) -> Boundaries:
        return boundaries(self.bar, self.samples, self.confidence)


def rule_for(*, bar: float, samples: int, stop: Stop, confidence: float) -> Rule:
    """Return the rule; raises UsageError for a sequential one that so many trials cannot decide."""
    if stop == "fixed":
        return FixedRule(bar=bar, samples=samples)
    if not 0 < bar < 1:
        raise UsageError(f"stop='sequential' cannot show a pass rate above {bar:g}; give min_pass_rate below 1")
    fewest = max(fewest_samples(bar, confidence), fewest_samples(1.0 - bar, confidence))
    if not fewest <= samples <= LONGEST_SEQUENCE:
        raise UsageError(
            f"stop='sequential' with samples={samples} cannot decide min_pass_rate={bar:g} at "
            f"confidence={confidence:g}; give samples from {fewest} to {LONGEST_SEQUENCE:,}"
        )
    return SequentialRule(bar=bar, samples=samples, confidence=confidence)
