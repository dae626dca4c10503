"""Ruff's servers that a process keeps warm: started for the second snippet, replaced once, never left behind."""

from __future__ import annotations

import atexit
import functools
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pytest_aiassert.code.ruffserver import AVAILABLE, RuffServer, RuffSettings

Answer = TypeVar("Answer")

_MOST_SERVERS = 4
_MOST_LOSSES = 2


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where one server is, was, or will be."""

    server: RuffServer | None = None
    asked: int = 0
    losses: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class WarmRuff:
    """At most four servers, each for one set of settings; safe to use from several threads."""

    def __init__(self, start: Callable[[RuffSettings], RuffServer] = RuffServer) -> None:
        self._start = start
        self._places: dict[RuffSettings, _Place] = {}
        self._lock = threading.Lock()
        self._over = not AVAILABLE

    def ask(
        self,
        settings: RuffSettings,
        question: Callable[[RuffServer], Answer],
        is_right: Callable[[RuffServer], bool],
    ) -> Answer | None:
        """Ask the server for these settings; None where it is better to run a process, or nothing else helps.

        That is so for the first question, and after the second loss of a server. `is_right` examines each new server:
        where it says no, that server is never asked. `question` raises OSError for an answer that is none.
        """
        place = self._place(settings)
        with place.lock:
            place.asked += 1
            if self._over or place.asked == 1 or place.losses >= _MOST_LOSSES:
                return None
            try:
                if place.server is None:
                    place.server = self._start(settings)
                    if not is_right(place.server):
                        place.losses = _MOST_LOSSES
                        _end(place)
                        return None
                return question(place.server)
            except (ImportError, OSError):  # no ruff at all is for the process to tell
                place.losses += 1
                _end(place)
                return None
            except BaseException:  # an interrupt leaves half an answer behind
                _end(place)
                raise

    def _place(self, settings: RuffSettings) -> _Place:
        """Return the place of these settings; where there are too many, the one gives way that was idle longest."""
        with self._lock:
            place = self._places.pop(settings, None) or _Place()
            self._places[settings] = place
            idle = [*self._places.values()][:-_MOST_SERVERS]
            self._places = dict([*self._places.items()][-_MOST_SERVERS:])
        _leave(idle)
        return place

    def close(self, *, for_good: bool = False) -> None:
        """End all servers; unless `for_good`, others may be started later."""
        with self._lock:
            places, self._places = self._places, {}
            self._over = self._over or for_good
        _leave(places.values())

    def disown(self) -> None:
        """In a child of a fork, start anew: servers and locks are the parent's."""
        places, self._places, self._lock = self._places, {}, threading.Lock()
        for place in places.values():
            if place.server is not None:
                place.server.disown()


@functools.cache
def warm_ruff() -> WarmRuff:
    """Return the servers of this process, which end with it."""
    servers = WarmRuff()
    atexit.register(servers.close, for_good=True)
    if AVAILABLE:
        os.register_at_fork(after_in_child=servers.disown)
    return servers


def _leave(places: Iterable[_Place]) -> None:
    """End what is in these places; a thread that still holds on to one finds it of no use."""
    for place in places:
        with place.lock:
            place.losses = _MOST_LOSSES
            _end(place)


def _end(place: _Place) -> None:
    if place.server is not None:
        place.server.close()
        place.server = None
