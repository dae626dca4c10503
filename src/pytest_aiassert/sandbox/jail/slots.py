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
    state: tuple[int, ...] = ()  # of the folder, while nothing has been done to it


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
        """Keep a slot for the next job; a folder to which anything was done is replaced."""
        if state_of(slot.folder) != slot.state or (self._mount is None and any(slot.path.iterdir())):
            if slot.ruleset is not None:
                os.close(slot.ruleset)
            slot.path.chmod(0o700)  # whatever a job made of it
            if self._mount is not None:
                self._unmount(slot.path)
            else:
                empty(slot.path)
                slot.path.rmdir()
                slot.path.mkdir(mode=0o700)
            slot = self._furnish(slot.number, slot.path)
        self._free.append(slot)

    def _furnish(self, number: int, path: Path) -> Slot:
        user = None if self._first_user is None else self._first_user + number % 256
        if self._mount is not None:
            self._mount(path, user)
        else:
            owner = os.geteuid() if user is None else user
            os.chown(path, owner, os.getegid() if user is None else user)
        ruleset = self._ruleset(path) if self._ruleset is not None else None
        folder = str(path)
        return Slot(number=number, path=path, folder=folder, ruleset=ruleset, user=user, state=state_of(folder))


def state_of(folder: str) -> tuple[int, ...]:
    """Return what cannot stay the same where anything was done to a folder: no process sets the time of change."""
    found = os.stat(folder)  # noqa: PTH116 - in few steps
    return found.st_ctime_ns, found.st_mode, found.st_nlink, found.st_size


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
