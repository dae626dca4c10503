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
from typing import Any, NoReturn, TypeAlias

from . import checker, namespaces, worker
from .confinement import LAYERS, Confinement, LayerError
from .lane import Lane, lower_priority, warm_up
from .slots import Slot

JSON: TypeAlias = Any

_MAX_SWEEPS = 200
_UNFIT = 70  # exit status of a child that could not be confined


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    pid: int
    leash: socket.socket
    slot: Slot


def main(control: int, base: str, options: str) -> NoReturn:
    """Serve jobs from the control socket until it closes, then kill and remove everything.

    The first line sent tells the layers there are, or which to start again without.
    """
    chosen = json.loads(options)
    os.environ.pop("LD_BIND_NOW", None)  # has done its work
    caller = socket.socket(fileno=control)
    confinement = Confinement(Path(base), tools=chosen["tools"], without=chosen["without"])
    try:
        if confinement.has("namespaces"):
            _move(confinement, caller)
        zygote = Zygote(caller, confinement)
        if not chosen["tools"]:
            for _ in worker.preload():
                pass
            worker.open_streams()
            warm_up()
            sys.argv = ["main.py"]
        confinement.prepare()
    except LayerError as error:
        _say(caller, {"without": error.layer, "why": error.why})
        os._exit(0)
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, shared pages in every child
    # ready: from here on, a job's time is its own
    _say(caller, {"layers": {layer: confinement.missing.get(layer) for layer in LAYERS}, "notes": confinement.details})
    try:
        zygote.serve()
    finally:
        zygote.shut_down()
    os._exit(0)


def _move(confinement: Confinement, caller: socket.socket) -> None:
    """Go on as the first process of new namespaces; the process that began waits, and its end is the end of all."""
    try:
        namespaces.leave_home(confinement.kernel)
    except OSError as error:
        raise LayerError("namespaces", error.strerror or str(error)) from None
    first = os.fork()
    if first:
        caller.close()
        os.waitpid(first, 0)
        shutil.rmtree(confinement.base, ignore_errors=True)  # the mounts that were in it are gone
        os._exit(0)
    confinement.kernel.die_with_parent(signal.SIGKILL)
    confinement.enter_root()


def _say(caller: socket.socket, message: JSON) -> None:
    with suppress(OSError):  # the caller may have gone
        caller.sendall(json.dumps(message).encode() + b"\n")


class Zygote:
    """The event loop: new jobs, pulled leashes, ended children."""

    def __init__(self, control: socket.socket, confinement: Confinement) -> None:
        self.control = control
        self.confinement = confinement
        self.jobs: dict[int, _Job] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(control, selectors.EVENT_READ, "control")
        self.wake_read, self.wake_write = os.pipe()
        for end in (self.wake_read, self.wake_write):
            os.set_blocking(end, False)
        self.selector.register(self.wake_read, selectors.EVENT_READ, "wake")
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _woken)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with suppress(OSError):
            confinement.kernel.adopt_orphans()
        self.children = _open_children() if not confinement.has("namespaces") else None

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
                    self.heed(key.data)

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
        slot = self.confinement.slots.take()
        pid = self.confinement.fork()
        if pid == 0:
            self.become_child(channel, stdout, stderr, slot)
        for descriptor in (channel, stdout, stderr):
            os.close(descriptor)
        job = _Job(pid=pid, leash=socket.socket(fileno=leash), slot=slot)
        self.jobs[pid] = job
        self.selector.register(job.leash, selectors.EVENT_READ, pid)

    def become_child(self, channel: int, stdout: int, stderr: int, slot: Slot) -> NoReturn:
        """Leave the zygote's ways behind and work."""
        confinement = self.confinement
        try:
            signal.set_wakeup_fd(-1)
            os.setpgid(0, 0)  # a session of its own costs 2 ms more: the kernel makes a scheduling group for it
            confinement.identify(slot)
            with suppress(OSError):
                confinement.kernel.die_with_parent(signal.SIGKILL)
            os.chdir(slot.folder)
            worker.work(
                channel,
                stdout,
                stderr,
                scratch=slot.folder,
                confine=lambda lane: confinement.enter(slot, lane=lane),
                services={
                    "checker": checker.serve,
                    "lane": lambda orders: Lane(orders, slot, confinement).serve(),
                },
                more_processes=confinement.processes_elsewhere,
            )
        finally:
            os._exit(_UNFIT)  # whatever happened, the zygote's own loop must not go on in a child

    def heed(self, pid: int) -> None:
        """Take in what a leash says: a byte asks for a lower priority, its end for the job's end."""
        try:
            asked = self.jobs[pid].leash.recv(1)
        except OSError:
            asked = b""
        if not asked:
            self.kill(pid)
            return
        with suppress(OSError):
            lower_priority(pid)

    def kill(self, pid: int) -> None:
        """Kill a job; its end is taken in by `reap`."""
        self.selector.unregister(self.jobs[pid].leash)
        _signal_group(pid)

    def reap(self) -> None:
        """Take in the children that have ended, and orphans that are inherited."""
        try:
            while os.read(self.wake_read, 512):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            job = self.jobs.pop(pid, None)
            if job is not None:
                _signal_group(pid)
                self.sweep()
                cpu = usage.ru_utime + usage.ru_stime
                self.finish(job, {"status": status, "cpu": cpu, "preempted": usage.ru_nivcsw})

    def finish(self, job: _Job, report: JSON) -> None:
        """Remove what a job leaves, and report its end."""
        with suppress(KeyError):  # a pulled leash is unregistered already
            self.selector.unregister(job.leash)
        self.confinement.slots.give_back(job.slot)
        with suppress(OSError):  # the caller may have gone
            job.leash.sendall(json.dumps(report).encode())
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
        if not self.confinement.has("namespaces"):  # otherwise, nothing of it is left once the last process ends
            shutil.rmtree(self.confinement.base, ignore_errors=True)


def _woken(number: int, frame: object) -> None:
    """Do nothing: a handler must be set for the wake-up descriptor to be written to."""


def _signal_group(pid: int) -> None:
    for send in (os.killpg, os.kill):
        try:
            send(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue


def _open_children() -> int | None:
    """Open the kernel's list of this process's children."""
    try:
        return os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
    except OSError:
        return None
