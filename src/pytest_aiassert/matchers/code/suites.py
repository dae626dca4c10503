"""The tests that a reply brings, and running them in the sandbox against its own code or a trusted reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Self

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.code.imports import bound_names
from pytest_aiassert.code.parsing import python_tree
from pytest_aiassert.code.testfinding import FoundTest, find_tests
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.reading import own_modules, read_python
from pytest_aiassert.sandbox import CandidateSession, Limits, Lost, Returned
from pytest_aiassert.verdict import Evidence

_MOST_SECONDS = 0.5
_OURS = re.compile(r"^from (?:pytest_aiassert\..* import (?:\([^)]*\)|.*)|__future__ .*)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A reply's Python as one program, each line where it stands in the reply; `problem` says why it cannot be run."""

    code: str
    own: tuple[str, ...]
    blocks: tuple[Block, ...]
    evidence: tuple[Evidence, ...]
    tests: tuple[FoundTest, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a test ended: passed, failed or skipped; lines are lines of the reply, 0 where unknown."""

    name: str
    line: int
    outcome: str
    message: str = ""
    at: int = 0

    def __str__(self) -> str:
        where = self.at or self.line
        return f"{self.name} (line {where}): {self.message}" if where else f"{self.name}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a suite; `lost` says how the process ended, where it did not come to an end by itself.

    `unlisted` counts tests that passed after the first hundreds.
    """

    outcomes: tuple[Outcome, ...] = ()
    unlisted: int = 0
    error: str = ""
    lost: str = ""
    seconds: float = 0.0

    @property
    def ran(self) -> tuple[Outcome, ...]:
        """The tests that were not skipped."""
        return tuple(each for each in self.outcomes if each.outcome != "skipped")

    @property
    def number(self) -> int:
        """How many tests ran."""
        return len(self.ran) + self.unlisted

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The tests that failed."""
        return tuple(each for each in self.outcomes if each.outcome == "failed")

    @property
    def all_passed(self) -> bool:
        """True where some test ran, and none failed."""
        return bool(self.ran) and not self.failed and not self.lost


def read_suite(reply: Completion, reference: str | None = None) -> Suite:
    """Lay out a reply's code and tests as one program; never raises on its content."""
    code = read_python(reply)
    blocks = tuple(block for block, _ in code.parsed)
    trees = [tree for _, tree in code.parsed]
    trusted = python_tree(reference) if reference is not None else None
    names = bound_names([*trees, trusted] if trusted is not None else trees)
    found = [(block, find_tests(block.code, "python")) for block in blocks]
    tests = tuple(test for _, each in found for test in each.tests)
    problem = code.unreadable
    if not problem and not tests:
        loose = [block.line + line - 1 for block, each in found for line in each.loose]
        problem = "the code has no test: no function or method whose name begins with `test`"
        if loose:
            problem += f"; the assertion at line {loose[0]} stands outside of any test"
        problem += code.aside
    return Suite(
        code=laid_out(blocks),
        own=tuple(sorted(own_modules(code, names))),
        blocks=blocks,
        evidence=code.evidence,
        tests=tests,
        problem=problem,
    )


class SuiteProcess:
    """A process that runs a suite's tests again and again; use as a context manager. After a loss it is made anew."""

    def __init__(self, suite: Suite, reference: str | None = None) -> None:
        trusted = python_tree(reference) if reference is not None else None
        self._work: dict[str, Any] = {
            "code": suite.code,
            "own": list(suite.own),
            "reference": reference,
            "protected": sorted(bound_names([trusted])) if trusted is not None else [],
            "stand_in": _source("stand_in"),
        }
        self._session: CandidateSession | None = None
        self._spent = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next run starts another."""
        if self._session is not None:
            self._session.close()
            self._session = None
            self._spent = 0.0

    def run(self, *, cpu: float = 0.0, stop: bool = False, **changed: str) -> Report:
        """Run the tests, on other `code` or another `reference` where given.

        `cpu` bounds processor seconds, 0 for no bound of its own; with `stop`, the first failure ends the run.
        Raises CannotJudgeError where there is no sandbox.
        """
        if self._session is None:
            self._session = CandidateSession(_program(), limits=Limits(descriptors=128))
        answer = self._session.call("run_tests", [{**self._work, "cpu": cpu, "stop": stop, **changed}])
        if isinstance(answer, Returned):
            report = _read(answer.value)
            self._spent += report.seconds
            if not 0 <= self._spent < _MOST_SECONDS:  # the process's own limit must not end a later run
                self.close()
            return report
        self.close()
        if isinstance(answer, Lost):
            return Report(lost=answer.detail)
        return Report(lost=f"ended with {answer.error}: {answer.message}")


def read_reference(where: str, reference: object) -> str | None:
    """Return a reference's source, None where none is given; raises UsageError for what is not Python."""
    if reference is None:
        return None
    if not isinstance(reference, str):
        raise UsageError(f"{where}: reference is {reference!r}; expected Python source text")
    tree = python_tree(reference)
    if tree is None or not bound_names([tree]):
        raise UsageError(
            f"{where}: the reference defines nothing that Python can parse; expected source such as 'def …'"
        )
    return reference


def marks_of(suite: Suite, lines: Sequence[int]) -> list[tuple[Block, int]]:
    """Find the blocks that lines of the reply belong to."""
    return [
        (block, line - block.line + 1)
        for line in lines
        for block in suite.blocks
        if block.line <= line <= block.line + block.code.count("\n")
    ]


def laid_out(blocks: Sequence[Block]) -> str:
    """Join blocks so that every line keeps its number in the reply."""
    text = ""
    for block in blocks:
        text += "\n" * max(block.line - 1 - text.count("\n"), 0) + block.code.rstrip("\n") + "\n"
    return text


def _read(value: Any) -> Report:
    """Read what the runner sent; hostile code may have sent anything in its name."""
    try:
        outcomes = tuple(
            Outcome(name=str(name)[:200], line=int(line), outcome=str(outcome), message=str(message)[:400], at=int(at))
            for name, line, outcome, message, at in value["tests"]
        )
        error = value["error"]
        words = f"loading the code raised {error[0]}: {error[1]} (line {int(error[2])})"[:500] if error else ""
        unlisted = max(0, int(value["unlisted"]))
        return Report(outcomes=outcomes, unlisted=unlisted, error=words, seconds=float(value["seconds"]))
    except (TypeError, ValueError, KeyError, IndexError, OverflowError):
        return Report(lost="sent a report that cannot be read")


@cache
def _program() -> str:
    parts = (_OURS.sub("", _source(name)) for name in ("arranging", "fixtures", "runner"))
    return "\n".join(["from __future__ import annotations", *parts])


@cache
def _source(name: str) -> str:
    return resources.files("pytest_aiassert.code.jailed").joinpath(f"{name}.py").read_text(encoding="utf-8")
