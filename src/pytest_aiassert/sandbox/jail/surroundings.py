"""What tests that share a process could change for one another, and how to tell that one did."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from opcode import opmap
from pathlib import Path
from types import CodeType
from typing import Any

TEST = "test.py"
_MEDDLING_CODES = frozenset(opmap[name] for name in ("STORE_ATTR", "DELETE_ATTR"))
_MEDDLING_NAMES = frozenset(
    {
        "__builtins__",
        "__dict__",
        "__import__",
        "builtins",
        "compile",
        "delattr",
        "eval",
        "exec",
        "gc",
        "globals",
        "setattr",
        "vars",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A test after its prelude: whether it may change what is not its own, or draw random numbers."""

    codes: tuple[CodeType, CodeType]
    meddles: bool
    draws: bool

    @classmethod
    def of(cls, test: str, prelude: str) -> Compiled:
        """Compile a test; raises what `compile` raises."""
        codes = (
            compile(prelude, "prelude.py", "exec", dont_inherit=True),
            compile(test, TEST, "exec", dont_inherit=True),
        )
        meddles = any(_meddles(code) for outer in codes for code in _with_inner(outer))
        return cls(codes=codes, meddles=meddles, draws=meddles or "import" in test or "random" in prelude)


class Surroundings:
    """The modules and settings of a process, as they were when this was made."""

    def __init__(self) -> None:
        self._modules = _modules()
        self._settings = _settings()

    def changed(self) -> bool:
        """Tell whether a module came, went or has another value, or a setting differs."""
        try:
            return self._modules != _modules() or self._settings != _settings()
        except Exception:  # noqa: BLE001 - what this needs itself may be spoilt
            return True


def _modules() -> dict[str, tuple[int, dict[str, Any]]]:
    return {name: (id(module), dict(vars(module))) for name, module in sys.modules.items()}


def _settings() -> tuple[Any, ...]:
    return (
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        [*sys.path],
        [*sys.meta_path],
        dict(os.environ),
        Path.cwd(),
        [*Path().iterdir()],
        threading.active_count(),
    )


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def _meddles(code: CodeType) -> bool:
    return not _MEDDLING_NAMES.isdisjoint(code.co_names) or not _MEDDLING_CODES.isdisjoint(code.co_code[::2])
