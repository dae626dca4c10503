"""Codes that share a lane, one after another: none harms the lane, the next one, or outlives its turn."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.pytest_aiassert.sandbox.conftest import SOURCE, as_nobody

from pytest_aiassert.sandbox import Check, Limits, check, check_many, nursery, team
from pytest_aiassert.sandbox.crew import cores
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.nursery import Nursery
from pytest_aiassert.sandbox.team import Pool, Team, pool

TEST = "def check(candidate):\n    assert candidate(2, 2) == 4\n"
TELL = "def check(candidate):\n    assert candidate() == 'nothing', candidate()\n"
GOOD = Check(code="def f(a, b): return a + b", entry_point="f", test=TEST)
MAKES = {"full": (), "kernel": ("namespaces",), "limits": LAYERS}


@pytest.fixture(params=MAKES)
def lanes(request, monkeypatch):
    """Every check in one lane, in three makes of sandbox; gives the make."""
    with contextlib.closing(Nursery(without=MAKES[request.param])) as own:
        if own.isolation().tier != request.param:
            pytest.skip(f"this machine has no isolation {request.param!r} of its own")
        monkeypatch.setattr(team, "start_job", own.start)
        monkeypatch.setattr(team, "layers", lambda: own.isolation().layers)
        fresh = Pool(1)
        monkeypatch.setattr("pytest_aiassert.sandbox.checking.pool", lambda _: fresh)
        yield request.param
        fresh.close()


def after(code, then, **options):
    """Return what became of two codes in one lane."""
    both = [Check(code=code, entry_point="f", test=TEST), then]
    return check_many(both, workers=1, limits=Limits(wall=0.8), **options)


HARMS = {
    "kills its lane": "import os\ndef f(a, b): os.kill(os.getppid(), 9)",
    "stops its lane": "import os\ndef f(a, b): os.kill(os.getppid(), 19)",
    "kills all": "import os\ndef f(a, b): os.kill(-1, 9)",
    "kills its group": "import os\ndef f(a, b): os.killpg(0, 9)",
    "forks": "import os\ndef f(a, b): os.fork()",
    "starts a program": "import os\ndef f(a, b): os.execv('/bin/true', ['true'])",
    "has the kernel kill its lane": (
        "import fcntl, os, socket\ndef f(a, b):\n    near, far = socket.socketpair()\n"
        "    fcntl.fcntl(near, fcntl.F_SETOWN, os.getppid())\n    fcntl.fcntl(near, fcntl.F_SETSIG, 9)\n"
        "    fcntl.fcntl(near, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)\n    far.send(b'x')"
    ),
    "limits its lane": "import os, resource\ndef f(a, b): resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
    "slows its lane": "import os\ndef f(a, b): os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "moves its lane": "import os\ndef f(a, b): os.sched_setaffinity(os.getppid(), {0})",
    "traces its lane": (
        "import ctypes, os\ndef f(a, b):\n    libc = ctypes.CDLL(None, use_errno=True)\n"
        "    if libc.ptrace(16, os.getppid(), 0, 0): raise PermissionError\n    return 4"
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_lane_is_out_of_its_residents_reach(lanes, harm):
    if lanes == "limits":
        pytest.skip("nothing there keeps a process from another of the same user")
    harmful, next_one = after(HARMS[harm], GOOD)

    assert not harmful.passed
    assert "PermissionError" in harmful.reason
    assert next_one.passed


TRACES = {
    "a global": ("import builtins\nbuiltins.spoor = 1", "import builtins\ndef f(): return vars(builtins).get('spoor')"),
    "a module": ("import sys\nsys.modules['spoor'] = sys", "import sys\ndef f(): return sys.modules.get('spoor')"),
    "a file": ("open('spoor', 'w').write('x')", "import os\ndef f(): return ''.join(os.listdir('.'))"),
    "a file that is gone": (
        "import os\nopen('s', 'w')\nos.remove('s')",
        "import os\ndef f(): return ''.join(os.listdir('.'))",
    ),
    "a mark on the folder": (
        "import os\ntry: os.setxattr('.', 'user.spoor', b'x')\nexcept OSError: pass",
        "import os\ndef f(): return ''.join(os.listxattr('.'))",
    ),
    "a mode": (
        "import os\nos.chmod('.', 0o755)",
        "import os\ndef f(): return '' if os.stat('.').st_mode & 7 == 0 else 'x'",
    ),
    "the environment": ("import os\nos.environ['SPOOR'] = 'x'", "import os\ndef f(): return os.environ.get('SPOOR')"),
    "a folder entered": ("import os\nos.chdir('/')", "import os\ndef f(): return '' if os.getcwd() != '/' else 'x'"),
    "a lower limit": (
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))",
        "import resource\ndef f(): return '' if resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 9 else 'x'",
    ),
    "memory": (
        "text = 'never seen ' + 'before' * 50",
        (
            "import gc\ndef f():\n    return 'x' if any(type(o) is dict and 'never seen' in str(o.get('text'))"
            " for o in gc.get_objects()) else ''"
        ),
    ),
}


@pytest.mark.parametrize("trace", TRACES)
def test_nothing_of_a_code_is_left_for_the_next(lanes, trace):
    left, looked_for = TRACES[trace]
    first, second = after(
        f"{left}\ndef f(a, b): return a + b",
        Check(code=f"{looked_for}\nfound = f\ndef f(): return found() or 'nothing'", entry_point="f", test=TELL),
    )

    assert first.passed or "PermissionError" in first.reason
    assert second.passed, second.reason


def test_what_runs_on_after_the_verdict_is_ended(lanes, descendants):
    code = (
        "import os, threading, time\ndef f(a, b):\n"
        "    os._exit = None\n    threading.Thread(target=time.sleep, args=(60,)).start()\n    return a + b"
    )
    last, passed = after(code, GOOD)
    assert (last.passed, passed.passed) == (True, True)


def test_a_lane_serves_one_after_another(lanes, monkeypatch):
    made = []
    init = Team.__init__

    def count(self, limits):
        made.append(1)
        init(self, limits)

    monkeypatch.setattr(Team, "__init__", count)
    assert all(checked.passed for checked in check_many([GOOD] * 40, workers=1))
    assert check_many([GOOD], workers=1)[0].passed
    assert len(made) == (41 if lanes == "limits" else 1)


def test_a_lane_that_was_killed_is_replaced():
    assert check_many([GOOD] * 3)[0].passed
    for idle in pool(2 * cores())._idle:
        idle._lane.stop("killed", "in the test")
        idle._checker.stop("killed", "in the test")

    assert all(checked.passed for checked in check_many([GOOD] * 6))


def test_a_checker_that_compiling_kills_is_asked_once():
    nested = "x = " + "(" * 90 + "1" + ")" * 90 + "\nx = " + "-" * 20_000 + "1\n" + GOOD.code
    bad, good = check_many([Check(code=nested, entry_point="f", test=TEST), GOOD])

    assert (bad.passed, good.passed) == (False, True)
    assert "test itself" not in bad.reason


def test_long_code_is_taken_up_to_a_bound():
    long = f"text = '{'x' * 400_000}'\n{GOOD.code}"

    assert check(long, "f", TEST).passed
    assert check(f"# {long * 3}", "f", TEST).reason == "the code is longer than 1000000 characters"


@pytest.mark.parametrize("way", ["kill", "interrupt"])
def test_no_lane_outlives_its_caller(way, descendants):
    code = (
        "import sys\nfrom pytest_aiassert.sandbox import Check, check_many\n"
        f"good = Check(code='def f(a, b): return a + b', entry_point='f', test={TEST!r})\n"
        "bad = Check(code='import time\\ndef f(a, b): time.sleep(60)', entry_point='f', test=good.test)\n"
        "check_many([good])\nprint('up', flush=True)\ncheck_many([bad] * 3)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as caller:
        assert caller.stdout.readline() == "up\n"
        deadline = time.monotonic() + 5
        while len(below := descendants(caller.pid)) < 9 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(below) >= 9  # zygote, lanes, checkers, residents
        caller.send_signal(signal.SIGKILL if way == "kill" else signal.SIGINT)
        caller.wait(10)
    deadline = time.monotonic() + 5
    while (left := [pid for pid in below if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


@pytest.mark.parametrize("nice", [0, 10, 19])
def test_a_slow_code_is_put_behind_the_others_at_any_priority(nice):
    code = (
        "import os\nfrom pytest_aiassert.sandbox import Check, check_many\n"
        f"os.nice({nice})\n"
        "slow = 'import os, time\\ndef f():\\n    time.sleep(0.3)\\n    return os.getpriority(os.PRIO_PROCESS, 0)'\n"
        "test = 'def check(candidate):\\n    assert False, candidate()'\n"
        "print(check_many([Check(code=slow, entry_point='f', test=test)])[0].reason)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown.startswith(f"AssertionError: {min(nice + 5, 19)} at line")


AS_ANOTHER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from pytest_aiassert.sandbox import Check, Limits, check_many, team
from pytest_aiassert.sandbox.nursery import Nursery
codes, test, good, without = json.load(sys.stdin)
own = Nursery(without=without)
team.start_job, team.layers = own.start, lambda: own.isolation().layers
checks = [Check(code=code, entry_point="f", test=test) for harm in codes for code in (harm, good)]
done = check_many(checks, workers=1, limits=Limits(wall=2.0))
print(json.dumps([own.isolation().tier, [(checked.passed, checked.reason) for checked in done]]))
own.close()
"""


@pytest.mark.parametrize("make", ["full", "kernel"])
def test_a_lane_of_an_ordinary_user_is_out_of_reach_too(make):
    work = [list(HARMS.values()), TEST, GOOD.code, MAKES[make]]
    done = subprocess.run(
        [*as_nobody(), "-c", AS_ANOTHER, str(SOURCE)],
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    tier, checked = json.loads(done.stdout)
    if tier != make:
        pytest.skip(f"this machine has no isolation {make!r} for ordinary users")

    assert all("PermissionError" in reason for _, reason in checked[::2])
    assert [passed for passed, _ in checked] == [False, True] * len(HARMS)


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_thousand_codes_leave_nothing_behind():
    check_many([GOOD] * 20)
    before = len([*Path("/proc/self/fd").iterdir()])
    zygote = nursery.nursery()._process.pid
    assert all(checked.passed for checked in check_many([GOOD] * 1000))

    assert len([*Path("/proc/self/fd").iterdir()]) <= before + 8
    assert nursery.nursery()._process.pid == zygote
