"""What a report counts: rates with their intervals, per run, tag and case, and the reason that decided."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pytest_aiassert.comparison import wilson
from pytest_aiassert.reports.figures import interval, percent
from pytest_aiassert.runs.records import CaseResult, EvalReport, Run, TrialRecord
from pytest_aiassert.verdict import Judging, Verdict

_CALL: Final = re.compile(r"(~?\w+)\(.*\)\Z", re.DOTALL)
_NAMED: Final = 3  # so many models are named in one sentence
_ORDER: Final = {"failed": 0, "error": 1, "passed": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Passes among `n`, with the bounds of a 95% Wilson interval; all three lie in [0, 1]."""

    passes: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """Passes over `n`, None where nothing was judged."""
        return self.passes / self.n if self.n else None

    def __str__(self) -> str:
        return f"{percent(self.share)} [{interval(self.low, self.high)}]" if self.n else percent(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTally:
    """One case of one run: its rate over trials, and the one reason that decided."""

    result: CaseResult
    rate: Rate
    reason: str
    cost: float | None
    tokens: int
    latency: float | None
    judging: Judging | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTally:
    """One run: `rate` counts cases, `trials` counts trials, `cases` has the worst first."""

    run: Run
    label: str
    cases: tuple[CaseTally, ...]
    rate: Rate
    errors: int
    trials: int
    trial_passes: int
    tags: tuple[tuple[str, Rate], ...]
    cost: float | None
    tokens: int
    latency: float | None
    slowest: float | None
    judging: Judging | None = None

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return self.rate.n - self.rate.passes

    @property
    def expected(self) -> int:
        """How many of the failures were expected."""
        return sum(case.result.outcome == "failed" and bool(case.result.expected) for case in self.cases)


def rate_of(passes: int, n: int) -> Rate:
    """Return the rate of `passes` among `n`; the interval is all of [0, 1] where n is 0."""
    low, high = wilson(passes, n)
    return Rate(passes=passes, n=n, low=low, high=high)


def tally(report: EvalReport) -> tuple[RunTally, ...]:
    """Count every run of a report."""
    labels = run_labels(report.runs)
    return tuple(_tally_run(run, label) for run, label in zip(report.runs, labels, strict=True))


def run_labels(runs: Sequence[Run]) -> list[str]:
    """Name runs by model; where models repeat, by the run's name or its number too."""
    models = [run.header.model or run.header.name or "run" for run in runs]
    named = [
        f"{model} ({run.header.name})" if models.count(model) > 1 and run.header.name else model
        for model, run in zip(models, runs, strict=True)
    ]
    return [
        f"{label} #{named[: position + 1].count(label)}" if named.count(label) > 1 else label
        for position, label in enumerate(named)
    ]


def all_notes(report: EvalReport) -> list[str]:
    """Return the notes of a report and of its runs, each once."""
    return list(dict.fromkeys([*report.notes, *(note for run in report.runs for note in run.notes)]))


def verdict_sentence(runs: Sequence[RunTally]) -> str:
    """Say in one sentence whether cases fail, how many, and on which model."""
    total = sum(len(run.cases) for run in runs)
    if not total:
        return "No cases ran."
    if all(run.rate.passes == len(run.cases) for run in runs):
        on = "" if len(runs) == 1 else f" on all {len(runs)} models"
        most = max(len(run.cases) for run in runs)
        return f"All {most} cases pass{on}." if most > 1 else f"The one case passes{on}."
    if len(runs) == 1:
        return _unmet(runs[0]) + "."
    if len(runs) <= _NAMED:
        return "; ".join(f"{run.label}: {_unmet(run)}" for run in runs) + "."
    unmet = sum(run.rate.passes < len(run.cases) for run in runs)
    return f"{unmet} of {len(runs)} models fail cases or could not be judged."


def _unmet(run: RunTally) -> str:
    total, failed, errors = len(run.cases), run.failed, run.errors
    nouns = "case" if total == 1 else "cases"
    if failed:
        fails = f"{failed} of {total} {nouns} fail{'s' if failed == 1 else ''}"
        if run.expected:
            fails += ", as expected" if run.expected == failed else f", {run.expected} of them as expected"
        return f"{fails}, {errors} could not be judged" if errors else fails
    return f"{errors} of {total} {nouns} could not be judged" if errors else f"all {total} {nouns} pass"


def failing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts with the failing ones first, otherwise in their order."""
    return sorted(verdicts, key=lambda verdict: verdict.passed)


def decisive_reason(result: CaseResult) -> str:
    """Return the reason most failing trials share, else what kept the case from being judged."""
    reason = _shared_reason(result)
    return f"{reason} (expected: {result.expected})" if result.expected and reason else reason


def _shared_reason(result: CaseResult) -> str:
    told = [_first_failure(trial) for trial in result.trials if trial.outcome == "failed"]
    failures = [(matcher, reason) for matcher, reason in told if reason]
    if failures:
        matcher = Counter(matcher for matcher, _ in failures).most_common(1)[0][0]
        return next(reason for name, reason in failures if name == matcher)
    if told:
        return result.message
    errors = [trial.message for trial in result.trials if trial.outcome == "error" and trial.message]
    return next(iter(errors), "" if result.outcome == "passed" else result.message)


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank quantile, None of no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def decisive(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Return the first failing verdict; where a single part made it fail, that part."""
    unmet = next((verdict for verdict in verdicts if not verdict.passed), None)
    while unmet is not None:
        parts = [part for part in unmet.parts if not part.passed]
        if len(parts) != 1:
            break
        unmet = parts[0]
    return unmet


def complaint(verdict: Verdict) -> str:
    """Return a failing verdict in brief: the matcher's name without arguments, and its reason."""
    call = _CALL.match(verdict.matcher)
    name = call[1] if call and len(verdict.parts) <= 1 else verdict.matcher
    return f"{name}: {verdict.reason}" if verdict.reason else name


def _first_failure(trial: TrialRecord) -> tuple[str, str]:
    unmet = decisive(trial.verdicts)
    return ("", trial.message) if unmet is None else (unmet.matcher, complaint(unmet))


def _tally_run(run: Run, label: str) -> RunTally:
    cases = sorted((_tally_case(case) for case in run.cases), key=_worst_first)
    judged = [case for case in cases if case.result.outcome != "error"]
    trials = [trial for case in run.cases for trial in case.trials]
    latencies = [trial.latency for trial in trials if trial.latency is not None]
    return RunTally(
        run=run,
        label=label,
        cases=tuple(cases),
        rate=_case_rate(judged),
        errors=len(cases) - len(judged),
        trials=sum(len(case.judged) for case in run.cases),
        trial_passes=sum(case.passes for case in run.cases),
        tags=_by_tag(judged),
        cost=_total(trial.cost for trial in trials),
        tokens=sum(trial.tokens for trial in trials),
        latency=quantile(latencies, 0.5),
        slowest=quantile(latencies, 0.95),
        judging=_judging(trials),
    )


def _tally_case(case: CaseResult) -> CaseTally:
    latencies = [trial.latency for trial in case.trials if trial.latency is not None]
    return CaseTally(
        result=case,
        rate=rate_of(case.passes, len(case.judged)),
        reason=decisive_reason(case),
        cost=_total(trial.cost for trial in case.trials),
        tokens=sum(trial.tokens for trial in case.trials),
        latency=quantile(latencies, 0.5),
        judging=_judging(case.trials),
    )


def _judging(trials: Iterable[TrialRecord]) -> Judging | None:
    return Judging.total(trial.judging for trial in trials if trial.judging is not None)


def _case_rate(cases: Sequence[CaseTally]) -> Rate:
    return rate_of(sum(case.result.outcome == "passed" for case in cases), len(cases))


def _by_tag(cases: Sequence[CaseTally]) -> tuple[tuple[str, Rate], ...]:
    tags: dict[str, list[CaseTally]] = {}
    for case in cases:
        for tag in dict.fromkeys(case.result.tags):
            tags.setdefault(tag, []).append(case)
    rates = [(tag, _case_rate(members)) for tag, members in tags.items()]
    return tuple(sorted(rates, key=lambda pair: (pair[1].share or 0.0, -pair[1].n, pair[0])))


def _worst_first(case: CaseTally) -> tuple[int, float, float, str]:
    return _ORDER[case.result.outcome], case.rate.share or 0.0, -case.result.weight, case.result.id


def _total(costs: Iterable[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known else None
