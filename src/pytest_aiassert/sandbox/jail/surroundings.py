"""What tests that share a process could change for one another, and how to tell that one did."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from opcode import opmap
from types import CodeType, ModuleType
from typing import Any

TEST = "test.py"
_MEDDLING_CODES = frozenset(opmap[name] for name in ("STORE_ATTR", "DELETE_ATTR"))
_MEDDLING_NAMES = frozenset(
    {"__builtins__", "__dict__", "__import__", "compile", "delattr", "eval", "exec", "gc", "globals", "setattr", "vars"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A test after its prelude; `meddles` where it may change an object that is not its own."""

    codes: tuple[CodeType, CodeType]
    meddles: bool

    @classmethod
    def of(cls, test: str, prelude: str) -> Compiled:
        """Compile a test; raises what `compile` raises."""
        codes = (
            compile(prelude, "prelude.py", "exec", dont_inherit=True),
            compile(test, TEST, "exec", dont_inherit=True),
        )
        return cls(codes=codes, meddles=any(_meddles(code) for outer in codes for code in _with_inner(outer)))


class Surroundings:
    """The modules and settings of a process, as they were when this was made."""

    def __init__(self) -> None:
        self._modules = {name: (module, dict(vars(module))) for name, module in _modules().items()}
        self._settings = _settings()

    def changed(self) -> bool:
        """Tell whether a module came, went or has another value, or a setting differs."""
        now = _modules()
        if now.keys() != self._modules.keys() or _settings() != self._settings:
            return True
        return any(now[name] is not module or vars(module) != before for name, (module, before) in self._modules.items())


def _modules() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if isinstance(module, ModuleType)}


def _settings() -> tuple[Any, ...]:
    return (
        sys.getrecursionlimit(),
        sys.gettrace(),
        sys.getprofile(),
        [*sys.path],
        [*sys.meta_path],
        dict(os.environ),
        os.getcwd(),
        os.listdir(),
        threading.active_count(),
    )


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


def _meddles(code: CodeType) -> bool:
    return not _MEDDLING_NAMES.isdisjoint(code.co_names) or not _MEDDLING_CODES.isdisjoint(code.co_code[::2])
