"""What a job may use, and what became of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytest_aiassert.errors import UsageError

Outcome: TypeAlias = Literal["ok", "error", "timeout", "memory", "output", "killed"]

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on one job: seconds of wall clock and processor, bytes of memory, output and files.

    `output` bounds stdout and stderr each; `files` bounds each file the job writes. Raises UsageError unless positive.
    """

    wall: float = 3.0
    cpu: float = 4.0
    memory: int = 512 * MEBIBYTE
    output: int = MEBIBYTE
    files: int = 16 * MEBIBYTE
    descriptors: int = 64

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not (isinstance(value, (int, float)) and 0 < value < math.inf):
                raise UsageError(f"Limits({name}={value!r}): expected a positive number")

    def for_kernel(self) -> dict[str, int]:
        """Return the limits the kernel enforces, by their rlimit name."""
        return {
            "CPU": math.ceil(self.cpu),
            "AS": int(self.memory),
            "FSIZE": int(self.files),
            "NOFILE": int(self.descriptors),
            "CORE": 0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What a program did; `duration` in seconds, `returncode` None where it was stopped.

    An `outcome` of "ok" means exit status 0 and is never a verdict: a program decides its own exit status.
    """

    outcome: Outcome
    stdout: str
    stderr: str
    returncode: int | None
    duration: float
