"""`aiassert run`: a golden set against a model, live or replayed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_aiassert.case import Case
from pytest_aiassert.cli.exit_codes import INTERRUPTED
from pytest_aiassert.cli.judging import JudgesFor, judge_bench
from pytest_aiassert.cli.screen import colour, complain, progress, show, width
from pytest_aiassert.cli.selection import chosen_cases, model_label
from pytest_aiassert.errors import CassetteError, UsageError
from pytest_aiassert.golden import GoldenSet, load_golden
from pytest_aiassert.integration.models import check_spec, is_replay, open_provider
from pytest_aiassert.runs import CaseResult, EvalReport, Run, RunWriter, TrialRecord, run_cases, run_header
from pytest_aiassert.runs.lines import without_secrets
from pytest_aiassert.wording import plural

if TYPE_CHECKING:
    from assistant.protocols import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the user asked of `aiassert run`."""

    provider: str
    judge: str = "replay"
    samples: int | None = None
    min_pass_rate: float = 1.0
    save: Path | None = None
    resume: bool = False
    reports: tuple[Path, ...] = ()
    cases: tuple[str, ...] = ()
    model_name: str | None = None


def run_golden(path: Path, options: RunOptions) -> int:
    """Run a golden set, show and save what came out, and return the exit code."""
    started = time.perf_counter()
    golden = load_golden(path)
    cases = chosen_cases(golden, options.cases)
    check_spec(options.provider, allow_network=True)
    if not is_replay(options.judge):
        check_spec(options.judge, allow_network=True)
    label = model_label(golden, options.provider, options.model_name)
    _check_options(options)
    header = run_header(
        name=golden.name,
        model=label,
        provider=options.provider,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        fingerprints=[golden.fingerprint],
        parameters=golden.parameters,
    )
    counts = _samples(golden, label, options)
    results: list[CaseResult] = []
    interrupted = False
    with ExitStack() as scope:
        judges = scope.enter_context(judge_bench(golden, options.judge, label))
        provider_for = scope.enter_context(_providers(golden, options.provider, label, judges))
        writer = scope.enter_context(RunWriter(options.save, header, resume=options.resume)) if options.save else None
        done = {case.id: case for case in writer.resumed.cases} if writer and writer.resumed else {}
        advance = scope.enter_context(progress(label, sum(map(counts, cases))))

        def on_trial(frame: CaseResult, trial: TrialRecord) -> None:
            if writer:
                writer.write_trial(frame, trial)
            advance(frame.id, 1)

        try:
            for result in run_cases(
                cases,
                provider_for,
                samples=counts,
                min_pass_rate=options.min_pass_rate,
                model=label,
                done=done,
                on_trial=on_trial,
            ):
                results.append(without_secrets(result))
                if writer:
                    writer.write_case(result)
        except KeyboardInterrupt:
            interrupted = True
    run = Run(header=header, cases=tuple(results))
    _show(run, options, time.perf_counter() - started)
    if interrupted:
        _say_interrupted(options, len(results), len(cases))
        return INTERRUPTED
    return _exit_code(results)


def _check_options(options: RunOptions) -> None:
    if not 0 < options.min_pass_rate <= 1:
        raise UsageError(f"--min-pass-rate {options.min_pass_rate:g}: it must be more than 0 and at most 1")
    if options.resume and options.save is None:
        raise UsageError("--resume continues a saved run; name it with --save PATH")
    if options.resume and is_replay(options.provider):
        raise UsageError("--resume is for live models; a replay is quick, so remove the file and run again")
    from pytest_aiassert.reports import check_report_path

    for path in options.reports:
        check_report_path(path)


@contextmanager
def _providers(
    golden: GoldenSet, spec: str, label: str, judges: JudgesFor
) -> Generator[Callable[[Case], AbstractContextManager[Provider]]]:
    """Yield what opens a case's provider and judges: its own cassette, or one live connection for all."""
    with ExitStack() as scope:
        live = None if is_replay(spec) else scope.enter_context(closing(open_provider(spec, cassette=golden.folder)))

        def opened(case: Case) -> AbstractContextManager[Provider]:
            own = nullcontext(live) if live else closing(open_provider("replay", cassette=golden.cassette(label, case)))
            return _judged(own, judges(case))

        yield opened


@contextmanager
def _judged(provider: AbstractContextManager[Provider], judges: AbstractContextManager[None]) -> Generator[Provider]:
    with provider as opened, judges:
        yield opened


def _samples(golden: GoldenSet, label: str, options: RunOptions) -> Callable[[Case], int]:
    """Return how many trials a case gets: as asked, else as many as are recorded, else one."""
    asked = options.samples
    if asked is not None or not is_replay(options.provider):
        return lambda case: asked or 1  # noqa: ARG005 - the same for every case
    return lambda case: _recorded(golden.cassette(label, case))


def _recorded(path: Path) -> int:
    from pytest_aiassert.cassettes import Cassette

    try:
        return max(1, len(Cassette.load(path).exchanges))
    except CassetteError:
        return 1  # the trial will meet the same error, and say so


def _show(run: Run, options: RunOptions, duration: float) -> None:
    from pytest_aiassert.reports import terminal_lines, write_report

    report = EvalReport(title=run.header.name, runs=(run,), duration=duration)
    show(terminal_lines(report, width=width(), colour=colour(sys.stdout), verbosity=1))
    for path in options.reports:
        write_report(report, path)
    written = [*options.reports, *([options.save] if options.save else [])]
    show(f"wrote {path}" for path in written)


def _say_interrupted(options: RunOptions, done: int, total: int) -> None:
    kept = f"; finished trials are in {options.save}" if options.save else ""
    further = f"; continue with --save {options.save} --resume" if kept and not is_replay(options.provider) else ""
    complain(f"interrupted after {done} of {plural(total, 'case')}{kept}{further}")


def _exit_code(results: list[CaseResult]) -> int:
    errors = [trial for case in results for trial in case.trials if trial.outcome == "error"]
    if not errors:
        return 0
    complain(f"{plural(len(errors), 'trial')} could not be judged, the first in {errors[0].case}: {errors[0].message}")
    return 1
