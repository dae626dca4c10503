"""A lane: a confined process that forks one resident after another, sealed once more each, and outlives them.

Its orders are single bytes: `j`, with a descriptor, forks a resident that serves it; `n` lowers the resident's priority;
`x` ends it; `k` ends it and tells how it ended, `w` does so once it has ended by itself, or soon. A lane whose scratch
folder is not as it was ends itself.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from typing import NoReturn

from . import codec, frames, worker
from .confinement import Confinement

LOWER_PRIORITY = 4  # enough for others to go first, too little to starve
_SOON = 0.5  # seconds
_WARM_UP = '''
from typing import List, Dict, Tuple, Optional, Any
import math, re, collections

class Pair:
    def __init__(self, left, right):
        self.left, self.right = left, right

def f(numbers: List[int], text: str = "a b") -> Tuple[Any, ...]:
    """Do a little of everything."""
    total, seen = 0, {}
    for index, number in enumerate(sorted(numbers)):
        if number % 2 == 0 and index >= 0:
            total += number ** 2
        seen[number] = seen.get(number, 0) + 1
    words = [word.upper() for word in text.split(" ") if word]
    while total > 1000:
        total //= 2
    try:
        return tuple(words), "".join(reversed(text)), max(seen, key=lambda key: seen[key]), round(total / 3, 2), True, None
    except ValueError:
        return ()
'''


class Lane:
    """Forks residents as ordered, each with `seconds` of processor time, until its orders end."""

    def __init__(self, orders: int, folder: str, seconds: int, confinement: Confinement) -> None:
        self._orders = socket.socket(fileno=orders)
        self._seconds = (seconds, seconds + 1)
        self._confinement = confinement
        self._resident = 0
        self._folder = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        self._pristine = self._state()

    def serve(self) -> NoReturn:
        """Follow orders until they end."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        warm_up()
        gc.collect()
        gc.freeze()
        orders: dict[bytes, Callable[[], object]] = {b"n": self._lower, b"x": self._end, b"k": self._kill, b"w": self._wait}
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._orders, 1, 1)
            if descriptors:
                self._end()
                if self._state() != self._pristine:
                    os._exit(0)
                self._resident = self._confinement.kernel.fork()
                if not self._resident:
                    self._reside(descriptors[0])
                os.close(descriptors[0])
            elif data in orders:
                orders[data]()
            else:
                self._end()
                os._exit(0)

    def _reside(self, channel: int) -> NoReturn:
        try:
            worker.close_others(channel)
            resource.setrlimit(resource.RLIMIT_CPU, self._seconds)
            self._confinement.kernel.die_with_parent(signal.SIGKILL)
            self._confinement.seal()
            worker.reside(channel)
        finally:
            os._exit(1)

    def _lower(self) -> None:
        if self._resident:
            os.setpriority(os.PRIO_PROCESS, self._resident, LOWER_PRIORITY)

    def _end(self) -> tuple[int, resource.struct_rusage] | None:
        """Kill the resident, if there is one, and return how it ended."""
        if not self._resident:
            return None
        os.kill(self._resident, signal.SIGKILL)
        _, status, usage = os.wait4(self._resident, 0)
        self._resident = 0
        return status, usage

    def _kill(self) -> None:
        self._tell(self._end())

    def _wait(self) -> None:
        deadline = time.monotonic() + _SOON
        while self._resident and time.monotonic() < deadline:
            pid, status, usage = os.wait4(self._resident, os.WNOHANG)
            if pid:
                self._resident = 0
                self._tell((status, usage))
                return
            time.sleep(0.001)
        self._kill()

    def _tell(self, ended: tuple[int, resource.struct_rusage] | None) -> None:
        status, usage = ended or (0, resource.getrusage(resource.RUSAGE_SELF))
        cpu = usage.ru_utime + usage.ru_stime
        frames.write(self._orders.fileno(), {"status": status, "cpu": cpu, "preempted": usage.ru_nivcsw})

    def _state(self) -> tuple[int, ...]:
        """Return what cannot stay the same where anything was done to the folder: no process sets a change time."""
        state = os.fstat(self._folder)
        return state.st_ctime_ns, state.st_mode, state.st_nlink, state.st_size


def warm_up() -> None:
    """Do what residents will do, so that what is made at the first time is there before any fork."""
    for _ in range(20):
        space: dict[str, object] = {}
        worker.load_whole(_WARM_UP, space)
        for _ in range(3):
            request = frames.unpack(bytearray(frames.pack({"id": 1, "name": "f", "args": codec.encode([[3, 1, 2]]), "kwargs": {"t": "dict", "v": []}})))
            frames.pack(worker.answer(space, request))
    worker.load_whole("def f(:", {})
    worker.answer({}, {"id": 1, "name": "f", "args": [], "kwargs": {"t": "dict", "v": []}})
