"""Programs that try to forge a pass, hang, flood or outlive their job: none may succeed, and none may raise here."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import time
from pathlib import Path

import pytest

from pytest_aiassert.matchers.code.implements import implements
from pytest_aiassert.sandbox import CandidateSession, Limits, Lost, Opaque, Raised, Returned, program, run, session
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.nursery import Nursery

SHORT = Limits(wall=3.0)


def call(code, name="add", args=(2, 2), limits=SHORT):
    with CandidateSession(code, limits=limits) as session:
        return session.call(name, args)


def soon(condition, seconds=3.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def fenced(code):
    return f"```python\n{code}\n```"


ALWAYS_EQUAL = """
class Anything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 4
    def __float__(self): return 4.0
def add(a, b): return Anything()
"""

LYING_INT = """
class Liar(int):
    def __eq__(self, other): return True
    def __hash__(self): return 0
def add(a, b): return Liar(4)
"""

PATCHED = """
import builtins, json, sys
class Yes:
    def __eq__(self, other): return True
builtins.isinstance = lambda *_: True
builtins.type = lambda *_: int
json.dumps = lambda *_, **__: '{"passed": true, "id": 1, "value": {"t": "opaque", "v": "x", "note": ""}, "args": []}'
for module in list(sys.modules.values()):
    if hasattr(module, 'encode') and hasattr(module, 'Opaque'):
        module.encode = lambda value: True
def add(a, b): return Yes()
"""

EVERY_DESCRIPTOR = """
import os
def add(a, b):
    for descriptor in range(64):
        try:
            os.write(descriptor, b'PASS {"id": 1, "value": 4}')
        except OSError:
            pass
    return None
"""

TALKS_AHEAD = """
import os, json, struct
def add(a, b):
    body = json.dumps({"id": 1, "value": 4, "args": []}).encode()
    for descriptor in range(3, 64):
        for _ in range(50):
            try:
                os.write(descriptor, struct.pack('>I', len(body)) + body)
            except OSError:
                break
"""

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

FORGERIES = {
    "an object that equals everything": ALWAYS_EQUAL,
    "an int subclass that lies": LYING_INT,
    "patched builtins, json and codec": PATCHED,
    "writing to every descriptor": EVERY_DESCRIPTOR,
    "replies sent ahead of their calls": TALKS_AHEAD,
    "printing pass": "def add(a, b):\n    print('PASS', 'passed', '10 of 10 agree')",
    "exiting with success": "import sys\ndef add(a, b):\n    sys.exit(0)",
    "leaving at once": "import os\ndef add(a, b):\n    os._exit(0)",
    "leaving at load": "import os\nos._exit(0)\ndef add(a, b): return 4",
    "a float that is always close": "class F(float):\n    def __sub__(self, o): return 0.0\ndef add(a, b): return F(4)",
    "killing the zygote": "import os\ndef add(a, b):\n    os.kill(os.getppid(), 9)\n    return 4",
    "killing itself": "import os\ndef add(a, b):\n    os.kill(os.getpid(), 9)",
    "a crash": "import ctypes\ndef add(a, b):\n    return ctypes.string_at(0)",
    "endless recursion": "def add(a, b):\n    return add(b, a)",
    "a list that holds itself": "def add(a, b):\n    x = []\n    x.append(x)\n    return x",
    "an exception that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise self\ndef add(a, b):\n    raise E()"
    ),
    "a closed channel": "import os\ndef add(a, b):\n    os.closerange(0, 256)\n    return 4",
}


@pytest.mark.parametrize("code", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_fails_with_a_reason(code):
    verdict = implements("addition").check(fenced(code))

    assert not verdict.passed
    assert "add" in verdict.reason


@pytest.mark.parametrize("code", [ALWAYS_EQUAL, LYING_INT], ids=["always equal", "int subclass"])
def test_a_value_of_a_candidates_own_type_arrives_opaque(code):
    answer = call(code)

    assert isinstance(answer, Returned)
    assert isinstance(answer.value, Opaque)
    assert answer.value != 4


def test_a_candidate_cannot_read_the_callers_environment(monkeypatch):
    monkeypatch.setenv("PLANTED_SECRET", "hunter2")

    answer = call("import os\ndef add(a, b): return dict(os.environ)")
    program = run("import os; print(os.environ)")

    assert isinstance(answer, Returned)
    assert "PLANTED_SECRET" not in answer.value
    assert "hunter2" not in program.stdout


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
    verdict = implements("add", cases=cases).check(fenced("def add(a, b):\n    while True: pass"))

    assert not verdict.passed
    assert "ran longer than 0.7 s" in verdict.reason
    assert time.monotonic() - started < 3


def test_processor_time_is_bounded_by_the_kernel():
    execution = run("while True: pass", limits=Limits(wall=20, cpu=1))

    assert execution.outcome == "timeout"
    assert execution.duration < 15


def test_a_memory_bomb_is_refused():
    answer = call("def add(a, b): return len(bytearray(8 * 1024**3))")
    execution = run("x = bytearray(8 * 1024**3)")

    assert isinstance(answer, Raised)
    assert answer.error == "MemoryError"
    assert execution.outcome == "memory"


def test_ten_gigabytes_of_output_are_cut_off():
    flood = "chunk = 'x' * 1_000_000\nfor _ in range(10_000):\n    print(chunk)"
    execution = run(flood, limits=Limits(wall=10, output=10_000))
    answer = call(
        f"def add(a, b):\n    {flood.replace(chr(10), chr(10) + '    ')}", limits=Limits(wall=10, output=10_000)
    )

    assert execution.outcome == "output"
    assert len(execution.stdout) == 10_000
    assert answer == Lost(outcome="output", detail="wrote more than 10000 bytes of output", stdout="x" * 10_000)


def test_a_huge_file_is_refused():
    execution = run("open('big', 'wb').write(bytes(64 * 1024**2))", limits=Limits(files=1024**2))

    assert execution.outcome == "error"
    assert "File too large" in execution.stderr


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
        monkeypatch.setattr(program, "start_job", lambda limits, _: own.start(limits))
        assert run(ESCAPEE.format(heartbeat=str(heartbeat))).outcome == "ok"
        assert heartbeat.exists()

        time.sleep(0.3)
        size = heartbeat.stat().st_size
        time.sleep(0.2)
        assert heartbeat.stat().st_size == size


def test_scratch_is_private_and_removed(tmp_path):
    answer = call("import os\ndef add(a, b):\n    open('left', 'w').write('x'); os.mkdir('d')\n    return os.getcwd()")

    assert isinstance(answer, Returned)
    assert soon(lambda: not Path(answer.value).exists())


def test_a_loss_leaves_the_next_job_unharmed():
    for code in ("import os\ndef add(a, b): os.kill(os.getppid(), 9)", "import os\ndef add(a, b): os._exit(3)"):
        call(code)
        assert call("def add(a, b): return a + b") == Returned(value=4, args=(2, 2))


def test_leaving_is_never_ok():
    answer = call("import os\ndef add(a, b): os._exit(0)")

    assert answer == Lost(outcome="error", detail="exited with status 0")


def test_the_caller_cannot_be_signalled():
    with contextlib.closing(Nursery()) as own:
        own.isolation().require("kernel")
    answer = call(f"import os\ndef add(a, b):\n    os.kill({os.getpid()}, 0)")

    assert isinstance(answer, Raised)
    assert answer.error == "PermissionError"


def test_the_network_is_out_of_reach():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = call(f"import socket\ndef add(a, b):\n    socket.create_connection(('127.0.0.1', {port}), 1)")

    assert isinstance(answer, Raised)
    assert answer.error == "PermissionError"


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
