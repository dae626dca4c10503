"""What Linux offers beyond rlimits; each call is a no-op that returns False where it is missing."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_LANDLOCK_CREATE_RULESET = 444  # the same numbers on every architecture that has Landlock
_LANDLOCK_ADD_RULE = 445
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
_PATH_BENEATH = 1
_MOVING_SINCE, _NETWORK_SINCE, _SCOPES_SINCE = 2, 4, 6  # versions of Landlock
_READ = 1 << 2 | 1 << 3
_MOVE = 1 << 13
_TCP = 1 << 0 | 1 << 1
_ABSTRACT_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1
_HIDDEN = frozenset({"proc"})  # the environment of every process of the same user can be read there


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


class Kernel:
    """The C library's entry points, looked up once, since that costs more than a call."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None, use_errno=True)
        self._prctl: Callable[..., int] | None = getattr(library, "prctl", None)
        self._syscall: Callable[..., int] | None = getattr(library, "syscall", None) if self._prctl else None

    def adopt_orphans(self) -> bool:
        """Become the parent of every descendant whose own parent ends."""
        return self._control(_PR_SET_CHILD_SUBREAPER, 1)

    def die_with_parent(self, signal: int) -> bool:
        """Receive a signal when the parent ends."""
        return self._control(_PR_SET_PDEATHSIG, signal)

    def confine(self) -> bool:
        """Enter a Landlock domain: from it /proc cannot be read, nor any process outside be traced.

        Newer kernels also refuse TCP, and signals to processes outside. All else stays as it was.
        """
        version = self._call(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION)
        if version < 1:
            return False
        files = _READ | (_MOVE if version >= _MOVING_SINCE else 0)
        rules = _Ruleset(handled_access_fs=files)
        size = 8
        if version >= _NETWORK_SINCE:
            rules.handled_access_net, size = _TCP, 16
        if version >= _SCOPES_SINCE:
            rules.scoped, size = _ABSTRACT_SOCKETS_AND_SIGNALS, 24
        ruleset = self._call(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), size, 0)
        if ruleset < 0:
            return False
        try:
            self._allow_all_but_hidden(ruleset, files)
            return self._control(_PR_SET_NO_NEW_PRIVS, 1) and self._call(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0
        finally:
            os.close(ruleset)

    def _allow_all_but_hidden(self, ruleset: int, files: int) -> None:
        for folder in Path("/").iterdir():
            if folder.name in _HIDDEN:
                continue
            try:
                descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
            except OSError:  # no folder, or a mount that is gone
                continue
            rule = _PathBeneath(allowed_access=files, parent_fd=descriptor)
            self._call(_LANDLOCK_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
            os.close(descriptor)

    def _control(self, option: int, value: int) -> bool:
        return self._prctl is not None and self._prctl(option, value, 0, 0, 0) == 0

    def _call(self, number: int, *arguments: object) -> int:
        if self._syscall is None:
            return -1
        return self._syscall(ctypes.c_long(number), *[_wide(argument) for argument in arguments])


def _wide(argument: object) -> object:
    return ctypes.c_size_t(argument) if isinstance(argument, int) else argument
