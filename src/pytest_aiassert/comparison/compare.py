"""Says whether run B is worse than run A, by how much, where, and what it cost.

The estimand is the mean per-case difference of pass rates, B − A, weighted by the cases' weights: what the author of
a golden set calls twice as important counts twice. Inference is over these cases: version labels are permuted within
each case, so trials of different cases are never pooled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pytest_aiassert.comparison.pairing import CasePair, Pairing, pair_by_case
from pytest_aiassert.comparison.statistics import Counts, holm, mean_difference, permutation, shift_interval
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import cut, plural

if TYPE_CHECKING:
    from pytest_aiassert.runs.records import CaseOutcome, CaseResult, Run, RunHeader, TrialRecord

ComparisonVerdict: TypeAlias = Literal["regression", "no regression", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How the pass rate moved over some cases: `label` is `all cases` or a tag.

    Rates lie in [0, 1], `estimate` is B − A in [-1, 1], `low` and `high` its interval at `confidence`.
    `p_regression` and `p_improvement` are one-sided; `p_adjusted` is `p_regression` after Holm over all tags.
    `exact` is False where the permutation distribution was drawn.
    """

    label: str
    cases: int
    trials_a: int
    trials_b: int
    rate_a: float
    rate_b: float
    estimate: float
    low: float
    high: float
    confidence: float
    p_regression: float
    p_improvement: float
    p_adjusted: float
    verdict: ComparisonVerdict
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """A case whose pass rate moved; `reason` is one line from a failing trial of the worse side."""

    id: str
    passes_a: int
    trials_a: int
    passes_b: int
    trials_b: int
    outcome_a: CaseOutcome
    outcome_b: CaseOutcome
    difference: float
    weight: float = 1.0
    tags: tuple[str, ...] = ()
    reason: str = ""

    @property
    def worse(self) -> bool:
        """True where B passes less often than A."""
        return self.difference < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A mean per trial over the paired cases, such as latency; None where no trial has it."""

    name: str
    unit: str
    a: float | None
    b: float | None

    @property
    def difference(self) -> float | None:
        """B − A, None where either is unknown."""
        return None if self.a is None or self.b is None else self.b - self.a


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs paired by case; `changes` holds the worse cases first, `summary` the verdict in words."""

    a: RunHeader
    b: RunHeader
    verdict: ComparisonVerdict
    summary: str
    overall: Difference
    tags: tuple[Difference, ...]
    changes: tuple[CaseChange, ...]
    quantities: tuple[Quantity, ...]
    pairing: Pairing
    alpha: float
    margin: float
    notes: tuple[str, ...] = ()


def compare_runs(a: Run, b: Run, *, alpha: float = 0.05, margin: float = 0.0) -> Comparison:
    """Compare run B with run A; `alpha` in (0, 0.5), `margin` in [0, 1) is the loss that may be ignored.

    A regression needs a one-sided p < alpha and an estimate of at most −margin; no regression needs the lower bound of
    the 1 − 2·alpha interval to lie above −margin; else the comparison is undecided.
    Tags are judged likewise after Holm's correction; they inform, the verdict is that of all cases.
    Raises UsageError for arguments out of range and for runs without a common case.
    """
    if not 0 < 2 * alpha < 1:
        raise UsageError(f"alpha is {alpha:g}; it must lie between 0 and 0.5, for example 0.05")
    if not 0 <= margin < 1:
        raise UsageError(f"margin is {margin:g}; it must be at least 0 and less than 1, for example 0.05 for 5 points")
    pairing = pair_by_case(a, b)
    if not pairing.pairs:
        raise UsageError(_nothing_in_common(a, b, pairing))
    overall = _difference("all cases", pairing.pairs, alpha, margin)
    return Comparison(
        a=a.header,
        b=b.header,
        verdict=overall.verdict,
        summary=_summary(a.header, b.header, overall, margin),
        overall=overall,
        tags=_by_tag(pairing.pairs, alpha, margin),
        changes=_changes(pairing.pairs),
        quantities=_quantities(pairing.pairs),
        pairing=pairing,
        alpha=alpha,
        margin=margin,
        notes=_notes(a, b, pairing),
    )


