"""Seccomp: a filter over system calls, written in the kernel's classic BPF."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from typing import Literal, TypeAlias

from .kernel import Kernel
from .syscalls import ABSENT, BY_REMOTE, NEEDLESS, OF_LANES, OWN_ONLY, PROCESSES

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
Kind: TypeAlias = Literal["job", "program", "lane", "resident"]
_Line: TypeAlias = tuple[int, int, int, int]
_PASS: _Line = (_RETURN, 0, 0, _ALLOW)
_REFUSE: _Line = (_RETURN, 0, 0, _ERROR | errno.EPERM)
_THREAD = [(_LOAD, 0, 0, _ARGUMENTS), (_JUMP_ANY_BIT, 1, 0, _CLONE_THREAD), _REFUSE, _PASS]
_FORK = [(_LOAD, 0, 0, _ARGUMENTS), (_JUMP_ANY_BIT, 0, 1, _CLONE_NAMESPACES), _REFUSE, _PASS]


class Filter:
    """A compiled filter, ready to be entered again and again; raises OSError on an architecture it does not know."""

    def __init__(self, kernel: Kernel, *, kind: Kind) -> None:
        code, own = compile_filter(kernel.numbers, kernel.machine, kind=kind)
        self._code = ctypes.create_string_buffer(code, len(code))
        address = ctypes.addressof(self._code)
        self._own = [ctypes.c_uint32.from_address(address + offset) for offset in own]
        self._program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // _INSTRUCTION.size, address))
        self._enter = kernel.prepared("seccomp", _SET_MODE_FILTER, 0, ctypes.addressof(self._program))

    def enter(self) -> None:
        """Confine this process and all it starts, for good."""
        pid = os.getpid()
        for word in self._own:
            word.value = pid
        self._enter()


def compile_filter(numbers: dict[str, int], machine: str, *, kind: Kind) -> tuple[bytes, list[int]]:
    """Return the filter's code, and the offsets in it where the process's own id belongs.

    A `job` starts no process; a `program` may, but no new namespaces. A `lane` is a job that forks `resident`s, which
    take back, on top of the lane's filter, what a lane may and a job may not.
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
    lines += _search(sorted((numbers[name], answer) for name, answer in _ANSWERS[kind]().items() if name in numbers))
    own = [index * _INSTRUCTION.size + 4 for index, line in enumerate(lines) if line[3] == _OWN_ID]
    return b"".join(_INSTRUCTION.pack(*line) for line in lines), own


def _common() -> dict[str, list[_Line]]:
    """Return, for each call that no job may make as it likes, the code that answers it."""
    answers = {name: [(_RETURN, 0, 0, _ERROR | errno.ENOSYS)] for name in ABSENT}
    for name in NEEDLESS:
        answers[name] = [_REFUSE]
    for name, (argument, values) in BY_REMOTE.items():
        tests = [(_JUMP_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
        answers[name] = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *tests, _PASS, _REFUSE]
    return answers


def _of_program() -> dict[str, list[_Line]]:
    return {**_common(), "clone": _FORK}


def _of_job() -> dict[str, list[_Line]]:
    answers = {**_common(), **_of_resident()}
    for name in PROCESSES:
        answers[name] = [_REFUSE]
    for name, (argument, zero) in OWN_ONLY.items():
        answers[name] = _own(argument, _OWN_ID, zero=zero)
    return answers


def _of_lane() -> dict[str, list[_Line]]:
    answers = {name: answer for name, answer in _of_job().items() if name not in OF_LANES}
    for name, (argument, zero) in OWN_ONLY.items():
        if name not in OF_LANES:  # a lane's id is not its residents'
            answers[name] = _own(argument, 0, zero=False) if zero else [_REFUSE]
    return {**answers, "clone": _FORK}


def _of_resident() -> dict[str, list[_Line]]:
    answers = {name: [_REFUSE] for name in OF_LANES}
    for name in set(OF_LANES) & set(OWN_ONLY):
        argument, zero = OWN_ONLY[name]
        answers[name] = _own(argument, _OWN_ID, zero=zero)
    return {**answers, "clone": _THREAD}


def _own(argument: int, allowed: int, *, zero: bool) -> list[_Line]:
    """Allow a call where an argument is this id, or zero, where that means the caller."""
    test = [(_JUMP_EQUAL, 2, 0, 0)] if zero else []
    return [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *test, (_JUMP_EQUAL, 1, 0, allowed), _REFUSE, _PASS]


_ANSWERS: dict[Kind, Callable[[], dict[str, list[_Line]]]] = {
    "job": _of_job,
    "program": _of_program,
    "lane": _of_lane,
    "resident": _of_resident,
}


def _search(answers: list[tuple[int, list[_Line]]]) -> list[_Line]:
    """Return a binary search: the kernel runs a new filter once for every system call there is."""
    if len(answers) == 1:
        number, answer = answers[0]
        return [(_JUMP_EQUAL, 0, len(answer), number), *answer, _PASS]
    middle = len(answers) // 2
    lower, upper = _search(answers[:middle]), _search(answers[middle:])
    return [(_JUMP_AT_LEAST, len(lower), 0, answers[middle][0]), *lower, *upper]
