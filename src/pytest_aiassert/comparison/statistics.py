"""Intervals and exact tests for pass rates, in the standard library."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from statistics import NormalDist
from typing import Final

EXACT_LIMIT: Final = 10_000
"""Distinct values of a statistic up to which its distribution is computed exactly."""
NEGLIGIBLE: Final = 1e-30
"""Probabilities below this are dropped from an exact distribution, and no p-value is smaller."""
DRAWS: Final = 20_000
"""Draws of the permutation distribution where it is not computed exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Passes and trials of one case in both runs; `weight` is positive."""

    passes_a: int
    trials_a: int
    passes_b: int
    trials_b: int
    weight: float = 1.0

    @property
    def difference(self) -> Fraction:
        """Pass rate in B minus pass rate in A."""
        return Fraction(self.passes_b, self.trials_b) - Fraction(self.passes_a, self.trials_a)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Values in ascending order, each with its probability; `exact` is False where they were drawn."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]
    exact: bool = True
    draws: int = 0

    def at_most(self, value: float) -> float:
        """Return P(T ≤ value); a drawn one counts the observed value as one more draw."""
        return self._corrected(
            math.fsum(p for v, p in zip(self.values, self.probabilities, strict=True) if v <= value + _TINY)
        )

    def at_least(self, value: float) -> float:
        """Return P(T ≥ value); a drawn one counts the observed value as one more draw."""
        return self._corrected(
            math.fsum(p for v, p in zip(self.values, self.probabilities, strict=True) if v >= value - _TINY)
        )

    def lower_quantile(self, alpha: float) -> float:
        """Return the least value x with P(T ≤ x) ≥ alpha."""
        return _quantile(zip(self.values, self.probabilities, strict=True), alpha)

    def upper_quantile(self, alpha: float) -> float:
        """Return the greatest value x with P(T ≥ x) ≥ alpha."""
        return _quantile(zip(reversed(self.values), reversed(self.probabilities), strict=True), alpha)

    def _corrected(self, probability: float) -> float:
        if not self.exact:
            probability = (probability * self.draws + 1) / (self.draws + 1)
        return min(1.0, max(NEGLIGIBLE, probability))


_TINY: Final = 1e-9  # below the distance of two attainable values, above rounding


def _quantile(steps: Iterable[tuple[float, float]], alpha: float) -> float:
    reached, found = 0.0, 0.0
    for value, probability in steps:
        reached, found = reached + probability, value
        if reached >= alpha - _TINY:
            break
    return found


def wilson(passes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a pass rate; (0, 1) where n is 0.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22; no continuity correction.
    """
    if n == 0:
        return (0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = passes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    low = 0.0 if passes == 0 else max(0.0, centre - half)
    high = 1.0 if passes == n else min(1.0, centre + half)
    return (low, high)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted for being one of several, in the same order.

    Source: Holm (1979), Scand. J. Stat. 6.
    """
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, position in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        running = max(running, min(1.0, p_values[position] * (len(p_values) - rank)))
        adjusted[position] = running
    return tuple(adjusted)


def mean_difference(cases: Sequence[Counts]) -> float:
    """Return the weighted mean of the per-case differences B − A."""
    return sum(case.weight * float(case.difference) for case in cases) / sum(case.weight for case in cases)


def permutation(cases: Sequence[Counts], *, seed: int = 0) -> Distribution:
    """Return how the weighted mean difference spreads when version labels are permuted within each case.

    Given a case's passes over both runs, those of B are hypergeometric; cases are independent, so the exact
    distribution is their convolution. Where that has too many distinct values, it is drawn with a seeded generator.
    Source: Fisher (1935), The Design of Experiments; Good (2005), Permutation Tests, section 3.
    """
    parts = [_labels(case) for case in cases]
    exact = _convolve(parts)
    total = sum(case.weight for case in cases)
    if exact is not None:
        values = sorted(exact)
        return Distribution(
            values=tuple(float(value) / total for value in values),
            probabilities=tuple(exact[value] for value in values),
        )
    return _draw(parts, total, seed)


def shift_interval(cases: Sequence[Counts], distribution: Distribution, *, alpha: float) -> tuple[float, float]:
    """Return the mean difference's interval that agrees with the permutation test; confidence is 1 − 2·alpha.

    It holds the shifts that neither one-sided test rejects. Cases whose trials all agree show no spread; what they
    may hide is bounded by Wilson's limit for none of as many trials, and added in quadrature. That widening never
    crosses 0 where the exact test has excluded it.
    """
    estimate = mean_difference(cases)
    low = estimate - distribution.upper_quantile(alpha)
    high = estimate - distribution.lower_quantile(alpha)
    hidden = _hidden_spread(cases, alpha)
    wide_low = estimate - math.hypot(estimate - low, hidden)
    wide_high = estimate + math.hypot(high - estimate, hidden)
    if low > 0:
        wide_low = max(wide_low, 0.0)
    if high < 0:
        wide_high = min(wide_high, 0.0)
    return (max(-1.0, wide_low), min(1.0, wide_high))


def _hidden_spread(cases: Sequence[Counts], alpha: float) -> float:
    """Bound what the trials of unanimous cases may hide by chance, as a share of the whole."""
    unanimous = [c for c in cases if c.passes_a + c.passes_b in (0, c.trials_a + c.trials_b)]
    if not unanimous:
        return 0.0
    share = sum(c.weight for c in unanimous) / sum(c.weight for c in cases)
    trials = sum(min(c.trials_a, c.trials_b) for c in unanimous)
    return share * wilson(0, trials, 1 - 2 * alpha)[1]


def _labels(case: Counts) -> dict[Fraction, float]:
    """Return the weighted difference of one case for every way to hand out the labels, with its probability."""
    passes, n = case.passes_a + case.passes_b, case.trials_a + case.trials_b
    ways = math.comb(n, case.trials_b)
    weight = Fraction(str(case.weight))
    found: dict[Fraction, float] = {}
    for in_b in range(max(0, passes - case.trials_a), min(passes, case.trials_b) + 1):
        value = weight * (Fraction(in_b, case.trials_b) - Fraction(passes - in_b, case.trials_a))
        found[value] = math.comb(passes, in_b) * math.comb(n - passes, case.trials_b - in_b) / ways
    return found


def _convolve(parts: Sequence[dict[Fraction, float]]) -> dict[Fraction, float] | None:
    """Return the distribution of the sum, None where it has too many distinct values."""
    unit = math.lcm(*(value.denominator for part in parts for value in part))
    total: dict[int, float] = {0: 1.0}
    for part in parts:
        steps = [(int(value * unit), probability) for value, probability in part.items()]
        if len(total) * len(steps) > EXACT_LIMIT * 4:
            return None
        following: dict[int, float] = {}
        for value, probability in total.items():
            for step, chance in steps:
                key = value + step
                following[key] = following.get(key, 0.0) + probability * chance
        if len(following) > EXACT_LIMIT:
            return None
        total = {value: probability for value, probability in following.items() if probability >= NEGLIGIBLE}
    return {Fraction(value, unit): probability for value, probability in total.items()}


def _draw(parts: Sequence[dict[Fraction, float]], total: float, seed: int) -> Distribution:
    generator = random.Random(seed)  # noqa: S311 - reproducible, not secret
    sums = [0.0] * DRAWS
    for part in parts:
        values = [float(value) for value in part]
        picked = generator.choices(values, cum_weights=list(accumulate(part.values())), k=DRAWS)
        sums = [a + b for a, b in zip(sums, picked, strict=True)]
    counts: dict[float, int] = {}
    for value in sums:
        key = round(value / total, 12)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts)
    return Distribution(
        values=tuple(ordered), probabilities=tuple(counts[v] / DRAWS for v in ordered), exact=False, draws=DRAWS
    )
