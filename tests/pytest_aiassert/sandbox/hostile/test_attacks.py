"""Every attack ends as it must and leaves nothing, never passes, and works where what stops it is missing."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from tests.pytest_aiassert.sandbox.hostile.attack import Attack
from tests.pytest_aiassert.sandbox.hostile.files import FILES
from tests.pytest_aiassert.sandbox.hostile.neighbours import NEIGHBOURS
from tests.pytest_aiassert.sandbox.hostile.network import NETWORK
from tests.pytest_aiassert.sandbox.hostile.node import NODE
from tests.pytest_aiassert.sandbox.hostile.processes import PROCESSES
from tests.pytest_aiassert.sandbox.hostile.resources import RESOURCES

from pytest_aiassert.sandbox.jail.confinement import LAYERS

ATTACKS = {
    f"{topic}: {name}": attack
    for topic, attacks in {
        "processes": PROCESSES,
        "neighbours": NEIGHBOURS,
        "network": NETWORK,
        "files": FILES,
        "resources": RESOURCES,
        "node": NODE,
    }.items()
    for name, attack in attacks.items()
}
SETUPS = {"full": (), "kernel": ("namespaces",)}
USERS = ("root", "ordinary") if os.geteuid() == 0 else ("ordinary",)
"""The users that run attacks: root lends a part to nobody."""
WALLED = [
    (user, setup, name)
    for user in USERS
    for setup, without in SETUPS.items()
    for name, attack in ATTACKS.items()
    if not attack.layers or not {*attack.layers} <= {*without}
]
ALONE = {f"{name} - {layer}": (name, layer) for name, attack in ATTACKS.items() for layer in attack.layers}


def asked(attack: Attack, without=(), **other):
    if attack.only_on and os.uname().machine != attack.only_on:
        pytest.skip(f"calls by the numbers of {attack.only_on}")
    if attack.language == "javascript":
        other["language"], other["tool"] = attack.language, shutil.which("node")
        if other["tool"] is None:
            pytest.skip("Node.js is not installed")
    question = {"do": "run", "code": attack.armed(), "limits": dict(attack.limits), "without": list(without)}
    return question | other


@pytest.mark.parametrize(("user", "setup", "attack"), WALLED)
def test_an_attack_ends_as_it_must(grounds, user, setup, attack):
    row, without = ATTACKS[attack], SETUPS[setup]
    ground = grounds(user)
    if row.layers and not ground.standing(row, without):
        pytest.skip(f"nothing here that would stop it: {', '.join(row.layers)}")
    said = ground.ask(asked(row, without))

    assert said["outcome"] == row.ends, said["stderr"]
    assert re.search(row.says, said["stderr"].strip().rpartition("\n")[2]), said["stderr"]
    if row.ends != "output":
        assert "ESCAPED" not in said["stdout"]
    assert_nothing_left(said)


def has_yama():
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    return scope.exists() and scope.read_text() != "0\n"


def assert_nothing_left(said):
    """The next job works, no process is left or lost, no file is left or changed."""
    assert (said["next"]["outcome"], said["next"]["stdout"]) == ("ok", "[] 4\n")
    assert (said["processes"], said["files"], said["lost"]) == ([], [], 0)


@pytest.mark.parametrize("case", ALONE)
def test_a_layer_that_stops_it_stops_it_alone(grounds, case):
    attack, layer = ALONE[case]
    row, ground = ATTACKS[attack], grounds(USERS[0])
    others = tuple(other for other in LAYERS if other != layer)
    if layer not in ground.standing(row, others):
        pytest.skip(f"there is no {layer} alone here")
    said = ground.ask(asked(row, others) | {"code": row.fused()})

    assert "ESCAPED" not in said["stdout"]
    assert said["outcome"] == "error"


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_what_stops_it_an_attack_works(grounds, attack):
    row = ATTACKS[attack]
    if row.control_by == "root" and USERS[0] != "root":
        pytest.skip("only root can show it")
    if row.control_by.endswith("without Yama") and has_yama():
        pytest.skip("Yama keeps processes from tracing each other")
    user = "ordinary" if row.control_by.startswith("ordinary") else USERS[0]
    patience = 1.0 if "process" in row.stopped_by else 20.0
    question = asked(row, row.layers) | {"code": row.fused(), "limits": dict(row.loose_limits())}
    said = grounds(user).ask(question | ({"do": "plain", "patience": patience} if row.in_plain_python else {}))

    if "process" in row.stopped_by:
        assert said["harness_lost"]
    elif "tidying" in row.stopped_by:
        assert said["files"]
    else:
        assert "ESCAPED" in said["stdout"], said


PROBE = "def check(candidate):\n    assert candidate(2, 2) == 4\n"


@pytest.mark.parametrize("attack", [name for name, attack in ATTACKS.items() if attack.language == "python"])
def test_an_attack_never_counts_as_a_pass(grounds, attack):
    row = ATTACKS[attack]
    code = row.armed() + "\ndef add(a, b): return 5"
    said = grounds(USERS[0]).ask(asked(row, do="check", test=PROBE) | {"code": code, "limits": {"wall": 0.3}})

    assert not said["passed"]
    assert said["reason"]
    assert_nothing_left(said)
