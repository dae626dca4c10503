"""`aiassert calibrate`: does a judge agree with people?"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import BadRequestError, ProviderError
from assistant.messages import Completion
from assistant.protocols import Provider
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.cli.calibration import Calibration, Judged, check_path, to_lines, write
from pytest_aiassert.cli.exit_codes import BAD_INPUT, BELOW, INTERRUPTED
from pytest_aiassert.cli.screen import complain, progress, show
from pytest_aiassert.errors import CassetteMissError, JudgeError, UsageError
from pytest_aiassert.integration.models import check_spec, is_replay, open_judge
from pytest_aiassert.judges.agreement import Confusion, kappa_interval, suggest_threshold
from pytest_aiassert.judges.judging import JudgedBy, judged_by
from pytest_aiassert.judges.labels import FEWEST, Label, read_labels
from pytest_aiassert.judges.rubric import read_scale, read_threshold
from pytest_aiassert.judges.setup import JudgeSetup, hearing, use_judges
from pytest_aiassert.verdict import Judging
from pytest_aiassert.wording import plural


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateOptions:
    """What the user asked of `aiassert calibrate`."""

    judge: str
    rubric: str | None = None
    threshold: float | None = None
    label_threshold: float | None = None
    scale: tuple[float, float] = (0, 1)
    votes: int = 1
    min_kappa: float | None = None
    reports: tuple[Path, ...] = ()
    cassette: Path | None = None
    max_tokens: int | None = None
    timeout: float = 600.0


def calibrate(path: Path, options: CalibrateOptions) -> int:
    """Ask the judge of every labelled reply, and show how well it agrees; returns the exit code.

    Its answers are recorded as they come, and are not asked for again.
    """
    scale = read_scale("--scale", options.scale)
    threshold = read_threshold("--threshold", options.threshold, scale)
    _check(options)
    people = threshold if options.label_threshold is None else options.label_threshold
    labels = read_labels(path, threshold=people, scale=scale if options.label_threshold is None else None)
    matchers = [_matcher(label, path, options) for label in labels]
    cassette = options.cassette or path.with_name(f"{path.stem}.judge.json")
    heard: list[Judging] = []
    judged: list[Judged] = []
    try:
        with _judge(options.judge, cassette) as model, hearing(heard.append):
            with progress(f"judging with {model()}", len(labels)) as advance:
                for label, matcher in zip(labels, matchers, strict=True):
                    judged.append(_ask(label, matcher))
                    advance(label.where, 1)
            name = model()
    except (_StopError, KeyboardInterrupt) as error:
        complain(_stopped(error, options, len(judged), len(labels), cassette))
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else BAD_INPUT
    done = _calibration(path, options, judged, judge=name, threshold=threshold, judging=Judging.total(heard))
    show(to_lines(done))
    for report in options.reports:
        write(done, report)
        show([f"wrote {report}"])
    return _exit_code(done, options)


def _check(options: CalibrateOptions) -> None:
    if options.min_kappa is not None and not -1 <= options.min_kappa <= 1:
        raise UsageError(f"--min-kappa {options.min_kappa:g}: kappa lies in -1 to 1")
    if not is_replay(options.judge):
        check_spec(options.judge, record="new", allow_network=True)
    for report in options.reports:
        check_path(report)


def _matcher(label: Label, path: Path, options: CalibrateOptions) -> JudgedBy:
    rubric = label.rubric or options.rubric
    if not rubric:
        raise UsageError(f"{path}:{label.line}: no rubric; give --rubric TEXT, or a column 'rubric'")
    return judged_by(
        rubric,
        threshold=options.threshold,
        scale=options.scale,
        votes=options.votes,
        prompt=label.prompt,
        reference=label.reference,
        parameters=None if options.max_tokens is None else {"max_tokens": options.max_tokens},
        timeout=options.timeout,
    )


@contextmanager
def _judge(spec: str, cassette: Path) -> Generator[Callable[[], str]]:
    """Let judges ask a model whose answers are kept in a cassette; yields what tells the model's name."""
    provider = open_judge(spec, cassette=cassette, record="none" if is_replay(spec) else "new")
    try:
        with use_judges(JudgeSetup(provider_for=_only(provider))):
            yield lambda: provider.model
    finally:
        provider.close()


def _only(provider: Provider) -> Callable[[str], Provider]:
    return lambda _spec: provider


class _StopError(Exception):
    """Nothing more can be judged; what was judged so far is kept."""


def _ask(label: Label, matcher: JudgedBy) -> Judged:
    try:
        verdict = matcher.check(Completion(text=label.reply))
    except JudgeError as error:
        cause = error.__cause__
        if isinstance(cause, ProviderError) and not isinstance(cause, BadRequestError):
            raise _StopError(f"{label.where}: {error}") from error
        return Judged(label=label, reason=str(error))
    except CassetteMissError as error:
        raise _StopError(f"{label.where}: no answer is recorded to this; ask a live judge with --judge") from error
    scale = matcher.scale
    score = scale.low + verdict.score * (scale.high - scale.low)
    return Judged(label=label, score=round(score, 9), passed=verdict.passed, reason=verdict.reason.partition(": ")[2])


def _stopped(error: BaseException, options: CalibrateOptions, done: int, total: int, cassette: Path) -> str:
    what = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
    kept = f"{done} of {plural(total, 'reply', 'replies')} judged"
    if is_replay(options.judge):
        return f"{what}; {kept}"
    return f"{what}; {kept}, the answers are in {cassette}; run the same command again to continue"


def _calibration(
    path: Path,
    options: CalibrateOptions,
    judged: Sequence[Judged],
    *,
    judge: str,
    threshold: float,
    judging: Judging | None,
) -> Calibration:
    counted = [each for each in judged if each.passed is not None]
    people = [each.label.passed for each in counted]
    confusion = Confusion.of(people, [bool(each.passed) for each in counted])
    if len(counted) < FEWEST:
        first = next(each for each in judged if each.passed is None)
        raise UsageError(
            f"{path}: only {plural(len(counted), 'reply', 'replies')} of {len(judged)} could be judged, {FEWEST} are "
            f"needed; the first that could not is {first.label.where}: {first.reason}"
        )
    found = kappa_interval(confusion)
    if found is None:
        raise UsageError(f"{path}: what could be judged has one label only, so kappa is undefined; add others")
    scores = [each.score for each in counted if each.score is not None]
    return Calibration(
        labels=path.name,
        judge=judge,
        rubric=options.rubric or "(a column of the labels)",
        threshold=threshold,
        scale=options.scale,
        votes=options.votes,
        judged=tuple(judged),
        confusion=confusion,
        kappa=found,
        suggestion=suggest_threshold(scores, people, current=threshold),
        min_kappa=options.min_kappa,
        judging=judging,
    )


def _exit_code(done: Calibration, options: CalibrateOptions) -> int:
    for each in done.judged:
        if each.passed is None:
            complain(redact(f"{each.label.where} could not be judged and is not counted: {each.reason}"))
    if options.min_kappa is not None and done.kappa.estimate < options.min_kappa:
        complain(f"kappa {done.kappa.estimate:.2f} is below --min-kappa {options.min_kappa:g}")
        return BELOW
    return 0
