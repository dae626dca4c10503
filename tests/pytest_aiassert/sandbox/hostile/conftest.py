"""Proving grounds, one for each user, which answer all the questions of a session together."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pytest_aiassert.sandbox.conftest import SOURCE, as_nobody, reachable_python


class Ground:
    """A process that runs attacks as some user, by a command that root hands over to."""

    def __init__(self, python, handing_over=()):
        self.process = subprocess.Popen(
            [python, str(Path(__file__).with_name("ground.py")), str(SOURCE), *handing_over],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PLANTED_SECRET": "hunter2", "TMPDIR": "/tmp"},
        )
        self._layers = {}

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def layers(self, without):
        """Return the layers there are, without some."""
        if without not in self._layers:
            self._layers[without] = self.ask({"do": "layers", "without": list(without)})
        return self._layers[without]

    def standing(self, attack, without):
        """Return the layers there are, without some, that stop an attack."""
        there = self.layers(without)
        version = int(there["landlock"].rpartition("version ")[2].rstrip(")")) if "landlock" in there else 0
        causes = [cause.split() for cause in attack.stopped_by]
        return {name for name, *since in causes if name in there and (not since or version >= int(since[0]))}

    def close(self):
        self.process.communicate(timeout=20)


def ground_of(user):
    """Start the ground of a user; root's is run by a Python that others can reach, too, so that jobs can be others."""
    if os.geteuid() != 0:
        return Ground(sys.executable)
    return Ground(reachable_python() or sys.executable, as_nobody() if user == "ordinary" else ())


@pytest.fixture(scope="session")
def grounds():
    """Return the proving ground of a user, made when first asked for."""
    with contextlib.ExitStack() as stack:
        made = {}

        def of(user):
            if user not in made:
                made[user] = stack.enter_context(contextlib.closing(ground_of(user)))
            return made[user]

        yield of
