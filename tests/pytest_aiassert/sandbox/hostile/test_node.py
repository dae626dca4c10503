"""Processes that Node.js starts: as many as it may, none of which outlives it."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from tests.pytest_aiassert.sandbox.hostile.test_attacks import SETUPS, USERS, assert_nothing_left

NODE = shutil.which("node")
ROOM = {"wall": 30.0, "cpu": 20.0}
DAEMON = """
const child = require('child_process')
  .spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60'], {detached: true, stdio: 'ignore'})
child.on('spawn', () => { console.log('STARTED'); child.unref() })
"""
BOMB = """
const { spawn } = require('child_process')
let refused = 0, made = 0
for (let n = 0; n < 200; n++) {
  try { spawn('/bin/sleep', ['2'], {stdio: 'ignore'}).on('error', () => refused++).on('spawn', () => made++) }
  catch { refused++ }
}
setTimeout(() => { console.log(made, refused); process.exit(0) }, 700)
"""

pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
everywhere = pytest.mark.parametrize(("user", "setup"), [(user, setup) for user in USERS for setup in SETUPS])


def ask(ground, program, without):
    question = {"do": "run", "language": "javascript", "tool": NODE, "code": program, "limits": ROOM}
    return ground.ask(question | {"without": list(without)})


@everywhere
def test_a_daemon_starts_and_ends_with_its_job(grounds, user, setup):
    said = ask(grounds(user), DAEMON, SETUPS[setup])

    assert (said["outcome"], said["stdout"]) == ("ok", "STARTED\n")
    assert said["duration"] < 25
    assert_nothing_left(said)


@everywhere
def test_a_bomb_of_processes_is_bounded(grounds, user, setup):
    ground, without = grounds(user), SETUPS[setup]
    if user == "root" and not {"namespaces", "identity"} & set(ground.layers(without)):
        pytest.skip("root without a user for each job: the kernel counts no processes of root")
    said = ask(ground, BOMB, without)
    made, refused = map(int, said["stdout"].split())

    assert made < 64 < refused
    assert_nothing_left(said)


def test_outside_the_sandbox_the_bomb_goes_off():
    shown = subprocess.run([NODE, "-e", BOMB], capture_output=True, text=True, check=True, timeout=60).stdout

    assert shown == "200 0\n"
