"""Running the tests of a patched repository in the sandbox, in a copy that is made for it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib import resources

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.sandbox import MEBIBYTE, Execution, Limits, run_command
from pytest_aiassert.wording import cut, plural

_MOST_BYTES = 48 * MEBIBYTE
_MOST_FILES = 3_500
_TEST_FILES = ("test_*.py", "*_test.py", "conftest.py", "*.test.js", "*.test.mjs", "*.test.ts")
_SETTINGS = ("pytest.ini", ".pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
_REFUSED = ("PermissionError", "OSError: [Errno 1]", "OSError: [Errno 38]", "socket.gaierror")
_COUNTED = re.compile(r"^# (tests|pass|fail|skipped) (\d+)$", re.MULTILINE)
_NOT_OK = re.compile(r"^\s*not ok \d+ - (.*)$", re.MULTILINE)
_FAILED, _NO_TESTS = 1, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How tests are run: `by` pytest, unittest or node, with these arguments."""

    by: str
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return shlex.join((self.by, *self.arguments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What tests came to; `problem` says why there is no result, `told` holds names and messages of failures."""

    passed: int = 0
    failed: int = 0
    told: tuple[tuple[str, str], ...] = ()
    broken: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    output: str = ""

    @property
    def succeeded(self) -> bool:
        """True where some test ran and none failed."""
        return self.passed > 0 and not self.failed and not self.broken and not self.problem

    @property
    def reason(self) -> str:
        """What is wrong, in a line."""
        if self.problem:
            return self.problem
        if self.broken:
            name, message = self.broken[0]
            return f"the tests in {name or 'it'} cannot be loaded: {message}"
        if not self.failed:
            return "no test ran"
        names = "; ".join(f"{name}: {message}" for name, message in self.told[:3])
        more = f"; and {self.failed - 3:,} more" if self.failed > 3 else ""  # noqa: PLR2004 - three are listed
        return f"{plural(self.failed, 'test')} of {self.passed + self.failed:,} fail: {names}{more}"


def read_plan(tests: object) -> Plan | None:
    """Read how to run tests, None for not at all; raises UsageError for what the sandbox cannot run."""
    if tests is None or tests is False:
        return None
    if tests is True:
        return Plan(by="pytest")
    if not isinstance(tests, str):
        if not isinstance(tests, Sequence) or not tests or not all(isinstance(each, str) and each for each in tests):
            raise UsageError(
                f"applies_to: tests is {tests!r}; expected True, False, a command or a list of pytest files"
            )
        return Plan(by="pytest", arguments=tuple(tests))
    try:
        words = shlex.split(tests)
    except ValueError as error:
        raise UsageError(f"applies_to: tests is {tests!r}, which is no command: {error}") from None
    if len(words) >= 3 and words[0] in ("python", "python3") and words[1] == "-m":  # noqa: PLR2004 - python -m name
        words = words[2:]
    if words[:1] in (["pytest"], ["unittest"]):
        return Plan(by=words[0], arguments=tuple(words[1:]))
    if words[:2] == ["node", "--test"]:
        return Plan(by="node", arguments=tuple(words[2:]))
    raise UsageError(
        f"applies_to: tests is {tests!r}; the sandbox runs `pytest …`, `python -m unittest …` and `node --test …`"
    )


def is_test_file(path: str) -> bool:
    """Tell whether a file belongs to the tests of a repository, by its name."""
    name = path.rpartition("/")[2]
    return name in _SETTINGS or any(fnmatch(name, pattern) for pattern in _TEST_FILES)


def run_tests(files: Mapping[str, bytes], plan: Plan, *, seconds: float) -> Tested:
    """Run tests on files in the sandbox, for at most so many seconds.

    Raises CannotJudgeError where they are too many, or a tool is missing.
    """
    size = sum(map(len, files.values()))
    if size > _MOST_BYTES or len(files) > _MOST_FILES:
        raise CannotJudgeError(
            f"applies_to: the repository has {len(files):,} files and {size // MEBIBYTE:,} MiB; "
            f"the sandbox holds {_MOST_FILES:,} files and {_MOST_BYTES // MEBIBYTE} MiB. "
            f"With tests=False it is judged whether the patch applies"
        )
    limits = Limits(
        wall=seconds,
        cpu=seconds,
        memory=1024 * MEBIBYTE,
        output=4 * MEBIBYTE,
        files=64 * MEBIBYTE,
        descriptors=256,
    )
    return _by_node(files, plan, limits) if plan.by == "node" else _by_python(files, plan, limits)


def fail_alike(before: Tested, after: Tested) -> str:
    """Say what the sandbox lacks for these tests, with the patch and without it; empty for nothing."""
    if after.problem or after.broken:
        same = before.problem == after.problem and bool(before.broken) == bool(after.broken)
        return after.reason if same else ""
    refused = {name: message for name, message in before.told if message.startswith(_REFUSED)}
    return next((f"{name}: {message}" for name, message in after.told if refused.get(name) == message), "")


def _by_python(files: Mapping[str, bytes], plan: Plan, limits: Limits) -> Tested:
    mark = secrets.token_hex(16)
    packages = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    asked = {"by": plan.by, "arguments": list(plan.arguments), "packages": packages, "mark": mark}
    python = os.path.realpath(sys.executable)
    command = [python, "-P", "-s", "-S", "-X", "utf8", "-c", _driver()]
    ran = run_command(command, stdin=json.dumps(asked), files=files, limits=limits, readable=packages)
    _, marked, line = ran.stdout.rpartition(f"\n{mark} ")
    try:
        said = json.loads(line) if marked and ran.outcome == "ok" else None
        return _lost(ran) if said is None else _read(said, ran)
    except (ValueError, TypeError, KeyError):
        return Tested(problem="the tests sent a report that cannot be read")


def _read(said: Mapping[str, object], ran: Execution) -> Tested:
    code = said["code"]
    if "missing" in said:
        raise CannotJudgeError(f"applies_to: the tests need pytest where the sandbox finds it: {said['missing']}")
    told, broken = (
        tuple((str(name)[:200], str(message)[:300]) for name, message in _pairs(said[key]))
        for key in ("told", "broken")
    )
    passed, failed = (max(0, int(str(said[key]))) for key in ("passed", "failed"))
    problem = ""
    if code not in (0, _FAILED, _NO_TESTS) and not broken:
        problem = f"the tests cannot be run: {_last_line(ran)}"
    return Tested(passed=passed, failed=failed, told=told, broken=broken, problem=problem, output=_tail(ran))


def _pairs(value: object) -> list[tuple[object, object]]:
    if not isinstance(value, list):
        raise TypeError
    return [(name, message) for name, message in value]


def _by_node(files: Mapping[str, bytes], plan: Plan, limits: Limits) -> Tested:
    node = shutil.which("node")
    if node is None:
        raise CannotJudgeError("applies_to: the tests need Node.js: install it so that `node` is on the PATH")
    command = [os.path.realpath(node), "--test", "--test-reporter=tap", *plan.arguments]
    ran = run_command(command, files=files, limits=limits)
    counts = {name: int(number) for name, number in _COUNTED.findall(ran.stdout)}
    if "pass" not in counts or (ran.outcome != "ok") != bool(counts.get("fail")):
        return _lost(ran)
    told = tuple((name[:200], "not ok") for name in _NOT_OK.findall(ran.stdout)[:50])
    return Tested(passed=counts["pass"], failed=counts.get("fail", 0), told=told, output=_tail(ran))


def _lost(ran: Execution) -> Tested:
    ended = {
        "ok": "they ended without a report, as a program does that exits early",
        "timeout": f"they ran longer than {ran.duration:.0f} s",
        "memory": "they needed too much memory",
        "output": "they wrote too much",
        "killed": "they were killed",
        "error": f"they ended early: {_last_line(ran)}",
    }[ran.outcome]
    return Tested(problem=f"the tests gave no result: {ended}", output=_tail(ran))


def _last_line(ran: Execution) -> str:
    lines = [line.strip() for line in f"{ran.stdout}\n{ran.stderr}".split("\n") if line.strip()]
    telling = [line for line in lines if re.match(r"(ERROR|E  |\w*(Error|Exception)\b)", line)]
    return cut((telling or lines or ["they said nothing"])[-1], 200)


def _tail(ran: Execution) -> str:
    return ran.stdout.rpartition("\n")[0][-4_000:] if ran.stdout.strip() else ran.stderr[-4_000:]


@cache
def _driver() -> str:
    return resources.files("pytest_aiassert.code.jailed").joinpath("repository_tests.py").read_text(encoding="utf-8")
