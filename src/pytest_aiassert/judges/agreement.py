"""How well a judge agrees with people: Cohen's kappa with its interval, and the threshold that agrees best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Replies by what people and the judge say of them."""

    both_pass: int = 0
    people_pass: int = 0
    """Passed by people, failed by the judge."""
    judge_pass: int = 0
    """Failed by people, passed by the judge."""
    both_fail: int = 0

    @classmethod
    def of(cls, people: Sequence[bool], judge: Sequence[bool]) -> Confusion:
        """Count pairs of verdicts."""
        pairs = list(zip(people, judge, strict=True))
        return cls(
            both_pass=pairs.count((True, True)),
            people_pass=pairs.count((True, False)),
            judge_pass=pairs.count((False, True)),
            both_fail=pairs.count((False, False)),
        )

    @property
    def n(self) -> int:
        """How many replies there are."""
        return self.agreeing + self.people_pass + self.judge_pass

    @property
    def agreeing(self) -> int:
        """Of how many both say the same."""
        return self.both_pass + self.both_fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Cohen's kappa in [-1, 1], with the bounds of its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The threshold whose kappa is highest on these replies, and what it promises for others.

    `left_out` is the kappa of thresholds that were each chosen without the reply they judge; None where undefined.
    """

    threshold: float
    kappa: float
    left_out: float | None


def kappa(confusion: Confusion) -> float | None:
    """Return Cohen's kappa, None where people or chance leave it undefined.

    κ = (pₒ − pₑ) / (1 − pₑ): the observed agreement, less what the margins give by chance, over the most there could be
    (Cohen 1960, "A coefficient of agreement for nominal scales", formula 1). Undefined where people say one thing only.
    """
    table = _table(confusion, 0.0)
    if confusion.both_pass + confusion.people_pass in (0, confusion.n):
        return None
    return _kappa(table)


def kappa_interval(confusion: Confusion, *, confidence: float = 0.95) -> Kappa | None:
    """Return kappa with its interval, None where it is undefined; `confidence` lies in (0, 1).

    The large-sample standard error of Fleiss, Cohen and Everitt (1969, "Large sample standard errors of kappa and
    weighted kappa", formula 13), of the table with one reply added to each of its four cells: as it stands it covers
    60 to 80% in small tables and shrinks to nothing in perfect ones, so corrected at least 92% from 12 replies on
    (simulated; the tests repeat it). The interval is widened to hold the estimate, and cut at -1 and 1.
    """
    estimate = kappa(confusion)
    if estimate is None:
        return None
    table = _table(confusion, 1.0)
    centre = _kappa(table)
    margin = NormalDist().inv_cdf((1 + confidence) / 2) * standard_error(table, confusion.n + 4)
    low, high = max(-1.0, centre - margin), min(1.0, centre + margin)
    return Kappa(estimate=estimate, low=min(low, estimate), high=max(high, estimate))


def standard_error(table: Sequence[Sequence[float]], n: float) -> float:
    """Return kappa's standard error from a table of shares; Fleiss, Cohen and Everitt 1969, formula 13."""
    rows: list[float] = [sum(row) for row in table]
    columns: list[float] = [sum(column) for column in zip(*table, strict=True)]
    by_chance = sum(row * column for row, column in zip(rows, columns, strict=True))
    disagreement: float = 1 - _kappa(table)
    same: float = math.fsum(table[i][i] * (1 - (rows[i] + columns[i]) * disagreement) ** 2 for i in (0, 1))
    other: float = disagreement**2 * math.fsum(table[i][1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1))
    correction = (1 - disagreement - by_chance * disagreement) ** 2
    variance: float = max(0.0, same + other - correction) / n
    return math.sqrt(variance) / (1 - by_chance)


def suggest_threshold(scores: Sequence[float], people: Sequence[bool], *, current: float) -> Suggestion | None:
    """Return the threshold that agrees best with people; None where kappa is undefined.

    Of thresholds that agree equally well the one nearest `current` is taken. Chosen on the replies it is measured on,
    its kappa flatters; `left_out` does not.
    """
    candidates = sorted(set(scores))
    counts = [Confusion.of(people, [score >= candidate for score in scores]) for candidate in candidates]
    best = _best(candidates, counts, current)
    if best is None:
        return None
    predicted: list[bool] = []
    for score, label in zip(scores, people, strict=True):
        without = [
            _less(count, label=label, passed=score >= candidate)
            for candidate, count in zip(candidates, counts, strict=True)
        ]
        chosen = _best(candidates, without, current)
        predicted.append(score >= (best[0] if chosen is None else chosen[0]))
    left_out = kappa(Confusion.of(people, predicted))
    return Suggestion(threshold=best[0], kappa=best[1], left_out=left_out)


def _best(candidates: Sequence[float], counts: Sequence[Confusion], current: float) -> tuple[float, float] | None:
    known = [
        (candidate, value)
        for candidate, count in zip(candidates, counts, strict=True)
        if (value := kappa(count)) is not None
    ]
    return max(known, key=lambda pair: (round(pair[1], 9), -abs(pair[0] - current)), default=None)


def _less(count: Confusion, *, label: bool, passed: bool) -> Confusion:
    """Take one reply out of the counts."""
    return Confusion(
        both_pass=count.both_pass - (label and passed),
        people_pass=count.people_pass - (label and not passed),
        judge_pass=count.judge_pass - (not label and passed),
        both_fail=count.both_fail - (not label and not passed),
    )


def _table(confusion: Confusion, added: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the shares of the four cells, people by row."""
    total = confusion.n + 4 * added
    cells = (confusion.both_pass, confusion.people_pass, confusion.judge_pass, confusion.both_fail)
    shares = [(cell + added) / total if total else 0.0 for cell in cells]
    return (shares[0], shares[1]), (shares[2], shares[3])


def _kappa(table: Sequence[Sequence[float]]) -> float:
    passed, judged = sum(table[0]), table[0][0] + table[1][0]
    by_chance = passed * judged + (1 - passed) * (1 - judged)
    return (table[0][0] + table[1][1] - by_chance) / (1 - by_chance)
