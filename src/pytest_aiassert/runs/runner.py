"""Runs the cases of a golden set against a provider, without pytest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from assistant.errors import AssistantError, AuthenticationError, ProviderConnectionError
from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.judges.setup import hearing
from pytest_aiassert.runs.records import CaseResult, TrialOutcome, TrialRecord, Turn
from pytest_aiassert.runs.rules import decide
from pytest_aiassert.verdict import Judging

if TYPE_CHECKING:
    from assistant.messages import Completion
    from assistant.protocols import Provider
    from pytest_aiassert.case import Case
    from pytest_aiassert.verdict import Verdict

ProviderFor: TypeAlias = Callable[["Case"], AbstractContextManager["Provider"]]
OnTrial: TypeAlias = Callable[[CaseResult, TrialRecord], None]
Clock: TypeAlias = Callable[[], float]


def run_cases(
    cases: Iterable[Case],
    provider_for: ProviderFor,
    *,
    samples: int | Callable[[Case], int] = 1,
    min_pass_rate: float = 1.0,
    model: str = "",
    done: Mapping[str, CaseResult] | None = None,
    on_trial: OnTrial | None = None,
    clock: Clock = time.perf_counter,
) -> Iterator[CaseResult]:
    """Run each case `samples` times, and yield its result.

    All samples are run, for curtailed trials would bias a comparison. A provider or matcher that cannot do its work
    makes an `error` trial; a provider that nobody answers at, or that refuses the key, before any reply has come,
    raises its ProviderError. `min_pass_rate` in [0, 1] holds for cases without their own. Trials in `done`, by case
    id, are kept and not repeated. `on_trial` hears of every new trial as it ends.
    """
    judge = _Judge(clock)
    for case in cases:
        frame = frame_of(case, samples if isinstance(samples, int) else samples(case), min_pass_rate, model)
        earlier = done.get(case.id) if done else None
        trials = list(earlier.trials) if earlier else []
        for trial in judge.trials(case, provider_for, range(len(trials) + 1, frame.planned + 1)):
            trials.append(trial)
            if on_trial:
                on_trial(frame, trial)
        yield close_case(frame, trials)


def frame_of(case: Case, planned: int, min_pass_rate: float, model: str = "") -> CaseResult:
    """Return a case's result before its first trial."""
    return CaseResult(
        id=case.id,
        outcome="error",
        bar=min_pass_rate if case.min_pass_rate is None else case.min_pass_rate,
        planned=planned,
        tags=case.tags,
        weight=case.weight,
        fingerprint=case.fingerprint,
        model=model,
    )


def close_case(frame: CaseResult, trials: Iterable[TrialRecord]) -> CaseResult:
    """Return a case with its trials and their outcome; `error` where errors left too few to decide."""
    case = replace(frame, trials=tuple(trials))
    count = len(case.judged)
    outcome = decide(case.passes, count - case.passes, bar=case.bar, samples=case.planned)
    if outcome is not None and count:
        return replace(case, outcome=outcome)
    first = next((f": {trial.message}" for trial in case.trials if trial.outcome == "error"), "")
    return replace(case, outcome="error", message=f"{count} of {case.planned} trials were judged{first}")


class _Judge:
    """Makes trials; remembers whether any reply has come."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answered = False

    def trials(self, case: Case, provider_for: ProviderFor, indexes: range) -> Iterator[TrialRecord]:
        """Open a case's provider and ask it; one that cannot be opened makes one error."""
        if not indexes:
            return
        started = self._clock()
        try:
            opened = provider_for(case)
        except AIAssertError as error:
            yield self._error(case, indexes[0], started, str(error))
            return
        with opened as provider:
            for index in indexes:
                yield self.trial(case, provider, index)

    def trial(self, case: Case, provider: Provider, index: int) -> TrialRecord:
        """Ask once and judge the reply."""
        started = self._clock()
        try:
            reply = provider.complete(case.messages, **case.parameters)
        except (AuthenticationError, ProviderConnectionError) as error:
            if not self._answered:
                raise
            return self._error(case, index, started, str(error))
        except (AssistantError, AIAssertError) as error:
            return self._error(case, index, started, str(error))
        self._answered = True
        turns = (Turn(messages=case.messages, reply=reply),)
        heard: list[Judging] = []
        with hearing(heard.append):
            verdicts, problem = _verdicts(case, reply)
        judging = Judging.total(heard)
        if problem:
            unjudged = self._error(case, index, started, problem)
            return replace(unjudged, turns=turns, verdicts=verdicts, judging=judging)
        outcome: TrialOutcome = "passed" if all(verdict.passed for verdict in verdicts) else "failed"
        return TrialRecord(
            case=case.id,
            index=index,
            outcome=outcome,
            score=sum(v.score for v in verdicts) / len(verdicts) if verdicts else 1.0,
            turns=turns,
            verdicts=verdicts,
            duration=self._clock() - started,
            judging=judging,
        )

    def _error(self, case: Case, index: int, started: float, message: str) -> TrialRecord:
        return TrialRecord(
            case=case.id,
            index=index,
            outcome="error",
            score=0.0,
            message=message,
            duration=self._clock() - started,
        )


def _verdicts(case: Case, reply: Completion) -> tuple[tuple[Verdict, ...], str]:
    """Return the verdicts, and why there are not more of them."""
    found: list[Verdict] = []
    for check in case.checks:
        try:
            found.append(check.check(reply))
        except AIAssertError as error:
            return tuple(found), f"{check!r} cannot judge: {error}"
        except Exception as error:  # noqa: BLE001 - a broken matcher must not lose the trials of all other cases
            return tuple(found), f"{check!r} broke: {type(error).__name__}: {error}"
    return tuple(found), ""
