"""Servers kept warm: for the second question, replaced once, in any thread and after any fork, never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_aiassert.code.lint import _by_process, _one
from pytest_aiassert.code.ruffserver import RuffSettings
from pytest_aiassert.code.warm import WarmRuff, warm_ruff

SETTINGS = RuffSettings(select=("F",))
PROGRAM = """
import os, signal, sys
from pytest_aiassert.code.lint import lint
from pytest_aiassert.code.warm import warm_ruff

for number in range(3):
    assert [each.rule for each in lint(f"import os\\nx = {number}\\n")] == ["F401"]
place, = warm_ruff()._places.values()
print(place.server._process.pid, flush=True)
"""


@pytest.fixture
def warm():
    servers = WarmRuff()
    yield servers
    servers.close(for_good=True)


def codes(server):
    return [each["code"] for each in server.diagnostics("import os\n")]


def yes(_server):
    return True


def is_running(pid):
    """Tell whether there is such a process; one that has ended and is still listed is none."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(listed.strip()) and not listed.strip().startswith("Z")


def is_gone(pid, seconds=5.0):
    deadline = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_running(pid)


def pid_of(warm, settings=SETTINGS):
    return warm._places[settings].server._process.pid


def test_the_second_question_starts_a_server(warm):
    assert warm.ask(SETTINGS, codes, yes) is None
    assert warm.ask(SETTINGS, codes, yes) == ["F401"]
    first = pid_of(warm)
    assert warm.ask(SETTINGS, codes, yes) == ["F401"]
    assert pid_of(warm) == first


def test_a_server_that_is_not_right_is_never_asked(warm):
    examined = []
    answers = [warm.ask(SETTINGS, codes, lambda server: bool(examined.append(server))) for _ in range(4)]
    assert answers == [None] * 4
    assert len(examined) == 1
    assert is_gone(examined[0]._process.pid)


def test_a_server_that_ends_is_replaced_once(warm):
    warm.ask(SETTINGS, codes, yes)
    for _ in range(2):
        assert warm.ask(SETTINGS, codes, yes) == ["F401"]
        pid = pid_of(warm)
        os.kill(pid, 9)
        assert warm.ask(SETTINGS, codes, yes) is None
        assert is_gone(pid)
    assert warm.ask(SETTINGS, codes, yes) is None
    assert warm._places[SETTINGS].server is None


def test_findings_stay_right_while_servers_end():
    warm_ruff().close()
    for number in range(6):
        code = f"import os\nx = {number}\n"
        for place in warm_ruff()._places.values():
            if place.server is not None:
                place.server._process.kill()
        assert _one(code, ("F",), ()) == _by_process(code, ("F",), ())
    warm_ruff().close()


def test_a_server_that_cannot_be_started_is_tried_twice():
    tried = []

    def start(settings):
        tried.append(settings)
        raise OSError("no")

    warm = WarmRuff(start)
    assert [warm.ask(SETTINGS, codes, yes) for _ in range(5)] == [None] * 5
    assert len(tried) == 2


def test_an_interrupt_ends_the_server_and_is_passed_on(warm):
    def interrupt(_server):
        raise KeyboardInterrupt

    warm.ask(SETTINGS, codes, yes)
    warm.ask(SETTINGS, codes, yes)
    pid = pid_of(warm)
    with pytest.raises(KeyboardInterrupt):
        warm.ask(SETTINGS, interrupt, yes)
    assert is_gone(pid)
    assert warm.ask(SETTINGS, codes, yes) == ["F401"]


def test_at_most_four_are_kept_and_the_idlest_gives_way(warm):
    choices = [RuffSettings(select=("F",), line_length=80 + number) for number in range(5)]
    for settings in choices[:4]:
        warm.ask(settings, codes, yes)
        assert warm.ask(settings, codes, yes) == ["F401"]
    warm.ask(choices[0], codes, yes)
    pids = [pid_of(warm, settings) for settings in choices[:4]]
    warm.ask(choices[4], codes, yes)
    assert [is_running(pid) for pid in pids] == [True, False, True, True]
    assert len(warm._places) == 4
    assert warm.ask(choices[4], codes, yes) == ["F401"]
    assert [warm.ask(settings, codes, yes) for settings in choices * 3][5:] == [None] * 10


def test_closing_ends_all_and_lets_others_be_started(warm):
    warm.ask(SETTINGS, codes, yes)
    warm.ask(SETTINGS, codes, yes)
    pid = pid_of(warm)
    warm.close()
    assert is_gone(pid)
    warm.ask(SETTINGS, codes, yes)
    assert warm.ask(SETTINGS, codes, yes) == ["F401"]
    warm.close(for_good=True)
    assert [warm.ask(SETTINGS, codes, yes) for _ in range(3)] == [None] * 3


def test_threads_share_a_server(warm):
    def ask(number):
        found = warm.ask(SETTINGS, lambda server: server.diagnostics(f"import module_{number}\n"), yes)
        return number, None if found is None else found[0]["message"].split("\n")[0]

    with ThreadPoolExecutor(8) as threads:
        answers = dict(threads.map(ask, range(200)))
    assert sum(answer is None for answer in answers.values()) == 1
    assert all(answer in (None, f"`module_{number}` imported but unused") for number, answer in answers.items())


def test_a_fork_has_servers_of_its_own():
    script = """
child = os.fork()
if child == 0:
    assert not warm_ruff()._places
    found = [lint(f"import re\\nz = {number}\\n") for number in range(3)]
    assert [each[0].rule for each in found] == ["F401"] * 3
    warm_ruff().close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert [each.rule for each in lint("import os\\ny = 9\\n")] == ["F401"]
assert place.server._process.poll() is None
"""
    assert is_gone(run(script))


def test_nothing_is_left_at_the_end_of_a_process():
    assert is_gone(run(""))


def test_nothing_is_left_of_a_process_that_was_killed():
    assert is_gone(run("os.kill(os.getpid(), signal.SIGKILL)", -9))


def test_nothing_is_left_of_a_killed_process_whose_child_lives_on():
    script = """
if os.fork() == 0:
    os.close(1)
    os.read(0, 1)
    os._exit(0)
os.kill(os.getpid(), signal.SIGKILL)
"""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM + script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert is_gone(int(process.stdout.readline()))


def run(script, code=0):
    command = [sys.executable, "-W", "error", "-c", PROGRAM + script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (code, "")
    return int(done.stdout)
