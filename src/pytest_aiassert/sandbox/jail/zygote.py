"""The zygote: a clean process that forks one child per job, ends them, and tidies up after them.

A job arrives as one byte with four descriptors: the candidate's channel, a leash, stdout and stderr. The zygote reads
nothing of the job itself. When the leash is pulled (its other end closed) or the child ends, the whole process group
and every orphan is killed, the scratch folder removed, and the wait status written to the leash.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from . import worker
from .kernel import Kernel

_MAX_SWEEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    pid: int
    leash: socket.socket
    scratch: Path


def main(control: int, base: str) -> NoReturn:
    """Serve jobs from the control socket until it closes, then kill and remove everything."""
    zygote = Zygote(socket.socket(fileno=control), Path(base))
    for _ in worker.preload():
        pass
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, shared pages in every child
    zygote.control.sendall(b"r")  # ready: from here on, a job's time is its own
    try:
        zygote.serve()
    finally:
        zygote.shut_down()
    os._exit(0)


class Zygote:
    """The event loop: new jobs, pulled leashes, ended children."""

    def __init__(self, control: socket.socket, base: Path) -> None:
        self.control = control
        self.base = base
        self.jobs: dict[int, _Job] = {}
        self.count = 0
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, "control")
        self.wake_read, self.wake_write = os.pipe()
        for end in (self.wake_read, self.wake_write):
            os.set_blocking(end, False)
        self.selector.register(self.wake_read, selectors.EVENT_READ, "wake")
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _woken)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.kernel = Kernel()
        self.kernel.adopt_orphans()
        self.children = _open_children()
        self.kernel.confine()

    def serve(self) -> None:
        """Handle events until the control socket closes."""
        while True:
            for key, _ in self.selector.select():
                if key.data == "wake":
                    self.reap()
                elif key.data == "control":
                    if not self.accept():
                        return
                elif key.data in self.jobs:
                    self.kill(key.data)

    def accept(self) -> bool:
        """Take one job in; False where the control socket has closed."""
        data, descriptors, _, _ = socket.recv_fds(self.control, 1, 4)
        if not data:
            return False
        if len(descriptors) == 4:  # noqa: PLR2004 - channel, leash, stdout, stderr
            self.start(*descriptors)
        return True

    def start(self, channel: int, leash: int, stdout: int, stderr: int) -> None:
        """Fork a child for a job."""
        self.count += 1
        scratch = self.base / str(self.count)
        scratch.mkdir(0o700)
        pid = os.fork()
        if pid == 0:
            self.become_child(channel, stdout, stderr, scratch)
        for descriptor in (channel, stdout, stderr):
            os.close(descriptor)
        job = _Job(pid=pid, leash=socket.socket(fileno=leash), scratch=scratch)
        self.jobs[pid] = job
        self.selector.register(job.leash, selectors.EVENT_READ, pid)

    def become_child(self, channel: int, stdout: int, stderr: int, scratch: Path) -> NoReturn:
        """Leave the zygote's ways behind and work."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            os.setpgid(0, 0)  # a session of its own costs 2 ms more: the kernel makes a scheduling group for it
            self.kernel.die_with_parent(signal.SIGKILL)
            os.chdir(scratch)
            sys.argv = ["main.py"]
            worker.work(channel, stdout, stderr, scratch)
        finally:
            os._exit(70)  # whatever happened, the zygote's own loop must not go on in a child

    def kill(self, pid: int) -> None:
        """Kill a job; its end is taken in by `reap`."""
        self.selector.unregister(self.jobs[pid].leash)
        _signal_group(pid)

    def reap(self) -> None:
        """Take in the children that have ended."""
        try:
            while os.read(self.wake_read, 512):
                pass
        except BlockingIOError:
            pass
        for pid, job in list(self.jobs.items()):
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                del self.jobs[pid]
                _signal_group(pid)
                self.sweep()
                self.finish(job, status, usage.ru_utime + usage.ru_stime)

    def finish(self, job: _Job, status: int, cpu: float) -> None:
        """Remove what a job leaves, and report its end."""
        _remove(job.scratch)
        with suppress(KeyError):  # a pulled leash is unregistered already
            self.selector.unregister(job.leash)
        with suppress(OSError):  # the caller may have gone
            job.leash.sendall(json.dumps({"status": status, "cpu": cpu}).encode())
        job.leash.close()

    def sweep(self) -> None:
        """Kill the orphans of ended jobs, which a subreaper inherits; then the orphans that leaves, and so on."""
        for _ in range(_MAX_SWEEPS):
            orphans = [pid for pid in self.orphans_and_jobs() if pid not in self.jobs]
            if not orphans:
                return
            for pid in orphans:
                _signal_group(pid)
                try:
                    os.waitpid(pid, 0)
                except ChildProcessError:
                    continue

    def orphans_and_jobs(self) -> list[int]:
        """Return the process ids of all children, none where the system does not list them."""
        if self.children is None:
            return []
        os.lseek(self.children, 0, os.SEEK_SET)
        return [int(pid) for pid in os.read(self.children, 1 << 16).split()]

    def shut_down(self) -> None:
        """Kill all jobs and remove all files."""
        for pid in list(self.jobs):
            _signal_group(pid)
            os.waitpid(pid, 0)
            del self.jobs[pid]
        self.sweep()
        shutil.rmtree(self.base, ignore_errors=True)


def _woken(number: int, frame: object) -> None:
    """Do nothing: a handler must be set for the wake-up descriptor to be written to."""


def _signal_group(pid: int) -> None:
    for send in (os.killpg, os.kill):
        try:
            send(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _open_children() -> int | None:
    """Open the kernel's list of this process's children, which cannot be opened once confined."""
    try:
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
    except OSError:
        return None


def _remove(scratch: Path) -> None:
    try:
        scratch.rmdir()
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
