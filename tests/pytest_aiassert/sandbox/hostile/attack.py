"""An attack as a row of a table: what it does, what stops it, how it ends, and how it is shown to work otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import cleandoc
from string import Template
from typing import Any, Literal

from pytest_aiassert.sandbox import Outcome
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.jail.syscalls import NUMBERS

PRELUDE = "import os, signal, socket, sys, threading, time\n"
ROOM: Mapping[str, Any] = {"wall": 20.0, "cpu": 8.0}
"""Limits that a busy machine does not reach."""
LOOSE: Mapping[str, Any] = {
    "wall": 20.0,
    "cpu": 20.0,
    "memory": 16 * 2**30,
    "output": 2**30,
    "files": 2**40,
    "descriptors": 4096,
}
"""Limits that are as good as none, for attacks that are bounded by their fuse."""


def source(code: str) -> str:
    """Return a program without the indentation that it has in a table."""
    return cleandoc(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A program that prints ESCAPED once it has what it wants.

    `stopped_by` says what stops it, and so what its control run goes without:

    - layers of isolation, each of which is enough alone ("landlock 6" is its sixth version);
    - a limit, which the control run raises;
    - "environment": that it inherits none, "privileges": that it has none; a control run of these is plain Python;
    - "process": that it has one to itself; in one interpreter with its harness, the harness is lost;
    - "tidying": that its folder is emptied; without, something is left in it.

    `$names` in the program are those of `Ground`, and `$n`: the first of `fuse`, in the control run the second.
    `control_by` is the user that the control run needs, if not any.
    """

    program: str
    stopped_by: tuple[str, ...]
    ends: Outcome = "error"
    says: str = "PermissionError"
    limits: Mapping[str, Any] = field(default_factory=lambda: ROOM)
    fuse: tuple[object, object] = ("", "")
    language: str = "python"
    control_by: Literal["", "root", "ordinary", "ordinary, without Yama"] = ""
    only_on: str = ""

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that stop it, by name."""
        return tuple(name for cause in self.stopped_by if (name := cause.split()[0]) in LAYERS)

    @property
    def in_plain_python(self) -> bool:
        """Whether its control run is plain Python."""
        return self.language == "python" and not {"environment", "privileges", "process", "tidying"}.isdisjoint(
            self.stopped_by
        )

    def armed(self) -> str:
        """Return the program as it attacks."""
        return self._source(self.fuse[0])

    def fused(self) -> str:
        """Return the program as its control run has it: harmless by its own doing."""
        return self._source(self.fuse[1])

    def loose_limits(self) -> Mapping[str, Any]:
        """Return the limits of the control run."""
        raised = {name: LOOSE[name] for name in self.stopped_by if name in LOOSE}
        return {**self.limits, **raised, **({"wall": LOOSE["wall"]} if raised else {})}

    def _source(self, n: object) -> str:
        source = Template(self.program).safe_substitute(n=n)
        return PRELUDE + source if self.language == "python" else source


def by_number(name: str, *arguments: object, says: str = "Operation not permitted", **row: Any) -> Attack:
    """Return an attack that makes a system call; it has escaped where the kernel has looked at the arguments."""
    number = NUMBERS[name][0] if name in NUMBERS else name
    shown = ", ".join(map(str, (number, *arguments)))
    program = (
        "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"refused = libc.syscall({shown}) < 0 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)\n"
        "assert not refused, os.strerror(ctypes.get_errno())\nprint('ESCAPED')"
    )
    return Attack(program=program, stopped_by=row.pop("stopped_by", ("seccomp",)), says=says, only_on="x86_64", **row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """Code that defines a wrong `add` and wants it to pass.

    It does in one interpreter with the test, which compares as `compares` says: a harness that goes by the exit status,
    or by the output, is fooled. `uncontrolled` says why there is nothing to show.
    """

    code: str
    fools: Literal["status", "output"] = "status"
    compares: str = "got == expected"
    says: str = "AssertionError"
    uncontrolled: str = ""

    @property
    def test(self) -> str:
        """A test in the manner of HumanEval."""
        return (
            "import json, math, operator, unittest\nCASES = [((2, 2), 4), ((1, 5), 6), ((-3, 3), 0)]\n"
            "def check(candidate):\n    for args, expected in CASES:\n        got = candidate(*args)\n"
            f"        assert {self.compares}\n"
        )

    @property
    def in_one_interpreter(self) -> str:
        """Code and test as one program, as naive harnesses run them."""
        return f"{self.code}\n{self.test}check(add)\nprint('PASSED')\n"
