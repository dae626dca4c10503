"""What the sandbox's tests share: who may run them, and which processes are whose."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
NOBODY = 50_000 + os.getpid() % 10_000
"""A user of this process's own: the kernel counts a user's processes wherever they are."""


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


BECOME_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@functools.cache
def reachable_python():
    """Return a Python that an ordinary user can run, and read the sources with, None where root finds none."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return None
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        probe = (
            "import os, subprocess, sys; assert sys.version_info >= (3, 11); "
            f"os.stat({str(SOURCE / 'pytest_aiassert')!r}); subprocess.run([sys.executable, '-c', ''], check=True)"
        )
        tried = Path(python).exists() and subprocess.run(
            [*BECOME_NOBODY, python, "-c", probe], capture_output=True, check=False
        )
        if tried and tried.returncode == 0:
            return python
    return None


def as_nobody():
    """Return the start of a command that runs Python as an ordinary user, or skip."""
    python = reachable_python()
    if python is None:
        pytest.skip("becoming another user needs root, setpriv, and a Python 3.11 and sources that others can read")
    return [*BECOME_NOBODY, python]
