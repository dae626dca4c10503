"""Whole programs: status, output, files, and what a machine may lack."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys

import pytest

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.sandbox import Limits, program, run
from pytest_aiassert.sandbox.nursery import Nursery

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


def test_a_program_ends_well():
    execution = run("import sys; print('out'); print('err', file=sys.stderr)")

    assert (execution.outcome, execution.returncode) == ("ok", 0)
    assert (execution.stdout, execution.stderr) == ("out\n", "err\n")
    assert execution.duration > 0


@pytest.mark.parametrize(
    ("code", "status"),
    [("import sys; sys.exit(3)", 3), ("raise SystemExit", 0), ("import sys; sys.exit('bad')", 1), ("1 / 0", 1)],
)
def test_its_exit_status_is_passed_on(code, status):
    execution = run(code)

    assert execution.returncode == status
    assert execution.outcome == ("error" if status else "ok")


def test_a_traceback_names_the_program():
    execution = run("def f():\n    1 / 0\nf()")

    assert 'File "main.py", line 2' in execution.stderr
    assert "ZeroDivisionError" in execution.stderr


def test_it_runs_as_main_with_stdin_and_files():
    code = "import sys\nif __name__ == '__main__':\n    print(sys.stdin.read() + open('data/a.txt').read())"
    execution = run(code, stdin="né", files={"data/a.txt": "ü", "b.bin": b"\0"})

    assert execution.stdout == "néü\n"


def test_without_stdin_there_is_an_end_of_file():
    assert "EOFError" in run("input()").stderr


def test_a_signal_has_no_exit_status():
    execution = run("import os; os.kill(os.getpid(), 11)")

    assert (execution.outcome, execution.returncode) == ("killed", None)


def test_the_sandbox_going_down_is_an_outcome(monkeypatch):
    def start_and_kill(limits, tool):
        own = Nursery()
        job = own.start(limits)
        own._process.kill()
        own.close()
        return job

    monkeypatch.setattr(program, "start_job", start_and_kill)

    assert run("import time; time.sleep(1)").outcome == "killed"


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "", "a\0b"])
def test_a_file_outside_the_working_directory_is_refused(name):
    with pytest.raises(UsageError, match="relative path inside"):
        run("pass", files={name: ""})


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match=r"cobol.*expected python, javascript or typescript"):
        run("", language="cobol")


@pytest.mark.parametrize("limit", [{"wall": 0}, {"memory": -1}, {"cpu": float("inf")}, {"output": float("nan")}])
def test_a_limit_that_is_none_is_refused(limit):
    with pytest.raises(UsageError, match="expected a positive number"):
        Limits(**limit)


@needs_node
def test_javascript_runs_in_node(monkeypatch):
    monkeypatch.setenv("PLANTED_SECRET", "hunter2")
    code = "console.log(require('fs').readFileSync(0, 'utf8') + process.env.PLANTED_SECRET); process.exit(4)"
    execution = run(code, language="javascript", stdin="in ", limits=Limits(wall=20, cpu=10))

    assert (execution.outcome, execution.returncode, execution.stdout) == ("error", 4, "in undefined\n")


@needs_node
def test_javascript_that_needs_too_much_memory():
    code = "const a = []; while (true) a.push(new Array(100000).fill(Math.random()))"

    assert run(code, language="javascript", limits=Limits(wall=30, cpu=20, memory=64 * 2**20)).outcome == "memory"


@needs_node
def test_javascript_in_an_endless_loop():
    assert run("while (true);", language="javascript", limits=Limits(wall=1)).outcome == "timeout"


def test_without_node_javascript_cannot_be_judged(monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(CannotJudgeError, match=r"needs Node\.js: install it"):
        run("", language="javascript")


@pytest.mark.parametrize(("version", "runs"), [("v20.1.0", False), ("v22.6.0", True), ("rubbish", False)])
def test_typescript_needs_a_node_that_strips_types(version, runs, tmp_path, monkeypatch):
    node = tmp_path / "node"
    node.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo {version}; else echo "$@"; fi\n')
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    if runs:
        assert "--experimental-strip-types main.ts" in run("", language="typescript").stdout
    else:
        with pytest.raises(CannotJudgeError, match=r"needs Node.js 22.6 or later"):
            run("", language="typescript")


def test_a_node_that_does_not_answer_is_too_old(tmp_path):
    assert program._node_version(str(tmp_path / "missing")) == (0, 0)


@needs_node
def test_javascript_may_take_its_time():
    code = "setTimeout(() => console.log('late'), 900)"

    assert run(code, language="javascript", limits=Limits(wall=10)).stdout == "late\n"


def test_hashes_are_the_same_in_every_process() -> None:
    """The order of a set of strings must not decide a verdict now so and now otherwise."""
    program = "print(hash('a'), list({'a', 'b', 'c'}))"
    outside = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True
    )
    assert run(program).stdout == outside.stdout


def test_random_begins_the_same_in_every_job() -> None:
    """And so a verdict on code that draws numbers is the same tomorrow."""
    drawn = {run("import random; print(random.random())").stdout for _ in range(3)}
    with contextlib.closing(Nursery()) as other:
        job = other.start(Limits())
        code = "import random; print(random.random())"
        job.send({"kind": "program", "code": code, "limits": Limits().for_kernel(), "files": {}, "stdin": ""})
        job.wait()
        drawn.add(job.stdout)

    assert len(drawn) == 1
