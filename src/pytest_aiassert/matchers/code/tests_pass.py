"""Matchers that run the tests of a reply: do they pass, and do they notice when the code is broken."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.messages import Completion
from pytest_aiassert.code.jailed.arranging import is_script, is_test
from pytest_aiassert.code.mutation import Mutant, mutants
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.suites import Report, Suite, SuiteProcess, marks_of, read_reference, read_suite
from pytest_aiassert.matchers.describing import block_evidence, listed, source
from pytest_aiassert.matchers.reading import marked
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_MOST_LISTED = 5
_LEAST_CPU = 0.1  # processor seconds that a mutant gets, whatever the code itself took
_PATIENCE = 20.0  # times as long as the code itself
_TESTIMONY = "; the reply's own tests on its own code are testimony, not proof"


_Function = TypeVar("_Function", bound=Callable[..., Matcher])


def _not_a_test(make: _Function) -> _Function:
    """Keep pytest from collecting a matcher whose name begins as a test's does."""
    make.__dict__["__test__"] = False
    return make


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PassingTests(Matcher):
    """Passes where the reply's tests pass; made by `tests_pass`."""

    reference: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Run the tests in the sandbox; the score is the share that passes."""
        suite = read_suite(reply, self.reference)
        if suite.problem:
            return self.verdict(passed=False, reason=suite.problem, evidence=suite.evidence)
        with SuiteProcess(suite, self.reference) as process:
            report = process.run()
        on = _TESTIMONY if self.reference is None else ""
        if report.all_passed:
            count = report.number
            where = "" if self.reference is None else " on the reference"
            what = f"all {count:,} tests pass" if count > 1 else "1 test passes"
            shown = _at_tests(suite, report, all_=True)
            return self.verdict(passed=True, reason=f"{what}{where}{_skipped(report)}{on}", evidence=shown)
        score = 0.0 if report.lost or not report.ran else 1 - len(report.failed) / report.number
        reason = f"{_failure(suite, report, self.reference)}{on}"
        return self.verdict(passed=False, score=min(score, 0.99), reason=reason, evidence=_at_tests(suite, report))

    def __repr__(self) -> str:
        return source("tests_pass", **({} if self.reference is None else {"reference": self.reference}))


@_not_a_test
def tests_pass(reference: str | None = None) -> PassingTests:  # noqa: PT028 - no test
    """Pass where the tests that the reply brings pass, run in the sandbox.

    pytest functions and classes (with raises, approx, parametrize and simple fixtures) and unittest are run, with the
    standard library only. They run against the reply's own code, which is testimony: combine it with `implements`.
    With `reference`, source text of the trusted code, they run against that: are the tests right? The score is the
    share of tests that pass. Raises UsageError for a reference that Python cannot parse.
    """
    return PassingTests(reference=read_reference("tests_pass", reference))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class KilledMutants(Matcher):
    """Passes where the reply's tests notice broken code; made by `tests_kill_mutants`."""

    min: float = 0.8
    reference: str | None = None

    def judge(self, reply: Completion) -> Verdict:
        """Run the tests against every mutant; the score is the share of mutants that some test fails on."""
        suite = read_suite(reply, self.reference)
        if suite.problem:
            return self.verdict(passed=False, reason=suite.problem, evidence=suite.evidence)
        made = mutants(suite.code if self.reference is None else self.reference, skip=_is_no_code)
        if not made:
            reason = "there is no code that could be changed, only tests; give the trusted code as reference"
            if self.reference is not None or not _is_all_tests(suite):
                reason = (
                    "the code has nothing that could be changed: no operator, comparison, constant or returned value"
                )
            return self.verdict(passed=False, reason=reason, evidence=suite.evidence)
        with SuiteProcess(suite, self.reference) as process:
            report = process.run()
            if not report.all_passed:
                reason = f"the tests must pass on the unchanged code first: {_failure(suite, report, self.reference)}"
                return self.verdict(passed=False, reason=reason, evidence=_at_tests(suite, report))
            alive = self._survivors(process, made, report.seconds)
        score = 1 - len(alive) / len(made)
        passed = score >= self.min
        words = f"the tests notice {len(made) - len(alive)} of {plural(len(made), 'change')} to the code"
        left = len(alive) - _MOST_LISTED
        unseen = [str(each) for each in alive[:_MOST_LISTED]] + ([f"{left} more"] if left > 0 else [])
        missed = f"; unnoticed: {listed(unseen)}" if alive else ""
        short = "" if passed else f"; expected at least {self.min:.0%}: add tests for these"
        return self.verdict(passed, words + missed + short, score=score, evidence=self._shown(suite, alive))

    def _survivors(self, process: SuiteProcess, made: Sequence[Mutant], seconds: float) -> list[Mutant]:
        """Run every mutant; a failure counts if the unchanged code passes right after, or in a new process."""
        cpu = max(_LEAST_CPU, _PATIENCE * seconds)
        changed = "code" if self.reference is None else "reference"
        alive: list[Mutant] = []
        for mutant in made:
            report = process.run(cpu=cpu, stop=True, **{changed: mutant.code})
            if not report.all_passed and not report.lost and not process.run(cpu=cpu, stop=True).all_passed:
                process.close()  # something that an earlier run left behind made it fail
                report = process.run(cpu=cpu, stop=True, **{changed: mutant.code})
                process.close()
            if report.all_passed:
                alive.append(mutant)
        return alive

    def _shown(self, suite: Suite, alive: Sequence[Mutant]) -> tuple[Evidence, ...]:
        if not alive:
            return suite.evidence
        text = Evidence(title="changes that no test notices", text="\n".join(map(str, alive)))
        if self.reference is not None:
            marks = tuple(sorted({each.line for each in alive}))
            return Evidence(title="reference", text=self.reference, language="python", marks=marks), text
        return (*marked(marks_of(suite, [each.line for each in alive])), text)

    def __repr__(self) -> str:
        keywords: dict[str, object] = {} if self.min == _MIN else {"min": self.min}
        if self.reference is not None:
            keywords["reference"] = self.reference
        return source("tests_kill_mutants", **keywords)


