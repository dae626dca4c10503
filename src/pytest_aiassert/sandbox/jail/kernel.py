"""Linux's system calls that Python has no name for; every one raises OSError where it is refused or missing."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
import sys
from collections.abc import Callable

from . import syscalls

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_CAPABILITIES_V3 = 0x20080522

NEW_NAMESPACES = {"mount": 0x20000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000


class Kernel:
    """The C library's `syscall`, looked up once, since that costs more than a call."""

    def __init__(self) -> None:
        self.machine = os.uname().machine
        known = sys.platform == "linux" and struct.calcsize("P") == 8  # noqa: PLR2004 - bytes, as on both machines
        self.numbers = syscalls.numbers(self.machine) if known else {}
        # keeps the interpreter's lock: a switch of threads costs more than these calls
        library = ctypes.PyDLL(None, use_errno=True)
        self._syscall: Callable[..., int] | None = library.syscall if known else None
        lean = ctypes.PyDLL(None)  # does not keep the error number, which takes as long as the call
        self._lean: Callable[..., int] | None = lean.syscall if known else None
        fork = getattr(lean, "_Fork", lean.fork)  # without what locks need after a fork from many threads
        self._fork: Callable[[], int] | None = fork if known else None

    def call(self, name: str, *arguments: object) -> int:
        """Make a system call; integers are passed whole, other arguments as ctypes would."""
        if self._syscall is None or name not in self.numbers:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
        result = self._syscall(ctypes.c_long(self.numbers[name]), *[_wide(argument) for argument in arguments])
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), name)
        return result

    def prepared(self, name: str, *arguments: int) -> Callable[[], None]:
        """Return what makes a system call in few steps, again and again; it raises OSError, of unknown cause."""
        if self._lean is None or name not in self.numbers:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), name)
        call = functools.partial(self._lean, *map(ctypes.c_long, (self.numbers[name], *arguments)))

        def make() -> None:
            if call() < 0:
                raise OSError(errno.EPERM, "the system call failed", name)

        return make

    def fork(self) -> int:
        """Fork a process that has one thread; Python's own preparations, which cost as much again, are left out.

        They repair locks that other threads may hold, and seed `random` anew, which would let verdicts differ.
        """
        if self._fork is None:
            return os.fork()
        pid = self._fork()
        if pid < 0:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN), "fork")
        return pid

    def adopt_orphans(self) -> None:
        """Become the parent of every descendant whose own parent ends."""
        self.call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def die_with_parent(self, signal: int) -> None:
        """Receive a signal when the parent ends; a change of user takes that back."""
        self.call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)

    def refuse_privileges(self) -> None:
        """Give up, for this process and all it starts, what set-user-id programs would bring."""
        self.call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)

    def drop_capabilities(self) -> None:
        """Give up every capability."""
        header = struct.pack("=Ii", _CAPABILITIES_V3, 0)
        self.call("capset", header, bytes(24))

    def unshare(self, *kinds: str) -> None:
        """Enter new namespaces; a new `pid` is entered by the next child."""
        self.call("unshare", sum(NEW_NAMESPACES[kind] for kind in kinds))

    def enter_namespace(self, descriptor: int) -> None:
        """Go back to a namespace, whose descriptor was opened before."""
        self.call("setns", descriptor, 0)

    def mount(self, source: str, target: str, kind: str, flags: int, data: str = "") -> None:
        """Mount a file system, bind a path, or change a mount's propagation."""
        self.call("mount", source.encode(), target.encode(), kind.encode(), flags, data.encode())

    def unmount(self, target: str) -> None:
        """Take a mount out of sight at once, even where it is busy."""
        self.call("umount2", target.encode(), _DETACH)

    def make_read_only(self, target: str) -> None:
        """Refuse writes and set-user-id below a path, in all that is mounted there."""
        attributes = struct.pack("=QQQQ", READ_ONLY | NO_SUID, 0, 0, 0)
        self.call("mount_setattr", _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, len(attributes))

    def pivot_root(self, new: str) -> None:
        """Make a mount the root folder; the old one is gone."""
        os.chdir(new)
        self.call("pivot_root", b".", b".")
        self.unmount(".")
        os.chdir("/")


def _wide(argument: object) -> object:
    return ctypes.c_size_t(argument & (1 << 64) - 1) if isinstance(argument, int) else argument
