"""Sandboxes of every make: as root and as an ordinary user, with namespaces and without."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
NOBODY = 65534
HELPER = """
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
from pytest_aiassert.sandbox import CandidateSession, Limits, program
from pytest_aiassert.sandbox import session as sessions
from pytest_aiassert.sandbox.nursery import Nursery

nurseries = {}

def nursery(without, tools):
    key = (tuple(without), tools)
    if key not in nurseries:
        nurseries[key] = Nursery(without=without, tools=tools)
    return nurseries[key]

for line in sys.stdin:
    asked = json.loads(line)
    start = lambda limits, tools=(): nursery(asked["without"], tools).start(limits)
    program.start_job = sessions.start_job = start
    limits = Limits(**asked["limits"])
    if asked["do"] == "run":
        said = dataclasses.asdict(program.run(asked["code"], asked["language"], limits=limits))
    elif asked["do"] == "call":
        with CandidateSession(asked["code"], limits=limits) as session:
            answer = session.call("f", asked["args"])
        said = {"is": type(answer).__name__, "said": repr(answer)}
    else:
        isolation = nursery(asked["without"], ()).isolation()
        said = {"tier": isolation.tier, **{layer.name: layer.available for layer in isolation.layers}}
    print(json.dumps(said), flush=True)
for made in nurseries.values():
    made.close()
"""


def descendants(pid):
    """Return the ids of all processes below one."""
    found = set()
    waiting = [pid]
    while waiting:
        try:
            children = Path(f"/proc/{(parent := waiting.pop())}/task/{parent}/children").read_text().split()
        except OSError:
            continue
        waiting += map(int, children)
        found |= {*map(int, children)}
    return found


@pytest.fixture(scope="session", name="descendants")
def _descendants():
    return descendants


class Setup:
    """A process that runs jobs as some user, with some layers left out."""

    def __init__(self, command, without=()):
        self.without = tuple(without)
        self.process = subprocess.Popen(
            [*command, "-c", HELPER, str(SOURCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PLANTED_SECRET": "hunter2"},
        )

    def ask(self, **question):
        question.setdefault("without", self.without)
        question.setdefault("limits", {})
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def run(self, code, *, language="python", limits=None, without=None):
        asked = {} if without is None else {"without": without}
        return self.ask(do="run", code=code, language=language, limits=limits or {}, **asked)

    def call(self, code, *args, limits=None):
        return self.ask(do="call", code=code, args=args, limits=limits or {})

    @functools.cached_property
    def layers(self):
        return self.ask(do="layers")

    def processes(self):
        """Return the ids of all processes below the helper."""
        return descendants(self.process.pid)

    def close(self):
        self.process.communicate(timeout=20)


def as_nobody():
    """Return the start of a command that runs Python as an ordinary user, or skip."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("becoming another user needs root and setpriv")
    command = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        probe = (
            "import os, subprocess, sys; assert sys.version_info >= (3, 11); "
            f"os.stat({str(SOURCE / 'pytest_aiassert')!r}); subprocess.run([sys.executable, '-c', ''], check=True)"
        )
        tried = Path(python).exists() and subprocess.run(
            [*command, python, "-c", probe], capture_output=True, check=False
        )
        if tried and tried.returncode == 0:
            return [*command, python]
    pytest.skip("an ordinary user can reach no Python 3.11 here, or not the sources")


SETUPS = {
    "full": (False, ()),
    "kernel": (False, ("namespaces",)),
    "full, ordinary user": (True, ()),
    "kernel, ordinary user": (True, ("namespaces",)),
}


@pytest.fixture(scope="session", params=SETUPS)
def setup(request):
    """A sandbox, in four makes; `setup.layers` tells what this machine gives it."""
    ordinary, without = SETUPS[request.param]
    with contextlib.closing(Setup(as_nobody() if ordinary else [sys.executable], without)) as made:
        yield made


@pytest.fixture(scope="session")
def root_setup():
    """The sandbox that the test process's own user gets."""
    with contextlib.closing(Setup([sys.executable])) as made:
        yield made


@pytest.fixture
def untouched(setup):
    """Afterwards: the next job works in an empty folder, and no process is left."""
    setup.run("pass")
    before = setup.processes()
    yield
    after = setup.run("import os; print(os.listdir('.'), 2 + 2)")
    assert (after["outcome"], after["stdout"]) == ("ok", "[] 4\n")
    deadline = time.monotonic() + 3
    while not (left := setup.processes()) <= before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert left <= before
