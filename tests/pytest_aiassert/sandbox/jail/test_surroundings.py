"""What a test could change for the next one is noticed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_aiassert.sandbox.jail.surroundings import Compiled

PROGRAM = """
import builtins, os, sys, threading, types, math, typing
from pytest_aiassert.sandbox.jail.surroundings import Compiled, Surroundings

def tried(change):
    surroundings = Surroundings()
    exec(change, {**globals()})
    print(surroundings.changed(), flush=True)
    os._exit(0)

for number, change in enumerate(sys.stdin.read().split("---")):
    if os.fork() == 0:
        tried(change)
    os.wait()
"""
UNNOTICED = (
    "exec(Compiled.of('import math, typing\\nx = [math.pi]\\ndef f(): return x', '').codes[1], {})",
    "class A: pass\nA.x = 1",
)
NOTICED = (
    "sys.modules['brand_new'] = types.ModuleType('brand_new')",
    "sys.modules['math'] = types.ModuleType('math')",
    "del sys.modules['math']",
    "builtins.len = sum",
    "builtins.brand_new = 1",
    "math.pi = 3",
    "sys.setrecursionlimit(5000)",
    "sys.path.append('/')",
    "os.environ['BRAND_NEW'] = '1'",
    "os.chdir('/usr')",
    "threading.Thread(target=threading.Event().wait, daemon=True).start()",
)


def test_every_change_is_noticed_and_nothing_else():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input="---".join((*UNNOTICED, *NOTICED)),
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
    )

    assert done.stdout.split() == ["False"] * len(UNNOTICED) + ["True"] * len(NOTICED)


@pytest.mark.parametrize(
    ("code", "meddles"),
    [
        ("def check(candidate):\n    assert candidate([1]) == {'a': 1}\n", False),
        ("import math\nfrom typing import List\nx: List[int] = [math.floor(2.5)]\nx[0] = 3\n", False),
        ("import math\nmath.pi = 3", True),
        ("import math\ndef f():\n    def g():\n        del math.pi", True),
        ("setattr(1, 'a', 2)", True),
        ("print.__self__.__dict__", True),
        ("import builtins", True),
        ("eval('1')", True),
    ],
)
def test_code_that_may_change_what_is_not_its_own_is_told_by_its_instructions(code, meddles):
    assert Compiled.of(code, "").meddles == meddles
    assert Compiled.of("", code).meddles == meddles
