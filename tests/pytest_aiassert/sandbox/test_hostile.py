"""What hostile code meets that is no row of a table: its descriptors, its session's end, and the matcher's patience."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path

import pytest

from pytest_aiassert.matchers import implements
from pytest_aiassert.sandbox import CandidateSession, Limits, Lost, Raised, Returned, nursery, run, session
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.nursery import Nursery

SHORT = Limits(wall=3.0)


def call(code, name="add", args=(2, 2), limits=SHORT):
    with CandidateSession(code, limits=limits) as session:
        return session.call(name, args)


LIST_DESCRIPTORS = """
import os
import stat
def add(a, b):
    found = []
    for number in range(1024):
        try:
            found.append(stat.S_IFMT(os.fstat(number).st_mode))
        except OSError:
            pass
    return found
"""


def test_a_candidate_inherits_no_descriptor_but_its_own(tmp_path):
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        answer = call(LIST_DESCRIPTORS)

    assert isinstance(answer, Returned)
    assert answer.value == [stat.S_IFCHR, stat.S_IFIFO, stat.S_IFIFO, stat.S_IFSOCK]


def test_an_endless_loop_is_lost_after_its_wall_clock():
    started = time.monotonic()
    answer = call("def add(a, b):\n    while True: pass", limits=Limits(wall=0.4))

    assert answer == Lost(outcome="timeout", detail="ran longer than 0.4 s")
    assert time.monotonic() - started < 6


def test_an_endless_loop_in_a_matcher_costs_two_time_outs_at_most(monkeypatch):
    monkeypatch.setattr(session, "Limits", lambda: Limits(wall=0.7))
    started = time.monotonic()
    cases = [((n, n), 2 * n) for n in range(20)]
    verdict = implements("add", cases=cases).check("```python\ndef add(a, b):\n    while True: pass\n```")

    assert not verdict.passed
    assert "ran longer than 0.7 s" in verdict.reason
    assert time.monotonic() - started < 3


def test_a_memory_bomb_in_a_call_is_raised():
    answer = call("def add(a, b): return len(bytearray(8 * 1024**3))")

    assert isinstance(answer, Raised)
    assert answer.error == "MemoryError"


def test_ten_gigabytes_of_output_in_a_call_are_cut_off():
    flood = "def add(a, b):\n    for _ in range(10_000): print('x' * 1_000_000)"
    answer = call(flood, limits=Limits(wall=10, output=10_000))

    assert answer == Lost(outcome="output", detail="wrote more than 10000 bytes of output", stdout="x" * 10_000)


ESCAPEE = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        while True:
            open({heartbeat!r}, 'a').write('x')
            time.sleep(0.01)
    os._exit(0)
time.sleep(0.3)
"""


def test_a_process_that_left_the_session_does_not_outlive_its_job(tmp_path, monkeypatch):
    """Where the kernel refuses nothing, so that there is something to end."""
    heartbeat = tmp_path / "heartbeat"
    with contextlib.closing(Nursery(without=LAYERS)) as own:
        monkeypatch.setattr(nursery, "nursery", lambda _=None: own)
        assert run(ESCAPEE.format(heartbeat=str(heartbeat))).outcome == "ok"
        assert heartbeat.exists()

        time.sleep(0.3)
        size = heartbeat.stat().st_size
        time.sleep(0.2)
        assert heartbeat.stat().st_size == size


def test_scratch_is_private_and_removed():
    answer = call("import os\ndef add(a, b):\n    open('left', 'w').write('x'); os.mkdir('d')\n    return os.getcwd()")

    assert isinstance(answer, Returned)
    deadline = time.monotonic() + 3
    while Path(answer.value).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(answer.value).exists()


@pytest.mark.parametrize("code", ["os.kill(os.getppid(), 9)", "os._exit(3)", "os.kill(os.getpid(), 9)"])
def test_a_loss_leaves_the_next_call_unharmed(code):
    call(f"import os\ndef add(a, b): {code}")

    assert call("def add(a, b): return a + b") == Returned(value=4, args=(2, 2))


def test_leaving_is_never_ok():
    answer = call("import os\ndef add(a, b): os._exit(0)")

    assert answer == Lost(outcome="error", detail="exited with status 0")


def test_limits_of_a_job_do_not_outlive_it():
    run("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))")

    assert run("held = [open('/dev/null') for _ in range(20)]").outcome == "ok"


def test_threads_and_event_loops_still_work():
    code = """
import asyncio, threading
def add(a, b):
    found = []
    thread = threading.Thread(target=lambda: found.append(a))
    thread.start()
    thread.join()
    async def other():
        await asyncio.sleep(0)
        return b
    return found[0] + asyncio.run(other())
"""
    assert call(code) == Returned(value=4, args=(2, 2))
