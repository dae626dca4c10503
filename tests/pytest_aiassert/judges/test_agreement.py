"""Kappa against values worked out by hand, and its interval against simulation."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.judges.agreement import (
    Confusion,
    kappa,
    kappa_interval,
    standard_error,
    suggest_threshold,
)


def table(a: int, b: int, c: int, d: int) -> Confusion:
    return Confusion(both_pass=a, people_pass=b, judge_pass=c, both_fail=d)


@pytest.mark.parametrize(
    ("cells", "by_hand"),
    [
        # 50 grant proposals: agreement 35/50 = 0.7, by chance 0.5 × 0.6 + 0.5 × 0.4 = 0.5
        ((20, 5, 10, 15), Fraction(2, 5)),
        # 60/100 observed, (0.7 × 0.6 + 0.3 × 0.4) = 0.54 by chance: 0.06 / 0.46
        ((45, 15, 25, 15), Fraction(3, 23)),
        # the same agreement, other margins: 0.6 and (0.3 × 0.6 + 0.7 × 0.4) = 0.46: 0.14 / 0.54
        ((25, 35, 5, 35), Fraction(7, 27)),
        ((6, 0, 0, 4), Fraction(1)),
        ((0, 5, 5, 0), Fraction(-1)),
        ((5, 0, 5, 0), Fraction(0)),  # a judge that passes everything is no better than chance
    ],
)
def test_kappa_by_hand(cells, by_hand):
    assert kappa(table(*cells)) == pytest.approx(float(by_hand))


@pytest.mark.parametrize("cells", [(10, 0, 0, 0), (7, 3, 0, 0), (0, 0, 4, 6), (0, 0, 0, 0)])
def test_with_one_label_only_it_is_undefined(cells):
    assert kappa(table(*cells)) is None
    assert kappa_interval(table(*cells)) is None


def test_standard_error_by_hand():
    # rows 0.5, 0.5; columns 0.6, 0.4; by chance 0.5, kappa 0.4:
    # same  = 0.4 (1 − 1.1 × 0.6)² + 0.3 (1 − 0.9 × 0.6)²             = 0.04624 + 0.06348
    # other = 0.36 (0.1 (0.6 + 0.5)² + 0.2 (0.4 + 0.5)²)              = 0.36 × 0.283
    # less (0.4 − 0.5 × 0.6)² = 0.01, over 50, root, over 1 − 0.5
    by_hand = ((0.04624 + 0.06348 + 0.36 * 0.283 - 0.01) / 50) ** 0.5 / 0.5
    assert standard_error(((0.4, 0.1), (0.2, 0.3)), 50) == pytest.approx(by_hand)


def test_a_published_standard_error():
    """Stata's `kapci` gives 0.341 [0.290, 0.393] for this table."""
    counts = (1395, 118, 261, 158)
    shares = [count / 1932 for count in counts]
    margin = 1.959964 * standard_error(((shares[0], shares[1]), (shares[2], shares[3])), 1932)
    estimate = kappa(table(*counts))
    assert estimate == pytest.approx(0.3411969, abs=1e-6)
    assert (estimate - margin, estimate + margin) == pytest.approx((0.2896668, 0.3927271), abs=1e-5)


def test_a_large_table_is_hardly_corrected():
    found = kappa_interval(table(1395, 118, 261, 158))
    assert (found.low, found.high) == pytest.approx((0.290, 0.393), abs=0.003)


def test_perfect_agreement_is_no_certainty():
    few, many = kappa_interval(table(6, 0, 0, 6)), kappa_interval(table(60, 0, 0, 60))
    assert few.estimate == few.high == 1
    assert few.low < 0.5
    assert 0.9 < many.low < 1


@given(*(st.integers(0, 60) for _ in range(4)))
def test_the_interval_holds_the_estimate(a, b, c, d):
    found = kappa_interval(table(a, b, c, d))
    if found is not None:
        assert -1 <= found.low <= found.estimate <= found.high <= 1


@given(*(st.integers(0, 60) for _ in range(4)))
def test_kappa_does_not_mind_who_is_called_judge_or_what_is_called_pass(a, b, c, d):
    first, turned, renamed = kappa(table(a, b, c, d)), kappa(table(a, c, b, d)), kappa(table(d, c, b, a))
    assert first == pytest.approx(renamed)
    if first is not None and turned is not None:
        assert first == pytest.approx(turned)


@pytest.mark.parametrize("n", [12, 24, 60])
@pytest.mark.parametrize("true_kappa", [0.0, 0.3, 0.6, 0.85])
@pytest.mark.parametrize("margins", [(0.5, 0.5), (0.7, 0.7)])
def test_the_interval_covers_what_it_says(n, true_kappa, margins):
    people, judge = margins
    by_chance = people * judge + (1 - people) * (1 - judge)
    both = (true_kappa * (1 - by_chance) + by_chance - 1 + people + judge) / 2
    cells = (both, people - both, judge - both, 1 - people - judge + both)
    dice, hits, defined = random.Random(7), 0, 0
    for _ in range(600):
        drawn = dice.choices(range(4), weights=cells, k=n)
        found = kappa_interval(table(*(drawn.count(cell) for cell in range(4))))
        if found is not None:
            defined += 1
            hits += found.low <= true_kappa <= found.high
    assert hits / defined >= 0.92 - 2 * (0.92 * 0.08 / defined) ** 0.5


def test_the_threshold_that_agrees_best_is_found():
    scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    people = [False] * 4 + [True] * 6
    found = suggest_threshold(scores, people, current=0.7)
    assert found.threshold == 0.5
    assert found.kappa == 1
    assert found.left_out == pytest.approx(0.8, abs=0.2)


def test_of_equally_good_thresholds_the_nearest_is_taken():
    scores, people = [0.0, 0.0, 1.0, 1.0, 0.4], [False, False, True, True, False]
    assert suggest_threshold(scores, people, current=0.7).threshold == 1
    scores, people = [0, 0.5, 0.6, 1], [False, True, False, True]
    assert suggest_threshold(scores, people, current=0.9).threshold == 1
    assert suggest_threshold(scores, people, current=0.55).threshold == 0.5


def test_a_threshold_chosen_on_noise_promises_nothing_for_others():
    dice = random.Random(3)
    flattered, honest = [], []
    for _ in range(40):
        scores = [dice.randint(0, 10) / 10 for _ in range(30)]
        people = [dice.random() < 0.5 for _ in range(30)]
        found = suggest_threshold(scores, people, current=0.7)
        flattered.append(found.kappa)
        honest.append(found.left_out)
    assert sum(flattered) / 40 > 0.1
    assert sum(honest) / 40 < 0.05


def test_no_threshold_where_kappa_is_undefined():
    assert suggest_threshold([0.1, 0.9], [True, True], current=0.5) is None
    assert suggest_threshold([], [], current=0.5) is None