_MIN = 0.8


@_not_a_test
def tests_kill_mutants(min: float = _MIN, reference: str | None = None) -> KilledMutants:  # noqa: A002, PT028 - no test
    """Pass where the reply's tests notice this share of small changes to the code.

    The reply's own code is changed, or the trusted `reference`: operators, comparisons, constants and returned values,
    at most 30 changes, always the same ones. The tests must pass on the unchanged code. A change that makes the code
    loop or crash is noticed. Raises UsageError for a `min` that is not above 0 and at most 1, or a reference that
    Python cannot parse.
    """
    share = float(number("tests_kill_mutants: min", min, most=1))
    if share == 0:
        raise UsageError("tests_kill_mutants: min is 0, which all tests reach; expected a share such as 0.8")
    return KilledMutants(min=share, reference=read_reference("tests_kill_mutants", reference))


def _is_no_code(statement: object) -> bool:
    return (
        not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        or is_test(statement)
        or is_script(statement)
    )


def _is_all_tests(suite: Suite) -> bool:
    return all(_is_no_code(statement) for statement in ast.parse(suite.code).body)


def _failure(suite: Suite, report: Report, reference: str | None) -> str:
    """Say which tests failed and why, or why none ran."""
    if report.lost:
        return f"the tests did not come to an end: the code {report.lost}"
    if not report.ran:
        return (
            f"no test ran{_skipped(report) or ': none could be collected'}{f'; {report.error}' if report.error else ''}"
        )
    failed = report.failed
    left = len(failed) - _MOST_LISTED
    words = [str(each) for each in failed[:_MOST_LISTED]] + ([f"and {left} more"] if left > 0 else [])
    trusted = "" if reference is None else " on the reference"
    fail = "fail" if len(failed) > 1 else "fails"
    reason = f"{len(failed)} of {plural(report.number, 'test')} {fail}{trusted}: {'; '.join(words)}"
    if report.error:
        reason += f"; {report.error}"
    if reference is None and _is_all_tests(suite) and "NameError" in reason:
        reason += "; the reply has tests only: give the code they are for as reference"
    return reason


def _skipped(report: Report) -> str:
    number = len(report.outcomes) - len(report.ran)
    return f"; {plural(number, 'test')} skipped" if number else ""


def _at_tests(suite: Suite, report: Report, *, all_: bool = False) -> tuple[Evidence, ...]:
    """Show the blocks that tests stand in, with the lines where they failed."""
    chosen = report.outcomes if all_ else report.failed
    lines = [each.line if all_ or not each.at else each.at for each in chosen]
    return marked(marks_of(suite, lines)) or tuple(block_evidence(block) for block in suite.blocks)
