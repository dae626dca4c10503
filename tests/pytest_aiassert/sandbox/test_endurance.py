"""Many jobs after another: no worker grows, and no descriptor stays open, here or in a worker."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.pytest_aiassert.sandbox.conftest import descendants

from pytest_aiassert.sandbox import Candidate, Check, check_many, run, run_many
from pytest_aiassert.sandbox.crew import cores
from pytest_aiassert.sandbox.nursery import nursery
from pytest_aiassert.sandbox.team import pool

MOST = 100_000
"""Kilobytes that a worker may have resident."""
CLAIMED = 10_000
"""Jobs after which it still may not have more."""
ROUND = 60
TEST = "def check(candidate):\n    assert candidate({n}) == {n}\n"


def one_round():
    """Run programs, checks with a few tests, and sessions; some of each go wrong."""
    programs = ["open('x', 'w').write('y'); print(1)", "held = bytes(10**7)", "1 / 0"] * (ROUND // 3)
    assert [done.outcome for done in run_many(programs)] == ["ok", "ok", "error"] * (ROUND // 3)
    codes = ["def f(n): return n", "def f(n): return [n] * 10**5", "import os\ndef f(n): os._exit(1)"]
    checks = [Check(code=code, entry_point="f", test=TEST.format(n=n % 5)) for n in range(ROUND // 3) for code in codes]
    assert [done.passed for done in check_many(checks)] == [True, False, False] * (ROUND // 3)
    for n in range(ROUND // 10):
        with Candidate(codes[n % 3]) as candidate:
            candidate.call("f", (n,))


def resident(pid):
    """Return a process's resident kilobytes, none where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def descriptors(pid):
    """Return how many descriptors a process has, but for the rules of scratch folders that it has lent."""
    count = 0
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            count += not entry.readlink().name.endswith("landlock-ruleset]")
    return count


def settled(pid):
    """Return a zygote's lasting processes once its jobs are gone: itself, and one in its namespaces."""
    deadline = time.monotonic() + 5
    while len(found := {pid, *descendants(pid)}) > 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


@contextmanager
def watched(pid):
    """Yield a list that gets, for each look at all workers below a process, the largest one's resident memory."""
    looks, over = [], threading.Event()

    def watch():
        while not over.wait(0.02):
            looks.append(max(map(resident, descendants(pid)), default=0))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield looks
    finally:
        over.set()
        watcher.join()


def test_no_worker_grows_and_no_descriptor_stays_open():
    run("pass")
    zygote = nursery()._process.pid
    one_round()  # as many slots as are ever needed
    pool(2 * cores()).close()  # teams are replaced now and then, and watched while they work
    lasting = settled(zygote)
    memory = {pid: resident(pid) for pid in lasting}
    before = {pid: descriptors(pid) for pid in (os.getpid(), *lasting)}

    with watched(zygote) as looks:
        for _ in range(3):
            one_round()

    pool(2 * cores()).close()
    assert settled(zygote) == lasting
    assert {pid: descriptors(pid) for pid in before} == before
    assert 0 < max(looks) < MOST
    jobs = 3 * (2 * ROUND + ROUND // 10)
    for pid, kilobytes in memory.items():
        assert kilobytes + (resident(pid) - kilobytes) / jobs * CLAIMED < MOST
