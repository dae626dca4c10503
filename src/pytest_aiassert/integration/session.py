"""One `pytest --ai-eval` session: plans, results, the files it writes, and how it ends."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistant.errors import AssistantError
from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.integration.evaluation import EVALUATION, Evaluation, Purse
from pytest_aiassert.integration.markers import MODEL_PARAMETER, TrialPlan, case_id, plan_for, short_name
from pytest_aiassert.integration.models import check_spec
from pytest_aiassert.integration.outputs import Outputs
from pytest_aiassert.integration.settings import EvalSettings, read_settings
from pytest_aiassert.integration.trials import result_of, run_trials

if TYPE_CHECKING:
    from pytest_aiassert.runs.records import CaseResult

SESSION = "aiassert-session"
"""The name under which a running evaluation is registered as a plugin."""

_PLAN: pytest.StashKey[TrialPlan] = pytest.StashKey()
_RESULT = "_aiassert_result"


def start(config: pytest.Config) -> None:
    """Read the settings and join the session; raises pytest.UsageError before anything runs."""
    settings = read_settings(config)
    try:
        for spec in settings.providers:
            check_spec(spec, record=settings.record, allow_network=settings.allow_network)
    except (AIAssertError, AssistantError) as error:
        raise pytest.UsageError(f"--ai-provider: {error}") from error
    session = EvalSession(config, settings)
    config.pluginmanager.register(session, SESSION)


def running_session(config: pytest.Config) -> EvalSession | None:
    """Return the session that --ai-eval started, None without it."""
    return cast("EvalSession | None", config.pluginmanager.get_plugin(SESSION))


class EvalSession:
    """The hooks of a session with --ai-eval."""

    def __init__(self, config: pytest.Config, settings: EvalSettings) -> None:
        self.settings = settings
        self.purse = Purse(settings.budget)
        self._config = config
        self._worker = hasattr(config, "workerinput")
        self._outputs = None if self._worker else Outputs(settings, _title(config))
        self._failures = {"ours": 0, "other": 0}
        self._started = time.perf_counter()

    def pytest_report_header(self) -> str:
        """Say who answers."""
        recording = "" if self.settings.record == "none" else f", recording {self.settings.record}"
        return f"ai-eval: {', '.join(self.settings.providers)}{recording}"

    @pytest.hookimpl(trylast=True)
    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every marked test that uses `ai` once for each provider."""
        specs = self.settings.providers
        marked = any(True for _ in metafunc.definition.iter_markers("ai_eval"))
        if len(specs) > 1 and marked and "ai" in metafunc.fixturenames:
            metafunc.fixturenames.append(MODEL_PARAMETER)
            metafunc.parametrize(MODEL_PARAMETER, specs, ids=[short_name(spec) for spec in specs])

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Check every marker before anything runs."""
        for item in items:
            plan = plan_for(item, self.settings)
            if plan is not None:
                item.stash[_PLAN] = plan

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Run a marked item as trials; leave all others to pytest."""
        plan = item.stash.get(_PLAN, None)
        if plan is None or item.config.getoption("setuponly", default=False):
            return None
        spec = self._spec(item, plan)
        evaluation = Evaluation(case_id=case_id(item), model=spec, plan=plan)
        item.stash[EVALUATION] = evaluation
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = run_trials(item, nextitem, evaluation)
        if evaluation.trials:
            self._attach(reports, result_of(evaluation, reports))
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather results; under xdist they come from the workers."""
        if self._outputs is None:
            return
        result = getattr(report, _RESULT, None)
        if result is not None:
            self._outputs.add(_unpack(result) if isinstance(result, dict) else result)
        if report.failed:
            self._failures["ours" if "ai_eval" in report.keywords else "other"] += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the files that were asked for, and decide how the session ends."""
        if self._outputs is None:
            return
        self._outputs.finish(time.perf_counter() - self._started, self._sections())
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
        callspec = getattr(item, "callspec", None)
        chosen = callspec.params.get(MODEL_PARAMETER) if callspec is not None else None
        return plan.provider or chosen or self.settings.providers[0]

    def _attach(self, reports: list[pytest.TestReport], result: CaseResult) -> None:
        report: Any = next((report for report in reports if report.when == "call"), reports[0])
        setattr(report, _RESULT, _pack(result) if self._worker else result)

    def _sections(self) -> tuple[tuple[str, str], ...]:
        found = self._config.hook.pytest_aiassert_report_section(report=self._outputs)
        return tuple(section for section in found if section)


def _prints_unicode() -> bool:
    return "utf" in (sys.stdout.encoding or "utf-8").lower()


def _title(config: pytest.Config) -> str:
    """Name the session by what was asked for, else by the project's folder."""
    asked = [argument for argument in config.invocation_params.args if not argument.startswith("-")]
    named = [argument for argument in config.args if argument in asked]
    return ", ".join(named) or config.rootpath.name


def _pack(result: CaseResult) -> dict[str, Any]:
    """Turn a result into plain values, which is all that travels between processes."""
    from pytest_aiassert.runs.lines import case_to_json, trial_to_json

    return {"case": case_to_json(result), "trials": [trial_to_json(result, trial) for trial in result.trials]}


def _unpack(packed: dict[str, Any]) -> CaseResult:
    from pytest_aiassert.runs.lines import case_from_json, trial_from_json

    return replace(case_from_json(packed["case"]), trials=tuple(map(trial_from_json, packed["trials"])))
