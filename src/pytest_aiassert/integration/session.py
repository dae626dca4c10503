"""One `pytest --ai-eval` session: plans, results, the files it writes, and how it ends."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistant.errors import AssistantError
from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.integration.evaluation import EVALUATION, Evaluation, Judges, Purse
from pytest_aiassert.integration.markers import TrialPlan, plan_for
from pytest_aiassert.integration.models import check_spec, is_replay
from pytest_aiassert.integration.naming import MODEL_PARAMETER, case_id, model_id, parameters_of
from pytest_aiassert.integration.outputs import Outputs
from pytest_aiassert.integration.settings import EvalSettings, read_settings
from pytest_aiassert.integration.trials import result_of, run_trials
from pytest_aiassert.wording import cut

if TYPE_CHECKING:
    from pytest_aiassert.cassettes import RecordMode
    from pytest_aiassert.runs.records import CaseResult
    from pytest_aiassert.sandbox import Tier

SESSION = "aiassert-session"
"""The name under which a running evaluation is registered as a plugin."""

_PLAN: pytest.StashKey[TrialPlan] = pytest.StashKey()
_RESULT = "_aiassert_result"
_OURS = "_aiassert_marked"


def start(config: pytest.Config) -> None:
    """Read the settings and join the session; raises pytest.UsageError before anything runs."""
    settings = read_settings(config)
    for spec in settings.providers:  # whether a replay can be recorded is seen when the tests are known
        _check("--ai-provider", spec, "none" if is_replay(spec) or spec == "mock" else settings.record, settings)
    _check("--ai-judge", settings.judge, "none" if is_replay(settings.judge) else settings.record, settings)
    if settings.require_isolation is not None:
        _require_isolation(settings.require_isolation)
    session = EvalSession(config, settings)
    config.pluginmanager.register(session, SESSION)


def _check(option: str, spec: str, record: RecordMode, settings: EvalSettings) -> None:
    try:
        check_spec(spec, record=record, allow_network=settings.allow_network)
    except (AIAssertError, AssistantError) as error:
        raise pytest.UsageError(f"{option}: {error}") from error


def running_session(config: pytest.Config) -> EvalSession | None:
    """Return the session that --ai-eval started, None without it."""
    return cast("EvalSession | None", config.pluginmanager.get_plugin(SESSION))


def _require_isolation(tier: Tier) -> None:
    from pytest_aiassert import sandbox

    try:
        sandbox.require(tier)
    except AIAssertError as error:
        raise pytest.UsageError(f"--ai-require-isolation={tier}: {error}") from error


class EvalSession:
    """The hooks of a session with --ai-eval."""

    def __init__(self, config: pytest.Config, settings: EvalSettings) -> None:
        self.settings = settings
        self.purse = Purse(settings.budget)
        self.judges = Judges()
        self._config = config
        self._worker = hasattr(config, "workerinput")
        self._outputs = None if self._worker else Outputs(settings, _title(config))
        self._failures = {"ours": 0, "other": 0}
        self._started = time.perf_counter()

    def pytest_report_header(self) -> str:
        """Say who answers."""
        recording = "" if self.settings.record == "none" else f", recording {self.settings.record}"
        return f"ai-eval: {', '.join(self.settings.providers)}{recording}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Take golden sets for test files."""
        from pytest_aiassert.integration.golden_items import golden_file

        return golden_file(file_path, parent)

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every marked test that uses `ai` once for each provider."""
        specs = self.settings.providers
        marked = any(True for _ in metafunc.definition.iter_markers("ai_eval"))
        if len(specs) > 1 and marked and "ai" in metafunc.fixturenames:
            metafunc.fixturenames.append(MODEL_PARAMETER)
            metafunc.parametrize(MODEL_PARAMETER, specs, ids=[model_id(spec, specs) for spec in specs])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Check every marker before anything runs."""
        checked: set[str | None] = {None, "mock", "replay"}
        for item in items:
            plan = plan_for(item, self.settings)
            if plan is None:
                continue
            item.stash[_PLAN] = plan
            if plan.provider not in checked:
                self._check_marked(item, plan.provider or "")
                checked.add(plan.provider)
        self._check_recording(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell the outputs which cases were chosen."""
        if self._outputs is not None:
            plans = (item.stash.get(_PLAN, None) for item in session.items)
            self._outputs.fingerprints = tuple(plan.fingerprint for plan in plans if plan and plan.fingerprint)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a marked item as trials; leave all others to pytest."""
        plan = item.stash.get(_PLAN, None)
        if plan is None or item.config.getoption("setuponly", default=False):
            return None
        spec = self._spec(item, plan)
        evaluation = Evaluation(case_id=case_id(item, self.settings.providers), model=spec, plan=plan)
        item.stash[EVALUATION] = evaluation
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        try:
            reports = run_trials(item, nextitem, evaluation)
        except (KeyboardInterrupt, pytest.exit.Exception):
            self._keep_finished(evaluation)
            raise
        if evaluation.trials:
            self._attach(reports, result_of(evaluation, reports))
        for report in reports:
            setattr(report, _OURS, True)
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather results; under xdist they come from the workers."""
        if self._outputs is None:
            return
        result = getattr(report, _RESULT, None)
        if result is not None:
            from pytest_aiassert.runs.lines import unpack

            self._outputs.add(unpack(result) if isinstance(result, str) else result)
        if report.failed:
            self._failures["ours" if hasattr(report, _OURS) else "other"] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the files that were asked for, and decide how the session ends."""
        self.judges.close()
        if self._outputs is None:
            return
        self._outputs.finish(time.perf_counter() - self._started, self._sections(self._outputs))
        if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return
        if self.settings.fail_on != "failure" and not self._failures["other"]:
            session.exitstatus = pytest.ExitCode.OK
        if self._outputs.must_fail:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show results, comparison and where the files are."""
        if self._outputs is None or not self._outputs.has_results:
            return
        from pytest_aiassert.reports import to_ascii

        writer = self._config.get_terminal_writer()
        lines = self._outputs.lines(
            width=writer.fullwidth, colour=writer.hasmarkup, verbosity=terminalreporter.verbosity
        )
        if terminalreporter.verbosity >= 0:
            terminalreporter.section("AI evaluation")
        for line in lines:
            terminalreporter.write_line(line if _prints_unicode() else to_ascii(line))

    def _spec(self, item: pytest.Item, plan: TrialPlan) -> str:
        return plan.provider or parameters_of(item).get(MODEL_PARAMETER) or self.settings.providers[0]

    def _check_recording(self, items: list[pytest.Item]) -> None:
        """Refuse to record from recordings, unless it is the code under test or a judge that is recorded."""
        if not is_replay(self.settings.judge) or any(
            item.get_closest_marker("ai_cassette") or "ai_cassette" in getattr(item, "fixturenames", ())
            for item in items
        ):
            return
        for spec in self.settings.providers:
            _check("--ai-provider", spec, self.settings.record, self.settings)

    def _check_marked(self, item: pytest.Item, spec: str) -> None:
        record = "none" if is_replay(spec) else self.settings.record
        try:
            check_spec(spec, record=record, allow_network=self.settings.allow_network)
        except (AIAssertError, AssistantError) as error:
            raise pytest.UsageError(f"{item.nodeid}: marker ai_eval provider: {error}") from error

    def _keep_finished(self, evaluation: Evaluation) -> None:
        """Save the trials that ended before the session was interrupted."""
        count = len(evaluation.trials)
        if count and self._outputs is not None:
            message = f"interrupted after {count} of {evaluation.plan.samples} trials"
            self._outputs.add(result_of(evaluation, message=message))

    def _attach(self, reports: list[pytest.TestReport], result: CaseResult) -> None:
        from pytest_aiassert.runs.lines import pack

        report: Any = next((report for report in reports if report.when == "call"), reports[0])
        setattr(report, _RESULT, pack(result) if self._worker else result)

    def _sections(self, outputs: Outputs) -> tuple[tuple[str, str], ...]:
        hook = "hook pytest_aiassert_report_section"
        try:
            found = self._config.hook.pytest_aiassert_report_section(report=outputs)
        except Exception as error:  # noqa: BLE001 - what a hook raises must not cost the report
            outputs.complain(f"{hook} raised {type(error).__name__}: {error}; the reports are without its section")
            return ()
        sections: list[tuple[str, str]] = []
        for section in filter(None, found):
            match section:
                case (str(title), str(text)):
                    sections.append((title, text))
                case _:
                    outputs.complain(f"{hook} returned {cut(repr(section))}; it returns a title and Markdown text")
        return tuple(sections)


def _prints_unicode() -> bool:
    return "utf" in (sys.stdout.encoding or "utf-8").lower()


def _title(config: pytest.Config) -> str:
    """Name the session by what was asked for, else by the project's folder."""
    asked = [argument for argument in config.invocation_params.args if not argument.startswith("-")]
    named = [argument for argument in config.args if argument in asked]
    return ", ".join(named) or config.rootpath.name