def _difference(label: str, pairs: Sequence[CasePair], alpha: float, margin: float) -> Difference:
    cases = [_counts(pair) for pair in pairs]
    distribution = permutation(cases)
    estimate = mean_difference(cases)
    low, high = shift_interval(cases, distribution, alpha=alpha)
    total = sum(case.weight for case in cases)
    p_regression = distribution.at_most(estimate)
    return Difference(
        label=label,
        cases=len(cases),
        trials_a=sum(case.trials_a for case in cases),
        trials_b=sum(case.trials_b for case in cases),
        rate_a=sum(case.weight * case.passes_a / case.trials_a for case in cases) / total,
        rate_b=sum(case.weight * case.passes_b / case.trials_b for case in cases) / total,
        estimate=estimate,
        low=low,
        high=high,
        confidence=1 - 2 * alpha,
        p_regression=p_regression,
        p_improvement=distribution.at_least(estimate),
        p_adjusted=p_regression,
        verdict=_verdict(p_regression, estimate, low, alpha, margin),
        exact=distribution.exact,
    )


def _counts(pair: CasePair) -> Counts:
    return Counts(
        passes_a=pair.a.passes,
        trials_a=len(pair.a.judged),
        passes_b=pair.b.passes,
        trials_b=len(pair.b.judged),
        weight=pair.b.weight,
    )


def _verdict(p: float, estimate: float, low: float, alpha: float, margin: float) -> ComparisonVerdict:
    if p < alpha and estimate < 0 and estimate <= -margin:
        return "regression"
    return "no regression" if low > -margin else "undecided"


def _by_tag(pairs: Sequence[CasePair], alpha: float, margin: float) -> tuple[Difference, ...]:
    tags = dict.fromkeys(tag for pair in pairs for tag in pair.b.tags)
    found = [_difference(tag, [p for p in pairs if tag in p.b.tags], alpha, margin) for tag in tags]
    adjusted = holm([difference.p_regression for difference in found])
    corrected = [
        replace(d, p_adjusted=p, verdict=_verdict(p, d.estimate, d.low, alpha, margin))
        for d, p in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(corrected, key=lambda d: (d.estimate, d.label)))


def _changes(pairs: Iterable[CasePair]) -> tuple[CaseChange, ...]:
    found = [
        CaseChange(
            id=pair.id,
            passes_a=pair.a.passes,
            trials_a=len(pair.a.judged),
            passes_b=pair.b.passes,
            trials_b=len(pair.b.judged),
            outcome_a=pair.a.outcome,
            outcome_b=pair.b.outcome,
            difference=pair.difference,
            weight=pair.b.weight,
            tags=pair.b.tags,
            reason=_why(pair.b if pair.difference < 0 else pair.a),
        )
        for pair in pairs
        if pair.difference
    ]
    return tuple(sorted(found, key=lambda change: (change.difference * change.weight, change.id)))


def _why(case: CaseResult) -> str:
    """Return the first complaint about a case, in one line."""
    for trial in case.judged:
        if trial.outcome != "failed":
            continue
        for verdict in trial.verdicts:
            if not verdict.passed:
                return _one_line(f"{_short_name(verdict.matcher)}: {verdict.reason}")
        if trial.message:
            return _one_line(trial.message)
    return ""


def _short_name(matcher: str, limit: int = 40) -> str:
    """Return how a matcher reads, without its arguments where they would fill the line."""
    return matcher if len(matcher) <= limit else matcher.partition("(")[0]


def _one_line(text: str) -> str:
    return cut(" ".join(text.split()))


def _quantities(pairs: Sequence[CasePair]) -> tuple[Quantity, ...]:
    return (
        _quantity("score", "", pairs, lambda trial: trial.score),
        _quantity("cost", "USD", pairs, lambda trial: trial.cost),
        _quantity("latency", "s", pairs, lambda trial: trial.latency),
        _quantity("tokens", "tokens", pairs, lambda trial: trial.tokens or None),
    )


