"""Work in order, on every core, and around what is slow."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from pytest_aiassert.sandbox import Limits, arun, arun_many, program, run_many
from pytest_aiassert.sandbox.crew import MOST_SLOW, both, cores, work_through
from pytest_aiassert.sandbox.job import Ended, Job


def test_results_come_in_order():
    assert work_through(range(50), lambda n, _: n * n, workers=4) == [n * n for n in range(50)]


def test_no_work_is_no_result():
    assert work_through([], lambda n, _: n, workers=0) == []


def test_no_more_than_the_workers_are_at_it():
    now, most = [], []

    def work(n, _):
        now.append(n)
        most.append(len(now))
        time.sleep(0.002)
        now.remove(n)

    work_through(range(40), work, workers=3)

    assert max(most) <= 3


def test_a_slow_one_is_replaced_and_only_once():
    gate = threading.Event()

    def work(n, slow):
        if n == 0:
            slow()
            slow()
            gate.wait(5)
        elif n == 9:
            gate.set()
        return n

    started = time.monotonic()
    assert work_through(range(10), work, workers=1) == list(range(10))
    assert time.monotonic() - started < 4


def test_there_is_an_end_to_replacing():
    running = []

    def work(n, slow):
        slow()
        running.append(threading.active_count())
        time.sleep(0.01)

    before = threading.active_count()
    work_through(range(60), work, workers=2)

    assert max(running) <= before + MOST_SLOW + 2


def test_the_first_error_is_raised_and_ends_the_rest():
    seen = []

    def work(n, _):
        seen.append(n)
        if n == 3:
            raise ValueError(n)

    with pytest.raises(ValueError, match="3"):
        work_through(range(1000), work, workers=1)
    assert seen == [0, 1, 2, 3]


def test_both_do_both():
    seen = []
    both(lambda: seen.append(1), lambda: seen.append(2))()

    assert seen == [1, 2]
    assert cores() >= 1


def test_many_programs_run_in_order():
    executions = run_many([f"print({n})" for n in range(12)], workers=3)

    assert [execution.stdout for execution in executions] == [f"{n}\n" for n in range(12)]


def test_programs_that_hang_do_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(Job, "_starved", lambda *_: False)  # a busy machine would have them tried again
    programs = ["while True: pass"] * 2 + ["print(1)"] * 10
    started = time.monotonic()
    outcomes = [execution.outcome for execution in run_many(programs, limits=Limits(wall=1.0), workers=1)]

    assert outcomes == ["timeout"] * 2 + ["ok"] * 10
    assert time.monotonic() - started < 1.9  # one after the other, the two alone take 2


def test_a_time_out_without_processor_time_is_tried_again(monkeypatch):
    asked = []

    def finished(work, limits, tools, slow):
        asked.append(slow is None)
        job = program.start_job(limits, tools)
        job.close()
        return job, Ended(outcome="timeout", returncode=None, detail="", starved=len(asked) == 1)

    monkeypatch.setattr(program, "_finished", finished)
    run_many(["pass"])

    assert asked == [False, True]


def test_programs_can_be_awaited():
    async def both_ways():
        return await arun("print(1)"), await arun_many(["print(2)", "print(3)"])

    one, many = asyncio.run(both_ways())
    assert [execution.stdout for execution in (one, *many)] == ["1\n", "2\n", "3\n"]
