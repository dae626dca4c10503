"""Namespaces: no network, no processes to see but the sandbox's own, and a root folder that holds little."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from .kernel import BIND, NO_DEVICES, NO_EXEC, NO_SUID, PRIVATE, RECURSIVE, Kernel

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SCRATCH = "/scratch"
_SYSTEM = (
    "/bin",
    "/lib",
    "/lib64",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/share/nodejs",
    "/usr/share/zoneinfo",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/pki/tls/openssl.cnf",
    "/etc/ssl/openssl.cnf",
)
_KINDS = ("pid", "net", "ipc")


def readable_paths(tools: Iterable[str]) -> tuple[str, ...]:
    """Return what a job may read: the system's libraries, this interpreter's own, and these tools."""
    prefix = os.path.realpath(sys.base_prefix)
    own = (f"{sys.base_prefix}/lib", f"{sys.base_prefix}/bin", f"{prefix}/lib", f"{prefix}/bin", *sys.path)
    return tuple(path for path in dict.fromkeys((*_SYSTEM, *own, *tools)) if Path(path).exists())


def leave_home(kernel: Kernel) -> None:
    """Enter new namespaces, which this process's next child will lead; raises OSError where they are refused."""
    if os.geteuid() == 0:
        try:
            kernel.unshare(*_KINDS)
        except PermissionError:  # root in a container
            pass
        else:
            return
    user, group = os.geteuid(), os.getegid()
    kernel.unshare("user", *_KINDS)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def change_root(kernel: Kernel, base: str, readable: Iterable[str]) -> None:
    """Leave nothing in sight but these paths, read-only, some devices, and a folder for scratch."""
    kernel.unshare("mount")
    kernel.mount("none", "/", "", RECURSIVE | PRIVATE)
    kernel.mount("aiassert", base, "tmpfs", NO_SUID | NO_DEVICES, "mode=755,size=1m")
    paths = sorted((*readable, *DEVICES))
    for path in sorted({os.path.realpath(path) for path in paths}):
        _show(kernel, base, path)
    for path in paths:
        _show(kernel, base, path)
    Path(base + SCRATCH).mkdir(mode=0o711)
    kernel.make_read_only(base)
    kernel.mount("aiassert", base + SCRATCH, "tmpfs", NO_SUID | NO_DEVICES | NO_EXEC, "mode=711,size=1m")
    kernel.pivot_root(base)


def mount_scratch(kernel: Kernel, path: str, *, size: int, files: int, user: int | None) -> None:
    """Mount an empty folder in memory, bounded in bytes and number of files."""
    owner = "" if user is None else f",uid={user},gid={user}"
    options = f"mode=700,size={size},nr_inodes={files}{owner}"
    kernel.mount("aiassert", path, "tmpfs", NO_SUID | NO_DEVICES | NO_EXEC, options)


def _show(kernel: Kernel, base: str, path: str) -> None:
    """Make a path of the old root appear in the new one, a symbolic link as what it is."""
    here, there = Path(path), Path(base + path)
    if os.path.lexists(there):  # shown already, or below something that is
        return
    there.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if here.is_symlink():
        there.symlink_to(here.readlink())
        return
    if here.is_dir():
        there.mkdir(mode=0o755)
    else:
        there.touch(mode=0o644)
    kernel.mount(path, str(there), "", BIND | RECURSIVE)