def _quantity(name: str, unit: str, pairs: Sequence[CasePair], read: Callable[[TrialRecord], float | None]) -> Quantity:
    """Average within each case first, so that a case counts once however many trials it had."""
    means = [(_mean(map(read, pair.a.judged)), _mean(map(read, pair.b.judged))) for pair in pairs]
    means = [pair for pair in means if None not in pair] or means
    return Quantity(name=name, unit=unit, a=_mean(a for a, _ in means), b=_mean(b for _, b in means))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _summary(a: RunHeader, b: RunHeader, overall: Difference, margin: float) -> str:
    name_a, name_b = (a.model, b.model) if a.model != b.model else (f"A ({a.model})", f"B ({b.model})")
    points = abs(overall.estimate) * 100
    moved = (
        f"passes {points:.1f} points {'less' if overall.estimate < 0 else 'more'} than"
        if overall.estimate
        else "passes as much as"
    )
    figures = (
        f"{overall.rate_a:.1%} → {overall.rate_b:.1%}, {overall.confidence:.0%} interval of the difference "
        f"{overall.low * 100:+.1f} to {overall.high * 100:+.1f} points, {overall.cases} cases"
    )
    if overall.verdict == "regression":
        return f"Regression: {name_b} {moved} {name_a} ({figures}, p = {overall.p_regression:.2g})."
    if overall.verdict == "no regression":
        limit = f"; a loss of {margin * 100:g} points or more is ruled out" if margin else ""
        return f"No regression: {name_b} {moved} {name_a} ({figures}){limit}."
    advice = "more samples would tell" if margin else "name the loss you can accept with a margin, or take more samples"
    return (
        f"Undecided: {name_b} {moved} {name_a} ({figures}); this shows neither a regression nor its absence: {advice}."
    )


def _notes(a: Run, b: Run, pairing: Pairing) -> tuple[str, ...]:
    notes = [*a.notes, *b.notes]
    if a.header.name != b.header.name:
        notes.append(f"the runs are of different sets: {a.header.name!r} and {b.header.name!r}")
    if dict(a.header.parameters) != dict(b.header.parameters):
        notes.append(f"the parameters differ: {dict(a.header.parameters)} and {dict(b.header.parameters)}")
    if (judges := _judges(a)) != (others := _judges(b)):
        notes.append(f"different models judged, {_named(judges)} and {_named(others)}: a difference may be theirs")
    for what, ids in (
        ("only in A, not compared", pairing.only_a),
        ("only in B, not compared", pairing.only_b),
        ("changed prompt, parameters or checks, not compared", pairing.changed),
        ("nothing but errors in one run, not compared", pairing.unjudged),
    ):
        if ids:
            notes.append(f"{what}: {', '.join(ids)}")
    weights = [pair.id for pair in pairing.pairs if pair.a.weight != pair.b.weight]
    if weights:
        notes.append(f"weights differ, B's are used: {', '.join(weights)}")
    for label, run in (("A", a), ("B", b)):
        errors = sum(trial.outcome == "error" for case in run.cases for trial in case.trials)
        if errors:
            notes.append(f"{plural(errors, 'trial')} of {label} ended in an error and do not count")
    return tuple(notes)


def _nothing_in_common(a: Run, b: Run, pairing: Pairing) -> str:
    parts = [
        f"{len(ids)} {what}"
        for what, ids in (
            ("only in A", pairing.only_a),
            ("only in B", pairing.only_b),
            ("with changed prompt or checks", pairing.changed),
            ("with errors only", pairing.unjudged),
        )
        if ids
    ]
    found = ", ".join(parts) or "both are empty"
    return (
        f"no case can be compared between {a.header.name}/{a.header.model} and {b.header.name}/{b.header.model}: "
        f"{found}; compare runs of the same golden set"
    )


def _judges(run: Run) -> tuple[str, ...]:
    """Return the models that judged a run's trials."""
    judgings = (trial.judging for case in run.cases for trial in case.trials)
    return tuple(sorted({name for each in judgings if each for name in each.model.split(", ") if name}))


def _named(models: tuple[str, ...]) -> str:
    return ", ".join(models) or "none"
