"""When to stop asking: exact boundaries for a test of a pass rate that may end after any trial."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

_POWER: Final = 2.0
"""How fast the allowed error is spent: little at first, so that a run in full has nearly a fixed plan's power."""

_Masses: TypeAlias = Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """The numbers of passes at which a sequential test ends.

    After trial n, `passing[n - 1]` passes or more reject p ≤ bar, `failing[n - 1]` or fewer reject p ≥ bar. Each
    rejection is wrong with a probability of at most `error`, whenever it comes. A number of passes that cannot be
    reached (n + 1, or -1) rejects nothing.
    """

    passing: tuple[int, ...]
    failing: tuple[int, ...]
    error: float

    @property
    def can_pass(self) -> bool:
        """Whether trials that all pass reject p ≤ bar."""
        return any(least <= n for n, least in enumerate(self.passing, 1))


@lru_cache(maxsize=64)
def boundaries(bar: float, samples: int, confidence: float) -> Boundaries:
    """Return the boundaries for at most `samples` trials; each side errs with probability 1 - confidence at most.

    A group-sequential test with a look after each trial, exact for the binomial: the error spent up to trial n is
    α (n / samples)², the power family of Kim and DeMets (Biometrika 74, 1987, 149-154).
    """
    error = 1.0 - confidence
    passing = _least_passes(bar, samples, error)
    failing = tuple(n - least for n, least in enumerate(_least_passes(1.0 - bar, samples, error), 1))
    return Boundaries(passing=passing, failing=failing, error=error)


def fewest_samples(bar: float, confidence: float) -> int:
    """Return how many trials it takes to show p > bar if all pass; `bar` is below 1."""
    return max(1, math.ceil(math.log(1.0 - confidence) / math.log(bar) - 1e-9))


def chances(bounds: Boundaries, rate: float) -> tuple[float, float, float]:
    """Return the chance to pass, that to fail, and the mean trials at a rate."""
    masses: dict[int, float] = {0: 1.0}
    passed = failed = trials = 0.0
    for least, most in zip(bounds.passing, bounds.failing, strict=True):
        trials += sum(masses.values())
        following: dict[int, float] = {}
        for passes, mass in masses.items():
            following[passes] = following.get(passes, 0.0) + mass * (1.0 - rate)
            following[passes + 1] = following.get(passes + 1, 0.0) + mass * rate
        passed += sum(mass for passes, mass in following.items() if passes >= least)
        failed += sum(mass for passes, mass in following.items() if passes <= most)
        masses = {passes: mass for passes, mass in following.items() if most < passes < least}
    return passed, failed, trials


def _least_passes(rate: float, samples: int, error: float) -> tuple[int, ...]:
    """Return for each number of trials the least passes that show a rate above this one.

    Follows the chance of each number of passes, at this rate, of the paths that have not crossed yet.
    """
    masses: list[float] = [1.0]
    spent = 0.0
    found: list[int] = []
    for n in range(1, samples + 1):
        masses = _after_one_more(masses, rate)
        allowed = error * (n / samples) ** _POWER - spent
        least, tail = len(masses), 0.0
        while least > 0 and tail + masses[least - 1] <= allowed * (1.0 + 1e-12):
            least -= 1
            tail += masses[least]
        spent += tail
        found.append(least if tail > 0.0 else n + 1)
        del masses[least:]
    return tuple(found)


def _after_one_more(masses: _Masses, rate: float) -> list[float]:
    stay = [mass * (1.0 - rate) for mass in masses]
    rise = [mass * rate for mass in masses]
    return [a + b for a, b in zip([*stay, 0.0], [0.0, *rise], strict=True)]
