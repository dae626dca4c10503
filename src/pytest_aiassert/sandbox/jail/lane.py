"""A lane: a confined process that forks one resident after another, sealed once more each, and outlives them.

Its orders are single bytes: `j`, with a descriptor, forks a resident that serves it; `n` lowers the resident's
priority; `x` ends it; `k` ends it and tells how it ended, `w` does so once it has ended by itself, or soon. A lane
whose scratch folder is not as it was ends itself.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from . import codec, frames
from .confinement import Confinement
from .resident import Resident, answer, sealed
from .slots import Slot, state_of

_LOWEST = 19
_LOWER = 5  # enough for others to go first, too little to starve: a quarter of a processor that one other wants
_ROOM = socket.CMSG_SPACE(4)  # for one descriptor
_SOON = 0.5  # seconds
_WARM_UP = '''
from typing import Any, Dict, List, Optional, Set, Tuple
import math, re, collections

for kind in (int, str, float, bool, Any):  # annotations, which typing remembers
    for made in (List[kind], Set[kind], Tuple[kind, kind], Dict[str, kind], Dict[int, kind], Optional[kind]):
        Optional[made], List[made]

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
        most = max(seen, key=lambda key: seen[key])
        return tuple(words), "".join(reversed(text)), most, round(total / 3, 2), True, None
    except ValueError:
        return ()
'''


class Lane:
    """Forks residents as ordered, until its orders end. Its limits are theirs, the one of processor time as well."""

    def __init__(self, orders: int, slot: Slot, confinement: Confinement) -> None:
        self._orders = socket.socket(fileno=orders)
        self._confinement = confinement
        self._slot = slot
        self._resident = 0

    def serve(self) -> NoReturn:
        """Follow orders until they end."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        letters: dict[bytes, Callable[[], object]] = {
            b"n": self._lower,
            b"x": self._end,
            b"k": self._kill,
            b"w": self._wait,
        }
        orders, receive = self._orders.fileno(), self._orders.recvmsg
        fork, seal = self._confinement.kernel.fork, self._confinement.seal
        folder, pristine = self._slot.folder, self._slot.state
        new, leashed = Resident(orders), not self._confinement.has("namespaces")
        gc.collect()
        gc.freeze()
        while True:
            letter, ancillary, _, _ = receive(1, _ROOM)
            if ancillary:
                channel = int.from_bytes(ancillary[0][2], sys.byteorder)
                if self._resident and not os.waitpid(self._resident, os.WNOHANG)[0]:
                    self._end()
                if state_of(folder) != pristine:
                    os._exit(0)
                self._resident = fork()
                if self._resident:
                    os.close(channel)
                    continue
                try:
                    os.dup2(channel, orders)  # takes the orders away, too
                    if leashed:
                        self._confinement.kernel.die_with_parent(signal.SIGKILL)
                    seal()
                    new.live()
                finally:
                    os._exit(1)
            elif letter in letters:
                letters[letter]()
            else:
                self._end()
                os._exit(0)

    def _lower(self) -> None:
        if self._resident:
            lower_priority(self._resident)

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


def lower_priority(pid: int) -> None:
    """Let others go before a child, which has this process's own priority until then."""
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, pid, min(mine + _LOWER, _LOWEST))


def warm_up() -> None:
    """Do what residents will do: what is made at the first time is there before any fork."""
    source = compile(_WARM_UP, "candidate.py", "exec")
    for _ in range(20):
        near, far = socket.socketpair()
        with near, far:
            near.sendall(sealed(source))
            frames.write(near.fileno(), {"id": 1, "name": "f", "args": codec.encode([[3, 1, 2]])})
            near.shutdown(socket.SHUT_WR)
            Resident(far.fileno()).serve()
    answer({}, {"id": 1, "name": "f", "args": []})
