"""Sequential boundaries keep their error, save trials, and have nearly a fixed plan's power."""

from __future__ import annotations

import random

import pytest
from scipy.stats import binom

from pytest_aiassert.runs.sequential import Boundaries, boundaries, chances, fewest_samples

BARS = (0.5, 0.7, 0.8, 0.9)
ALPHA = 0.05


def _fixed_plan(bar: float, rate: float, power: float = 0.9) -> tuple[int, float]:
    """Return the fewest samples of a one-sided exact binomial test, and its power."""
    for n in range(1, 400):
        if rate > bar:
            least = int(binom.isf(ALPHA, n, bar)) + 1
            reached = float(binom.sf(least - 1, n, rate))
        else:
            most = int(binom.ppf(ALPHA, n, bar)) - 1
            reached = float(binom.cdf(most, n, rate))
        if reached >= power:
            return n, reached
    raise AssertionError


@pytest.mark.parametrize("samples", [14, 20, 50, 77, 200])
@pytest.mark.parametrize("bar", BARS)
def test_a_model_on_the_bar_is_wrongly_judged_no_more_often_than_stated(bar: float, samples: int) -> None:
    passed, failed, _ = chances(boundaries(bar, samples, 1 - ALPHA), bar)
    assert passed <= ALPHA
    assert failed <= ALPHA


@pytest.mark.parametrize("bar", BARS)
def test_a_model_beyond_the_bar_is_wrongly_judged_less_often_still(bar: float) -> None:
    bounds = boundaries(bar, 60, 1 - ALPHA)
    assert chances(bounds, bar - 0.05)[0] < chances(bounds, bar)[0]
    assert chances(bounds, bar + 0.05)[1] < chances(bounds, bar)[1]


@pytest.mark.parametrize("off", [-0.15, 0.15])
@pytest.mark.parametrize("bar", [0.5, 0.7, 0.8])
def test_it_takes_at_most_three_quarters_of_a_fixed_plans_trials(bar: float, off: float) -> None:
    samples, power = _fixed_plan(bar, bar + off)
    passed, failed, trials = chances(boundaries(bar, round(1.05 * samples), 1 - ALPHA), bar + off)
    assert trials <= 0.75 * samples
    assert (passed if off > 0 else failed) >= power - 0.03


def test_the_chances_are_those_that_simulation_finds() -> None:
    bounds, rng = boundaries(0.8, 60, 1 - ALPHA), random.Random(7)
    ends = [_walk(bounds, 0.7, rng) for _ in range(20_000)]
    passed, failed, trials = chances(bounds, 0.7)
    assert sum(end == "passed" for end, _ in ends) / len(ends) == pytest.approx(passed, abs=0.005)
    assert sum(end == "failed" for end, _ in ends) / len(ends) == pytest.approx(failed, abs=0.015)
    assert sum(n for _, n in ends) / len(ends) == pytest.approx(trials, abs=0.5)


def _walk(bounds: Boundaries, rate: float, rng: random.Random) -> tuple[str, int]:
    passes = 0
    for n, (least, most) in enumerate(zip(bounds.passing, bounds.failing, strict=True), 1):
        passes += rng.random() < rate
        if passes >= least:
            return "passed", n
        if passes <= most:
            return "failed", n
    return "undecided", len(bounds.passing)


@pytest.mark.parametrize(("bar", "fewest"), [(0.8, 14), (0.9, 29), (0.5, 5)])
def test_the_fewest_samples_are_straight_passes(bar: float, fewest: int) -> None:
    assert fewest_samples(bar, 0.95) == fewest
    assert boundaries(bar, fewest, 0.95).can_pass
    assert not boundaries(bar, fewest - 1, 0.95).can_pass


def test_the_boundaries_never_cross() -> None:
    bounds = boundaries(0.8, 100, 0.95)
    assert all(most < least for most, least in zip(bounds.failing, bounds.passing, strict=True))
