"""Many jobs at once: every core busy, and jobs that sit in their time-out in nobody's way."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeAlias, TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")
Work: TypeAlias = Callable[[Item, Callable[[], None]], Done]

PATIENCE = 0.15  # seconds after which a job counts as slow
MOST_SLOW = 16  # slow jobs beside the busy ones


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """Return what does one, then the other."""

    def act() -> None:
        first()
        second()

    return act


def work_through(items: Sequence[Item], work: Work[Item, Done], *, workers: int) -> list[Done]:
    """Do work on each item; return what came of it in order.

    `workers` items are in hand at a time. `work` calls its second argument when it turns out slow; another then starts
    beside it. The first error is raised once all have ended.
    """
    return _Crew(items, work).done(workers)


class _Crew(Generic[Item, Done]):
    """Threads that take items in turn; one that is slow is replaced, and leaves when it is done."""

    def __init__(self, items: Sequence[Item], work: Work[Item, Done]) -> None:
        self._left: Iterator[tuple[int, Item]] = iter(enumerate(items))
        self._work = work
        self._results: dict[int, Done] = {}
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._slow = 0

    def done(self, workers: int) -> list[Done]:
        for _ in range(max(1, workers)):
            self._hire()
        for thread in self._threads:  # grows meanwhile
            thread.join()
        if self._errors:
            raise self._errors[0]
        return [self._results[index] for index in range(len(self._results))]

    def _hire(self) -> None:
        thread = threading.Thread(target=self._labour, name="aiassert-sandbox", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _labour(self) -> None:
        while True:
            with self._lock:
                following = None if self._errors else next(self._left, None)
            if following is None:
                return
            index, item = following
            replaced: list[bool] = []
            try:
                self._results[index] = self._work(item, lambda: self._replace(replaced))  # noqa: B023 - called within
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
                self._errors.append(error)
            if replaced:
                with self._lock:
                    self._slow -= 1
                return

    def _replace(self, replaced: list[bool]) -> None:
        with self._lock:
            if replaced or self._slow >= MOST_SLOW:
                return
            replaced.append(True)
            self._slow += 1
            self._hire()
