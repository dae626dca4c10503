"""Seccomp: a filter over system calls, written in the kernel's classic BPF."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import TypeAlias

from .kernel import Kernel
from .syscalls import ABSENT, NEEDLESS, OWN_ONLY, PROCESSES

_SET_MODE_FILTER = 1
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets into struct seccomp_data, little-endian
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_CLONE_THREAD = 0x10000
_CLONE_NAMESPACES = 0x7E020000
_INSTRUCTION = struct.Struct("=HBBI")
_OWN_ID = 0x7FFFFFFF  # stands for the process's own id until that is known
_Line: TypeAlias = tuple[int, int, int, int]
_PASS: _Line = (_RETURN, 0, 0, _ALLOW)
_REFUSE: _Line = (_RETURN, 0, 0, _ERROR | errno.EPERM)


class Filter:
    """A compiled filter, ready to be entered again and again; raises OSError on an architecture it does not know."""

    def __init__(self, kernel: Kernel, *, processes: bool) -> None:
        self._kernel = kernel
        code, self._own = compile_filter(kernel.numbers, kernel.machine, processes=processes)
        self._code = ctypes.create_string_buffer(code, len(code))
        length = len(code) // _INSTRUCTION.size
        self._program = struct.pack("@HP", length, ctypes.addressof(self._code))

    def enter(self) -> None:
        """Confine this process and all it starts, for good."""
        pid = struct.pack("=I", os.getpid())
        for offset in self._own:
            ctypes.memmove(ctypes.addressof(self._code) + offset, pid, len(pid))
        self._kernel.call("seccomp", _SET_MODE_FILTER, 0, self._program)


def compile_filter(numbers: dict[str, int], machine: str, *, processes: bool) -> tuple[bytes, list[int]]:
    """Return the filter's code, and the offsets in it where the process's own id belongs.

    With `processes`, forks and other programs are allowed, new namespaces are not.
    """
    if machine not in _ARCHITECTURES or not numbers:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        lines += [(_JUMP_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]
    answers = _answers(processes=processes)
    lines += _search(sorted((numbers[name], answer) for name, answer in answers.items() if name in numbers))
    own = [index * _INSTRUCTION.size + 4 for index, line in enumerate(lines) if line[3] == _OWN_ID]
    return b"".join(_INSTRUCTION.pack(*line) for line in lines), own


def _answers(*, processes: bool) -> dict[str, list[_Line]]:
    """Return, for each call that is not simply allowed, the code that answers it."""
    answers = {name: [(_RETURN, 0, 0, _ERROR | errno.ENOSYS)] for name in ABSENT}
    for name in NEEDLESS if processes else (*NEEDLESS, *PROCESSES):
        answers[name] = [_REFUSE]
    forked = (_JUMP_ANY_BIT, 0, 1, _CLONE_NAMESPACES) if processes else (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD)
    answers["clone"] = [(_LOAD, 0, 0, _ARGUMENTS), forked, _REFUSE, _PASS]
    if not processes:
        for name, (argument, zero) in OWN_ONLY.items():
            test = [(_JUMP_EQUAL, 2, 0, 0)] if zero else []
            test += [(_JUMP_EQUAL, 1, 0, _OWN_ID), _REFUSE, _PASS]
            answers[name] = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *test]
    return answers


def _search(answers: list[tuple[int, list[_Line]]]) -> list[_Line]:
    """Return a binary search: the kernel runs a new filter once for every system call there is."""
    if len(answers) == 1:
        number, answer = answers[0]
        return [(_JUMP_EQUAL, 0, len(answer), number), *answer, _PASS]
    middle = len(answers) // 2
    lower, upper = _search(answers[:middle]), _search(answers[middle:])
    return [(_JUMP_AT_LEAST, len(lower), 0, answers[middle][0]), *lower, *upper]
