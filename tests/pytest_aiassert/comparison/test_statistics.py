import itertools
import math
import random

import pytest
import scipy.stats

from pytest_aiassert.comparison import holm, statistics, wilson
from pytest_aiassert.comparison.statistics import Counts, mean_difference, permutation, shift_interval

RANDOM = random.Random(20261124)
TABLES = [
    (RANDOM.randint(0, 12), RANDOM.randint(1, 12), RANDOM.randint(0, 12), RANDOM.randint(1, 12)) for _ in range(200)
]


def counts(a, n, b, m, weight=1.0):
    return Counts(passes_a=min(a, n), trials_a=n, passes_b=min(b, m), trials_b=m, weight=weight)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_is_scipys(confidence):
    for passes, n in itertools.chain([(0, 1), (1, 1), (5, 10), (0, 200)], ((min(a, n), n) for a, n, _, _ in TABLES)):
        expected = scipy.stats.binomtest(passes, n).proportion_ci(confidence, method="wilson")
        assert wilson(passes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_nothing_is_everything():
    assert wilson(0, 0) == (0.0, 1.0)


def test_one_case_is_fishers_exact_test():
    for a, n, b, m in TABLES:
        case = counts(a, n, b, m)
        table = [[case.passes_b, m - case.passes_b], [case.passes_a, n - case.passes_a]]
        spread, estimate = permutation([case]), mean_difference([case])
        assert spread.exact
        assert spread.at_most(estimate) == pytest.approx(scipy.stats.fisher_exact(table, "less").pvalue, abs=1e-9)
        assert spread.at_least(estimate) == pytest.approx(scipy.stats.fisher_exact(table, "greater").pvalue, abs=1e-9)


def test_one_binary_trial_a_case_is_mcnemars_exact_test():
    for _ in range(50):
        pairs = [(RANDOM.randint(0, 1), RANDOM.randint(0, 1)) for _ in range(RANDOM.randint(2, 30))]
        cases = [counts(a, 1, b, 1) for a, b in pairs]
        worse, better = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
        spread, estimate = permutation(cases), mean_difference(cases)
        two_sided = min(1.0, 2 * min(spread.at_most(estimate), spread.at_least(estimate)))
        exact = scipy.stats.binomtest(worse, worse + better, 0.5).pvalue if worse + better else 1.0
        assert two_sided == pytest.approx(exact, abs=1e-9)


def brute_force(cases):
    """Hand out the labels of every trial in every way."""
    per_case = []
    for case in cases:
        outcomes = [1] * (case.passes_a + case.passes_b)
        outcomes += [0] * (case.trials_a + case.trials_b - len(outcomes))
        per_case.append(
            [
                case.weight
                * (
                    sum(outcomes[i] for i in chosen) / case.trials_b
                    - (sum(outcomes) - sum(outcomes[i] for i in chosen)) / case.trials_a
                )
                for chosen in itertools.combinations(range(len(outcomes)), case.trials_b)
            ]
        )
    total = sum(case.weight for case in cases)
    return [sum(values) / total for values in itertools.product(*per_case)]


def test_several_weighted_cases_agree_with_handing_out_every_label():
    for _ in range(30):
        cases = [
            counts(RANDOM.randint(0, 3), RANDOM.randint(1, 3), RANDOM.randint(0, 3), RANDOM.randint(1, 3), weight)
            for weight in (1.0, 2.0, 0.5)
        ]
        every, estimate, spread = brute_force(cases), mean_difference(cases), permutation(cases)
        share = sum(value <= estimate + 1e-12 for value in every) / len(every)
        assert spread.at_most(estimate) == pytest.approx(share, abs=1e-12)
        assert math.fsum(spread.probabilities) == pytest.approx(1)
        assert list(spread.values) == sorted(spread.values)


def test_paired_trials_agree_with_scipys_permutation_test():
    a, b = [1, 1, 0, 1, 1, 1, 0, 1], [0, 1, 0, 0, 1, 0, 1, 0]
    cases = [counts(x, 1, y, 1) for x, y in zip(a, b, strict=True)]
    expected = scipy.stats.permutation_test(
        (b, a), lambda x, y: sum(x) - sum(y), permutation_type="samples", alternative="less", n_resamples=10_000
    )
    assert permutation(cases).at_most(mean_difference(cases)) == pytest.approx(expected.pvalue)


def test_drawing_agrees_with_the_exact_distribution_and_repeats_itself(monkeypatch):
    cases = [counts(a, 4, b, 6) for a, _, b, _ in TABLES[:12]]
    exact, estimate = permutation(cases), mean_difference(cases)
    monkeypatch.setattr(statistics, "EXACT_LIMIT", 10)
    drawn = permutation(cases)
    assert (exact.exact, drawn.exact) == (True, False)
    for value in (estimate, -0.1, 0.0, 0.1):
        assert drawn.at_most(value) == pytest.approx(exact.at_most(value), abs=0.015)
        assert drawn.at_least(value) == pytest.approx(exact.at_least(value), abs=0.015)
    assert permutation(cases) == drawn
    assert permutation(cases, seed=1) != drawn


def test_a_drawn_p_value_is_never_zero(monkeypatch):
    monkeypatch.setattr(statistics, "EXACT_LIMIT", 10)
    cases = [counts(10, 10, 0, 10) for _ in range(20)]
    assert 0 < permutation(cases).at_most(mean_difference(cases)) < 1e-4


def test_many_cases_with_odd_weights_are_still_answered():
    weights = [1 + index / 97 for index in range(25)]
    cases = [counts(3, 5, 2, 5, weight) for weight in weights]
    spread = permutation(cases)
    assert not spread.exact
    assert 0 < spread.at_most(mean_difference(cases)) < 0.2


def test_a_thousand_cases_are_exact_and_what_cannot_be_told_from_zero_is_not_zero():
    cases = [counts(5, 5, 0, 5)] * 200 + [counts(3, 5, 3, 5)] * 800
    spread = permutation(cases)
    assert spread.exact
    assert len(spread.values) < 2_000
    assert math.fsum(spread.probabilities) == pytest.approx(1)
    assert spread.at_most(mean_difference(cases)) == statistics.NEGLIGIBLE


def test_holm_steps_down():
    assert holm([]) == ()
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([0.9, 0.8]) == (1.0, 1.0)


def test_holm_rejects_what_the_step_down_rule_rejects():
    for _ in range(200):
        p_values = [RANDOM.random() ** 3 for _ in range(RANDOM.randint(1, 8))]
        rejected, ordered = set(), sorted(range(len(p_values)), key=p_values.__getitem__)
        for rank, position in enumerate(ordered):
            if p_values[position] > 0.05 / (len(p_values) - rank):
                break
            rejected.add(position)
        assert {i for i, p in enumerate(holm(p_values)) if p <= 0.05} == rejected


def test_the_interval_agrees_with_the_test():
    for size in (1, 2, 3, 8):
        for _ in range(40):
            n, m = RANDOM.choice([(1, 1), (3, 3), (5, 3), (5, 5)])
            cases = [counts(RANDOM.randint(0, n), n, RANDOM.randint(0, m), m) for _ in range(size)]
            spread, estimate = permutation(cases), mean_difference(cases)
            low, high = shift_interval(cases, spread, alpha=0.05)
            assert -1 <= low <= estimate <= high <= 1
            if spread.at_most(estimate) < 0.05:
                assert high <= 0
            if spread.at_least(estimate) < 0.05:
                assert low >= 0


def test_unanimous_trials_do_not_give_certainty():
    one = [counts(1, 1, 1, 1)]
    assert shift_interval(one, permutation(one), alpha=0.05) == pytest.approx((-0.73, 0.73), abs=0.01)
    many = [counts(5, 5, 5, 5)] * 40
    low, high = shift_interval(many, permutation(many), alpha=0.05)
    assert -0.02 < low < -0.01
    assert high == -low


def test_the_test_raises_false_alarms_at_most_at_its_level():
    generator = random.Random(7)
    alarms = 0
    for _ in range(600):
        rates = [generator.choice([0.05, 0.3, 0.5, 0.8, 0.95]) for _ in range(15)]
        cases = [counts(draw(generator, p, 3), 3, draw(generator, p, 3), 3) for p in rates]
        alarms += permutation(cases).at_most(mean_difference(cases)) < 0.05
    assert alarms / 600 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


def test_a_loss_at_the_margin_is_rarely_taken_for_none():
    """The true loss is the margin, 10 points, so a lower bound above it is wrong; it should be so in about 5 %."""
    generator = random.Random(11)
    wrong = 0
    for _ in range(400):
        rates = [generator.choice([0.3, 0.6, 0.95, 1.0]) for _ in range(15)]
        cases = [counts(draw(generator, p, 4), 4, draw(generator, p - 0.1, 4), 4) for p in rates]
        wrong += shift_interval(cases, permutation(cases), alpha=0.05)[0] > -0.1
    assert wrong / 400 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def draw(generator, rate, n):
    return sum(generator.random() < rate for _ in range(n))
