"""Runs one item as several trials, and reports them to pytest as one test.

The first trial is the item itself; the others are sibling clones with fresh function-scoped fixtures, run through
pytest's public hooks. The only private name of pytest used is `_fixtureinfo`, in `_clone`.
"""

from __future__ import annotations

import bdb
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import pytest

from assistant.errors import AssistantError
from pytest_aiassert.errors import AIAssertError, TrafficRefusedError
from pytest_aiassert.integration.evaluation import EVALUATION, Evaluation
from pytest_aiassert.runs.records import CaseOutcome, CaseResult, TrialOutcome

Phase: TypeAlias = Literal["setup", "call", "teardown"]
TrialEnd: TypeAlias = TrialOutcome | Literal["skipped", "broken"]

_ERRORS: Final = (AIAssertError, AssistantError, TrafficRefusedError)
"""What keeps a trial from being judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialReports:
    """The reports of one trial; `call` is None where set-up failed or skipped."""

    setup: pytest.TestReport
    call: pytest.TestReport | None
    teardown: pytest.TestReport
    outcome: TrialEnd


def run_trials(item: pytest.Item, nextitem: pytest.Item | None, evaluation: Evaluation) -> list[pytest.TestReport]:
    """Run trials until the outcome is decided; return the reports that stand for all of them."""
    done: list[TrialReports] = []
    trial: pytest.Item | None = item
    try:
        while trial is not None:
            reports, trial = _run_once(trial, nextitem, evaluation)
            done.append(reports)
    except BaseException:  # Ctrl-C, or the end of the session; what was recorded stands, and it goes on its way
        _close(evaluation, broken=True)
        raise
    problem = _close(evaluation, broken=evaluation.counts["error"] > 0)
    return _combine(done, evaluation, problem)


def _close(evaluation: Evaluation, *, broken: bool) -> str:
    """Close the item's providers; return what went wrong."""
    try:
        evaluation.close(broken=broken)
    except (AIAssertError, AssistantError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def outcome_of(evaluation: Evaluation) -> CaseOutcome:
    """Say how the trials so far come out; `error` where errors left too few to decide."""
    if _is_undecided(evaluation):
        return "passed" if evaluation.plan.undecided == "pass" else "failed"
    return evaluation.decided or "error"


def _is_undecided(evaluation: Evaluation) -> bool:
    """Whether all trials were judged and have not shown what a sequential test asks."""
    judged = evaluation.counts["passed"] + evaluation.counts["failed"]
    return evaluation.decided is None and judged == evaluation.plan.samples


def result_of(evaluation: Evaluation, reports: Sequence[pytest.TestReport] = (), *, message: str = "") -> CaseResult:
    """Return what is kept of the item: its trials, their outcome, and why a failure was expected."""
    plan = evaluation.plan
    return CaseResult(
        id=evaluation.case_id,
        outcome=outcome_of(evaluation),
        trials=tuple(evaluation.trials),
        bar=plan.bar,
        planned=plan.samples,
        tags=plan.tags,
        weight=plan.weight,
        fingerprint=plan.fingerprint,
        model=evaluation.model,
        message=message,
        expected=next((report.wasxfail for report in reports if report.skipped and hasattr(report, "wasxfail")), ""),
    )


def _clone(item: pytest.Item, evaluation: Evaluation) -> pytest.Item:
    source: Any = item
    arguments: dict[str, Any] = {"name": item.name, **getattr(item, "own_arguments", {})}
    if isinstance(item, pytest.Function):
        arguments |= {
            "callspec": getattr(item, "callspec", None),
            "fixtureinfo": source._fixtureinfo,  # noqa: SLF001 - the one private name; a test runs it on each pytest
            "originalname": item.originalname,
        }
    clone = type(source).from_parent(item.parent, **arguments)
    clone.own_markers[:] = item.own_markers
    if isinstance(item, pytest.Function) and isinstance(clone, pytest.Function):
        clone.fixturenames = item.fixturenames  # a marker may have asked for one more
    clone.stash[EVALUATION] = evaluation
    return clone  # type: ignore[no-any-return]  # from_parent is untyped across item types


def _run_once(
    item: pytest.Item, nextitem: pytest.Item | None, evaluation: Evaluation
) -> tuple[TrialReports, pytest.Item | None]:
    """Run one trial; returns its reports, and the sibling that is to run next, if any."""
    setup_call, setup = _phase(item, "setup")
    called: pytest.TestReport | None = None
    outcome: TrialEnd
    if setup_call.excinfo is None:
        called, outcome = _call(item, evaluation)
    else:
        outcome = "skipped" if setup.skipped else "broken"
        if setup_call.excinfo.errisinstance(_ERRORS):
            evaluation.finish_trial("error", duration=setup.duration, message=_message(setup_call))
        _interact(item, setup_call, setup, evaluation)
    following = None if _is_over(outcome, evaluation) else _clone(item, evaluation)
    _, teardown = _phase(item, "teardown", nextitem=following or nextitem)
    released: Any = item
    if hasattr(released, "funcargs"):
        released.funcargs = None
    return TrialReports(setup=setup, call=called, teardown=teardown, outcome=outcome), following


def _call(item: pytest.Item, evaluation: Evaluation) -> tuple[pytest.TestReport, TrialEnd]:
    call, report = _phase(item, "call")
    outcome = _judge(call, report)
    if outcome == "skipped":
        return report, outcome
    message = _message(call)
    if not all(verdict.passed for verdict in evaluation.recorder.verdicts):
        message = message.partition("\n")[0]  # the verdicts tell the rest
    evaluation.finish_trial(outcome, duration=report.duration, message=message)
    if outcome != "passed" and outcome_of(evaluation) != "passed":
        _interact(item, call, report, evaluation)
    return report, outcome


def _phase(item: pytest.Item, when: Phase, **arguments: Any) -> tuple[pytest.CallInfo[None], pytest.TestReport]:
    hook = getattr(item.ihook, f"pytest_runtest_{when}")
    reraise: tuple[type[BaseException], ...] = (pytest.exit.Exception,)
    if not item.config.getoption("usepdb", default=False):
        reraise += (KeyboardInterrupt,)
    call = pytest.CallInfo.from_call(lambda: hook(item=item, **arguments), when=when, reraise=reraise)
    return call, item.ihook.pytest_runtest_makereport(item=item, call=call)


def _judge(call: pytest.CallInfo[None], report: pytest.TestReport) -> TrialOutcome | Literal["skipped"]:
    if call.excinfo is None:
        return "passed"  # also where a strict xfail calls that a failure: it is for the bar to decide
    if report.skipped and not hasattr(report, "wasxfail"):
        return "skipped"
    if call.excinfo.errisinstance(_ERRORS):
        return "error"
    return "failed"


def _interact(
    item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, evaluation: Evaluation
) -> None:
    """Offer the failure to debuggers, but only the one that decides."""
    undecided = outcome_of(evaluation) == "error" and len(evaluation.trials) < evaluation.plan.samples
    expected = hasattr(report, "wasxfail") or report.skipped
    if not (undecided or expected or isinstance(call.excinfo and call.excinfo.value, bdb.BdbQuit)):
        item.ihook.pytest_exception_interact(node=item, call=call, report=report)


def _is_over(outcome: str, evaluation: Evaluation) -> bool:
    if outcome in ("skipped", "broken", "error"):
        return True  # the next trial would meet the same
    if len(evaluation.trials) == evaluation.plan.samples:
        return True
    return evaluation.plan.curtailed and outcome_of(evaluation) != "error"


def _message(call: pytest.CallInfo[None]) -> str:
    if call.excinfo is None:
        return ""
    text = str(call.excinfo.value)
    return text if call.excinfo.errisinstance(AssertionError) else f"{call.excinfo.typename}: {text}"


def _combine(done: list[TrialReports], evaluation: Evaluation, problem: str) -> list[pytest.TestReport]:
    last = done[-1]
    setup = last.setup if last.call is None else done[0].setup
    setup.duration = sum(trial.setup.duration for trial in done)
    failed_teardown = next((trial.teardown for trial in done if not trial.teardown.passed), None)
    teardown = failed_teardown or last.teardown
    if problem and failed_teardown is None:
        teardown.outcome, teardown.longrepr = "failed", problem
    teardown.duration = sum(trial.teardown.duration for trial in done)
    reports = [setup, teardown]
    if last.call is not None:
        call = _deciding(done, evaluation)
        call.duration = sum(trial.call.duration for trial in done if trial.call is not None)
        reports.insert(1, call)
    teardown.user_properties.extend(_properties(evaluation))
    return reports


def _deciding(done: list[TrialReports], evaluation: Evaluation) -> pytest.TestReport:
    """Return the call report that speaks for the item."""
    last = done[-1]
    assert last.call is not None
    outcome = outcome_of(evaluation)
    if last.outcome == "skipped":
        return last.call
    if outcome == "passed" and last.call.passed:
        return last.call
    report = next((trial.call for trial in done if trial.outcome == outcome and trial.call is not None), last.call)
    if outcome == "passed":
        return report
    if evaluation.plan.samples > 1:
        _headline(report, evaluation)
    if _is_undecided(evaluation):
        _undecided(report, evaluation)
    return report


def _undecided(report: pytest.TestReport, evaluation: Evaluation) -> None:
    """Let a report say that the trials have shown neither; its own trial may have passed."""
    if evaluation.plan.undecided == "xfail":
        report.outcome, report.longrepr = "skipped", None
        report.wasxfail = f"reason: {_standing(evaluation)}"
    elif report.passed:
        report.outcome, report.longrepr = "failed", _standing(evaluation)


def _standing(evaluation: Evaluation) -> str:
    """Say how many trials passed, and what was needed."""
    errors = evaluation.counts["error"]
    text = f"{evaluation.counts['passed']} of {len(evaluation.trials) - errors} trials passed, "
    text += f"undecided: {evaluation.plan.rule.told()}" if _is_undecided(evaluation) else evaluation.plan.rule.told()
    return f"{text}; {errors} could not be judged" if errors else text


def _headline(report: pytest.TestReport, evaluation: Evaluation) -> None:
    """Put the count of trials first in a failure that was one trial's."""
    plan, trials = evaluation.plan, evaluation.trials
    text = _standing(evaluation)
    representation: Any = report.longrepr
    crash = getattr(representation, "reprcrash", None)
    if crash is not None:
        crash.message = f"{text}: {crash.message}"
    elif isinstance(representation, str):
        report.longrepr = f"{text}: {representation}"
    lines = [f"{text} (min_pass_rate={plan.bar:g}); shown above: one trial that did not"]
    lines += [f"trial {t.index}: {t.outcome}{_first_line(t.message)}" for t in trials]
    report.sections.append(("AI trials", "\n".join(lines)))


def _first_line(message: str) -> str:
    line = message.strip().splitlines()[0] if message.strip() else ""
    return f" - {line[:160]}" if line else ""


def _properties(evaluation: Evaluation) -> list[tuple[str, object]]:
    counts = evaluation.counts
    return [
        ("ai_model", evaluation.model),
        ("ai_trials", counts["passed"] + counts["failed"]),
        ("ai_passes", counts["passed"]),
        ("ai_min_pass_rate", evaluation.plan.bar),
    ]
