"""Landlock: which files a process may reach, and that it may signal none outside its own domain."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

from .kernel import Kernel

_VERSION = 1
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MOVE, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15  # since versions 2, 3 and 5
_SINCE_1 = (1 << 13) - 1
_DEVICES_AND_SOCKETS = 1 << 6 | 1 << 9 | 1 << 11  # nodes that no scratch folder needs
_TCP = 1 << 0 | 1 << 1  # since version 4
_ABSTRACT_SOCKETS_AND_SIGNALS = 1 << 0 | 1 << 1  # since version 6
_QUIET = 1  # since version 7: a job cannot flood the audit log
_READ = _EXECUTE | _READ_FILE | _READ_FOLDER
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_CONTROL


class Landlock:
    """The kernel's Landlock, with what its version knows; raises OSError where there is none."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.version = kernel.call("landlock_create_ruleset", None, 0, _VERSION)
        self.handled = handled(self.version)

    def ruleset(self, *, readable: Iterable[str], writable: Iterable[str]) -> int:
        """Return a descriptor of rules that allow these paths and what is below them; missing paths are left out."""
        files, network, scopes = self.handled
        attributes = struct.pack("=QQQ", files, network, scopes)[: attribute_size(self.version)]
        ruleset = self._kernel.call("landlock_create_ruleset", attributes, len(attributes), 0)
        for path in readable:
            self._allow(ruleset, path, _READ)
        for path in writable:
            self._allow(ruleset, path, files & ~_DEVICES_AND_SOCKETS)
        return ruleset

    def enter(self, ruleset: int) -> None:
        """Confine this process and all it starts, for good."""
        self._kernel.call("landlock_restrict_self", ruleset, _QUIET if self.version >= 7 else 0)  # noqa: PLR2004

    def _allow(self, ruleset: int, path: str, access: int) -> None:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # nothing there to allow
            return
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                access &= _OF_FILES
            rule = struct.pack("=Qi", access & self.handled[0], descriptor)
            self._kernel.call(
                "landlock_add_rule", ruleset, _PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0
            )
        finally:
            os.close(descriptor)


def handled(version: int) -> tuple[int, int, int]:
    """Return the rights a version of Landlock can take away; over files, network and scopes."""
    files = _SINCE_1
    for since, right in ((2, _MOVE), (3, _TRUNCATE), (5, _DEVICE_CONTROL)):
        files |= right if version >= since else 0
    network = _TCP if version >= 4 else 0  # noqa: PLR2004
    scopes = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0  # noqa: PLR2004
    return files, network, scopes


def attribute_size(version: int) -> int:
    """Return how many bytes of attributes a version of Landlock knows."""
    return 8 if version < 4 else 16 if version < 6 else 24  # noqa: PLR2004
