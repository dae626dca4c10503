"""The zygote's life: lazy, shared by threads, replaced when dead, gone at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import CandidateSession, Limits, Returned, nursery
from pytest_aiassert.sandbox.nursery import Nursery, start_job


@pytest.fixture
def own():
    own = Nursery()
    yield own
    own.close()


def worked(own):
    job = own.start(Limits())
    job.send({"kind": "program", "code": "print('hi')", "limits": Limits().for_kernel(), "files": {}, "stdin": ""})
    ended = job.wait()
    return ended.outcome, job.stdout


def test_one_zygote_serves_every_job(own):
    assert own._process is None
    assert worked(own) == ("ok", "hi\n")
    first = own._process.pid
    assert worked(own) == ("ok", "hi\n")
    assert own._process.pid == first


def test_a_dead_zygote_is_replaced(own):
    worked(own)
    own._process.kill()
    own._process.wait()

    assert worked(own) == ("ok", "hi\n")


@pytest.mark.parametrize("without", [(), ("namespaces",)])
def test_closing_ends_jobs_and_removes_scratch(without, descendants):
    own = Nursery(without=without)
    job = own.start(Limits(wall=30))
    sleeper = "import os, time; print(os.getpid(), flush=True); time.sleep(30)"
    job.send({"kind": "program", "code": sleeper, "limits": Limits().for_kernel(), "files": {}, "stdin": ""})
    while not job.stdout.strip():
        job._turn(time.monotonic() + 5)
    base, pids = Path(own._base), {own._process.pid, *descendants(own._process.pid)}
    own.close()

    assert len(pids) >= 2
    assert job.finish().outcome == "killed"
    assert not base.exists()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_closing_twice_is_fine(own):
    worked(own)
    own.close()
    own.close()


def test_many_threads_share_it():
    def answer(n):
        with CandidateSession(f"def f(): return {n}") as session:
            return session.call("f")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, range(40)))

    assert answers == [Returned(value=n, args=()) for n in range(40)]


def test_no_descriptor_is_left_open():
    def once():
        with CandidateSession("def f(): return 1") as session:
            session.call("f")

    once()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        once()

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_zygote_that_cannot_start_is_an_error_with_a_next_step(own, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(CannotJudgeError, match="aiassert doctor"):
        own.start(Limits())


def test_a_zygote_that_dies_as_it_is_asked_is_replaced(own, monkeypatch):
    send = nursery.socket.send_fds
    failures = [BrokenPipeError()]

    def fail_once(*arguments):
        if failures:
            raise failures.pop()
        return send(*arguments)

    monkeypatch.setattr(nursery.socket, "send_fds", fail_once)

    assert worked(own) == ("ok", "hi\n")


@pytest.mark.parametrize("lacking", ["fork", "executable"])
def test_without_fork_there_is_no_sandbox(own, monkeypatch, lacking):
    if lacking == "fork":
        monkeypatch.delattr(os, "fork")
    else:
        monkeypatch.setattr(sys, "executable", None)

    with pytest.raises(CannotJudgeError, match="needs a Python that can fork"):
        own.start(Limits())


def test_a_fork_of_the_owner_leaves_the_zygote_alone(own):
    worked(own)
    pid = os.fork()
    if pid == 0:
        own.close()
        os._exit(0)
    os.waitpid(pid, 0)

    assert Path(own._base).exists()
    assert worked(own) == ("ok", "hi\n")


def test_a_job_may_be_closed_before_it_has_begun():
    job = start_job(Limits())
    job.close()

    assert job.finish().outcome == "killed"


def test_nothing_outlives_the_process_that_started_it(tmp_path):
    code = (
        "import os, signal, sys\nfrom pytest_aiassert.sandbox import run, nursery\nrun('pass')\n"
        "own = nursery.nursery()\nprint(own._process.pid, own._base, flush=True)\n"
        "if sys.argv[1] == 'kill': os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for way in ("exit", "kill"):
        shown = subprocess.run([sys.executable, "-c", code, way], capture_output=True, text=True, check=False).stdout
        pid, base = shown.split()
        deadline = time.monotonic() + 5
        while (Path(base).exists() or Path(f"/proc/{pid}").exists()) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not Path(base).exists()
        assert not Path(f"/proc/{pid}").exists()
