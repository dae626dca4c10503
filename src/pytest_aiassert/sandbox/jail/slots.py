"""Scratch folders: made once, lent to one job at a time, emptied in between."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SCRATCH_BYTES = 64 * 1024 * 1024
SCRATCH_FILES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A scratch folder; with its Landlock rules and its own user, None where these are missing."""

    number: int
    path: Path
    folder: str  # the path once more, as children need it
    ruleset: int | None
    user: int | None


class Slots:
    """Lends slots, and makes another when all are in use.

    Each has a user of its own from `first_user` on, where that is given.
    `mount` mounts a folder in memory of its own (None where that cannot be had), `unmount` takes it away.
    """

    def __init__(
        self,
        base: Path,
        *,
        ruleset: Callable[[Path], int] | None,
        first_user: int | None,
        mount: Callable[[Path, int | None], None] | None,
        unmount: Callable[[Path], None],
    ) -> None:
        self._base = base
        self._ruleset = ruleset
        self._first_user = first_user
        self._mount = mount
        self._unmount = unmount
        self._free: list[Slot] = []
        self._made = 0

    def take(self) -> Slot:
        """Return an empty slot that nobody else has."""
        if self._free:
            return self._free.pop()
        self._made += 1
        path = self._base / str(self._made)
        path.mkdir(mode=0o700, exist_ok=True)
        return self._furnish(self._made, path)

    def give_back(self, slot: Slot) -> None:
        """Empty a slot and keep it for the next job."""
        if not self._is_empty(slot.path):
            if self._mount is not None:
                self._unmount(slot.path)
                if slot.ruleset is not None:
                    os.close(slot.ruleset)
                slot = self._furnish(slot.number, slot.path)
            else:
                empty(slot.path)
        self._free.append(slot)

    def _furnish(self, number: int, path: Path) -> Slot:
        user = None if self._first_user is None else self._first_user + number % 256
        if self._mount is not None:
            self._mount(path, user)
        else:
            owner = os.geteuid() if user is None else user
            os.chown(path, owner, os.getegid() if user is None else user)
        ruleset = self._ruleset(path) if self._ruleset is not None else None
        return Slot(number=number, path=path, folder=str(path), ruleset=ruleset, user=user)

    @staticmethod
    def _is_empty(path: Path) -> bool:
        path.chmod(0o700)  # whatever a job made of it
        with os.scandir(path) as entries:
            return next(entries, None) is None


def empty(folder: Path) -> None:
    """Remove everything in a folder, however deep and whatever its permissions; no path grows long on the way."""
    moved = 0
    while entries := list(os.scandir(folder)):
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
                continue
            Path(entry.path).chmod(0o700)
            for inner in list(os.scandir(entry.path)):
                moved += 1
                if inner.is_dir(follow_symlinks=False):
                    Path(inner.path).chmod(0o700)  # a folder that moves must be writable
                Path(inner.path).rename(_unused(folder, moved))
            Path(entry.path).rmdir()


def _unused(folder: Path, number: int) -> str:
    return str(folder / f".removed-{number}-{os.urandom(8).hex()}")
