"""Whose traffic is it? Taps are active for a while; meanwhile the HTTP libraries of this process ask here."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Any, Final

from pytest_aiassert.wire.intercept.patching import ImportWatch, Patch
from pytest_aiassert.wire.intercept.seams import SEAMS
from pytest_aiassert.wire.traffic import Crowd, Listener, Tap


@contextmanager
def intercept(tap: Tap) -> Generator[Tap, None, None]:
    """Ask a tap about the HTTP traffic of this context, and of threads without one."""
    outer = _CURRENT.get()
    _BOARD.connect(tap, outer)
    try:
        _CURRENT.set(tap)
        yield tap
    finally:
        _BOARD.disconnect(tap)
        _CURRENT.set(outer)  # no token: teardown may run in another context than set-up


@contextmanager
def apart() -> Generator[None, None, None]:
    """Send requests that are no test's: neither answered nor refused."""
    before = _CURRENT.get()
    _CURRENT.set(_APART)
    try:
        yield
    finally:
        _CURRENT.set(before)


class Switchboard:
    """The active taps of a process; the libraries are patched while there is one."""

    def __init__(self) -> None:
        self._outer: dict[Tap, Tap | None] = {}
        self._patches: list[Patch] = []
        self._known: dict[str, Sequence[Patch]] = {}
        self._watch = ImportWatch(SEAMS, self._patch)
        self._lock = threading.RLock()

    def connect(self, tap: Tap, outer: Tap | None) -> None:
        """Make a tap active; while it is, it speaks for the tap around it where a thread belongs to neither."""
        with self._lock:
            first = not self._outer
            self._outer = {**self._outer, tap: outer}
            if not first:
                return
            try:
                sys.meta_path.insert(0, self._watch)
                for name in SEAMS:
                    module = sys.modules.get(name)
                    if module is not None:
                        self._patch(name, module)
            except BaseException:
                self.disconnect(tap)
                raise

    def disconnect(self, tap: Tap) -> None:
        """Make a tap inactive; after the last one everything is as it was."""
        with self._lock:
            self._outer = {other: outer for other, outer in self._outer.items() if other is not tap}
            if self._outer:
                return
            with suppress(ValueError):  # somebody may have put back a list of finders from before
                sys.meta_path.remove(self._watch)
            while self._patches:
                self._patches.pop().undo()

    def listening(self) -> Listener | None:
        """Return who is asked: the context's tap, else the only one that is active, else all of them."""
        current, outer = _CURRENT.get(), self._outer
        if current is _APART:
            return None
        if current in outer:
            return current
        taps = [tap for tap in outer if tap not in outer.values()] if len(outer) > 1 else list(outer)
        if len(taps) > 1:
            return Crowd(taps)
        return taps[0] if taps else None

    def _patch(self, name: str, module: ModuleType) -> None:
        with self._lock:
            if not self._outer:
                return
            known = self._known.get(name, ())
            if not known or not all(_is_of(patch.owner, module) and patch.fits() for patch in known):
                try:
                    known = [Patch(*seam, self.listening) for seam in SEAMS[name](module)]
                except AttributeError:  # another version, or half imported; the guard beneath it stands
                    known = ()
                self._known[name] = known
            for patch in known:
                self._patches.append(patch)  # first, so that an interrupt leaves nothing behind
                patch.apply()


def _is_of(owner: Any, module: ModuleType) -> bool:
    """Whether a patched class is still the module's; not after a reload."""
    return owner is module or vars(module).get(owner.__name__) is owner


# One for each process, as what it patches is: the classes of loaded libraries.
_BOARD: Final = Switchboard()
_APART: Final = Tap("no test")
_CURRENT: Final[ContextVar[Tap | None]] = ContextVar("pytest_aiassert_tap", default=None)
