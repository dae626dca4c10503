"""What a session leaves behind: runs, reports, a comparison, and lines for the terminal."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.integration.naming import folder_name, name_among
from pytest_aiassert.integration.settings import EvalSettings
from pytest_aiassert.runs.records import CaseResult, EvalReport, Run, RunHeader

if TYPE_CHECKING:
    from pytest_aiassert.comparison import Comparison
    from pytest_aiassert.runs import RunWriter


class Outputs:
    """Collects results as tests finish; trials are saved at once, all else when the session ends."""

    def __init__(self, settings: EvalSettings, name: str) -> None:
        self._settings = settings
        self._name = name
        self.fingerprints: tuple[str, ...] = ()
        """Those of all cases that will run; none under xdist, where the workers collect."""
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._results: dict[str, list[CaseResult]] = {}
        self._writers: dict[str, RunWriter] = {}
        self._scope = ExitStack()
        self._baseline = self._load_baseline()
        self._report: EvalReport | None = None
        self._comparisons: list[Comparison] = []
        self._written: list[Path] = []
        self._problems: list[str] = []
        self._refuse_existing()

    @property
    def has_results(self) -> bool:
        """Whether any marked test was judged, or something went wrong."""
        return bool(self._results or self._problems)

    @property
    def must_fail(self) -> bool:
        """Whether the comparison or a file that could not be written fails the session."""
        regressed = any(comparison.verdict == "regression" for comparison in self._comparisons)
        return bool(self._problems) or (self._settings.fail_on == "regression" and regressed)

    def add(self, result: CaseResult) -> None:
        """Take the result of one test, and save its trials; what is kept holds no secrets."""
        from pytest_aiassert.runs.lines import without_secrets

        result = without_secrets(result)
        self._results.setdefault(result.model, []).append(result)
        if self._settings.save_run is None:
            return
        try:
            writer = self._writers.get(result.model) or self._open_writer(result.model)
            writer.write_case(result)
        except AIAssertError as error:
            self.complain(str(error))

    def complain(self, problem: str) -> None:
        """Note what goes wrong beside the tests; it is shown at the end, and fails the session."""
        if problem not in self._problems:
            self._problems.append(problem)

    def finish(self, duration: float, sections: tuple[tuple[str, str], ...]) -> None:
        """Compare with the baseline and write the reports; `duration` is in seconds."""
        self._scope.close()
        self._written += [writer.path for writer in self._writers.values()]
        if not self._results:
            return
        runs = tuple(Run(header=self._header(model), cases=tuple(found)) for model, found in self._results.items())
        self._compare(runs)
        notes = tuple(comparison.summary for comparison in self._comparisons)
        self._report = EvalReport(title=self._name, runs=runs, duration=duration, notes=notes, sections=sections)
        self._write_reports(self._report)

    def lines(self, *, width: int, colour: bool, verbosity: int) -> list[str]:
        """Return what the terminal shows."""
        from pytest_aiassert.reports import terminal_lines

        lines: list[str] = []
        if self._report is not None:
            lines += terminal_lines(self._report, width=width, colour=colour, verbosity=verbosity)
        for comparison in self._comparisons:
            from pytest_aiassert.reports import comparison_lines

            lines += ["", *comparison_lines(comparison, width=width, colour=colour)]
        lines += [f"wrote {_relative(path)}" for path in self._written]
        return [*lines, *(f"ERROR: {problem}" for problem in self._problems)]

    def _compare(self, runs: tuple[Run, ...]) -> None:
        if self._baseline is None:
            return
        from pytest_aiassert.comparison import compare_runs

        for run in runs:
            try:
                self._comparisons.append(compare_runs(self._baseline, run))
            except AIAssertError as error:
                self.complain(str(error))

    def _write_reports(self, report: EvalReport) -> None:
        from pytest_aiassert.reports import write_report

        for path in self._settings.reports:
            try:
                write_report(report, path)
                self._written.append(path)
            except AIAssertError as error:
                self.complain(str(error))

    def _header(self, model: str) -> RunHeader:
        from pytest_aiassert.runs import run_header

        return run_header(
            name=self._name,
            model=name_among(model, self._settings.providers),
            provider=model,
            started=self._started,
            fingerprints=self.fingerprints,
        )

    def _open_writer(self, model: str) -> RunWriter:
        from pytest_aiassert.runs import RunWriter

        writer = self._scope.enter_context(RunWriter(self._run_path(model), self._header(model)))
        self._writers[model] = writer
        return writer

    def _run_path(self, model: str) -> Path:
        assert self._settings.save_run is not None
        name = folder_name(name_among(model, self._settings.providers))
        return Path(str(self._settings.save_run).replace("{model}", name))

    def _load_baseline(self) -> Run | None:
        if self._settings.baseline is None:
            return None
        from pytest_aiassert.runs import load_run

        try:
            return load_run(self._settings.baseline)
        except AIAssertError as error:
            raise pytest.UsageError(f"--ai-baseline: {error}") from error

    def _refuse_existing(self) -> None:
        if self._settings.save_run is None:
            return
        paths: list[Path] = []
        for spec in self._settings.providers:
            path = self._run_path(spec)
            if path in paths:
                raise pytest.UsageError(f"--ai-save-run: {path} would hold the runs of several models; run them apart")
            paths.append(path)
            if os.path.lexists(path):  # Path.exists raises for a name that is too long
                raise pytest.UsageError(f"--ai-save-run: {path} exists and is not overwritten; choose another path")


def _relative(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
