"""type_checks: mypy and pyright on replies."""

# ruff: noqa: E501 - a reply on a line

from __future__ import annotations

import subprocess

import pytest

from pytest_aiassert.code import typechecking
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import type_checks
from pytest_aiassert.matchers.registry import build_check

WRONG = "Here:\n```python\ndef double(n: int) -> int:\n    return str(n)\n```\n```python\ndef double(n: int) -> int:\n    return 2 * n\n```"


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_errors_are_told_in_lines_of_the_reply_and_marked(checker):
    verdict = type_checks(checker=checker).check(WRONG)
    assert (verdict.passed, verdict.score) == (False, 0.75)
    assert verdict.reason.startswith(f"{checker} finds 1 error: line 4: ")
    assert [(each.title, each.marks) for each in verdict.evidence] == [("python block at line 3", (2,))]


def test_right_types_pass_and_strict_asks_for_all():
    untyped = "```python\ndef f(n):\n    return n\n```"
    assert type_checks().check(untyped).reason == "mypy finds no error in 1 python block"
    strict = type_checks(strict=True).check(untyped)
    assert strict.reason.startswith("mypy --strict finds 1 error: line 2: Function is missing a type annotation")


def fake(monkeypatch, **done):
    def run(command, **_):
        if "error" in done:
            raise done["error"]
        return subprocess.CompletedProcess(command, done.get("code", 0), done.get("out", b""), done.get("err", b""))

    monkeypatch.setattr(typechecking.subprocess, "run", run)
    typechecking.type_check.cache_clear()


def test_many_errors_are_cut(monkeypatch):
    lines = "".join(f"reply.py:{number}:1: error: bad\n" for number in range(2, 14))
    fake(monkeypatch, code=1, out=lines.encode())
    reason = type_checks(checker="mypy").check("```python\n" + "x = 1\n" * 15 + "```").reason
    assert "line 2: bad [error]" in reason
    assert reason.endswith("; and 4 more")
    typechecking.type_check.cache_clear()


def test_code_that_does_not_parse_is_never_passed():
    assert type_checks().check("words").reason.startswith("no python code")
    assert type_checks().check("```python\nx = (\n```").reason.startswith("the python block at line 2 does not parse")


@pytest.mark.parametrize(
    ("checker", "done", "message"),
    [
        ("mypy", {"code": 2, "err": b"broken"}, "mypy failed with exit code 2: broken"),
        ("mypy", {"code": 2}, "it said nothing"),
        ("mypy", {"error": OSError("no")}, "mypy cannot be started"),
        ("mypy", {"error": subprocess.TimeoutExpired("mypy", 1)}, "mypy took more than 120 s"),
        ("pyright", {"out": b"{}"}, "pyright's output cannot be read"),
    ],
)
def test_a_broken_checker_is_no_verdict(monkeypatch, checker, done, message):
    fake(monkeypatch, **done)
    with pytest.raises(CannotJudgeError, match=message):
        type_checks(checker=checker).check("```python\nx = 1\n```")


def test_without_a_checker_nothing_can_be_judged(monkeypatch):
    monkeypatch.setattr(typechecking.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(typechecking.shutil, "which", lambda name: "/bin/pyright" if name == "pyright" else None)
    assert typechecking.find_checker() == ("pyright", ("/bin/pyright",))
    with pytest.raises(CannotJudgeError, match="type_checks needs mypy, which is not installed; pip install mypy"):
        typechecking.find_checker("mypy")
    monkeypatch.setattr(typechecking.shutil, "which", lambda _: None)
    with pytest.raises(CannotJudgeError, match="type_checks needs mypy or pyright"):
        typechecking.find_checker()


def test_golden_sets_write_it_with_or_without_arguments():
    assert repr(build_check("type_checks")) == "type_checks()"
    check = {"type_checks": {"strict": True, "checker": "pyright"}}
    assert repr(build_check(check)) == "type_checks(strict=True, checker='pyright')"


def test_impossible_arguments_are_refused():
    with pytest.raises(UsageError, match="type_checks: checker is 'pyre'"):
        type_checks(checker="pyre")
    with pytest.raises(UsageError, match="type_checks: strict is 1"):
        type_checks(strict=1)


@pytest.mark.parametrize("code", ["x = '\u202e\u05e9'", "def f(): pass\n\x0c\ny = 1", "# \x1b[31m\nz: int = 'a'"])
def test_odd_code_gets_a_verdict(code):
    assert type_checks(checker="mypy").check(f"```python\n{code}\n```").reason.startswith("mypy finds ")
