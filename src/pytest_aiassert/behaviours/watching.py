"""Interrupts a reference that does not come back, so that a hang is an error that names it."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

_AGAIN = 0.2  # seconds after which a reference that has caught the exception gets it again


class TooLongError(BaseException):
    """Raised inside of a reference that took too long; no `except Exception` of its own holds it up."""


class Watch:
    """Raises TooLongError in a thread, `seconds` after it was last renewed; stops Python, not C."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._deadline = 0.0
        self._over = False
        self._watched = threading.get_ident()

    def renew(self) -> None:
        """Begin to count anew."""
        self._deadline = time.monotonic() + self._seconds

    def wait(self) -> None:
        """Interrupt when it is time, until the watch is over."""
        with self._changed:
            while not self._over:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    _interrupt(self._watched)
                    left = _AGAIN
                self._changed.wait(left)

    def end(self) -> None:
        """Interrupt no more."""
        with self._changed:
            self._over = True
            self._changed.notify()


@contextmanager
def watched(seconds: float) -> Generator[Watch]:
    """Watch what this thread does."""
    watch = Watch(seconds)
    watch.renew()
    threading.Thread(target=watch.wait, name="aiassert-watch", daemon=True).start()
    try:
        yield watch
    finally:
        watch.end()


def _interrupt(thread: int) -> None:
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooLongError))
