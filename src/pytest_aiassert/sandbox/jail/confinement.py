"""The layers around a job: what is there is found out once, by trying; each job then gets all of it or does not run."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from . import namespaces
from .kernel import Kernel
from .landlock import Landlock
from .seccomp import Filter, Kind
from .slots import SCRATCH_BYTES, SCRATCH_FILES, Slot, Slots

FIRST_USER = 0x70000000  # above what systems hand out
USERS = 256  # for each zygote
_NO_LIMIT = 100_000
LAYERS = ("namespaces", "landlock", "seccomp", "identity")


class LayerError(Exception):
    """A layer that cannot be had; `why` says so in a few words."""

    def __init__(self, layer: str, why: str) -> None:
        super().__init__(f"{layer}: {why}")
        self.layer = layer
        self.why = why


class Confinement:
    """The layers of one zygote. `tools` are the programs its jobs are, none for jobs in Python, which start none.

    `without` names layers to leave out. `missing` says why, for each layer that is not there.
    """

    def __init__(self, base: Path, *, tools: Collection[str], without: Collection[str]) -> None:
        self.kernel = Kernel()
        self.tools = tuple(tools)
        self.base = base
        self.missing = dict.fromkeys(without, "switched off")
        self.details: dict[str, str] = {}
        self._readable = namespaces.readable_paths(tools)
        self._landlock: Landlock | None = None
        self._filters: dict[Kind, Filter] = {}
        self._own_pids: int | None = None
        self._first_user = FIRST_USER + USERS * (
            os.getpid() % 2**22
        )  # no other zygote's: processes are counted by user
        if os.geteuid() != 0 or not hasattr(os, "setresuid"):
            self.missing.setdefault("identity", "only root can give each job a user of its own, and only on Linux")
        self.slots: Slots

    def has(self, layer: str) -> bool:
        """Tell whether a layer is there."""
        return layer not in self.missing

    def enter_root(self) -> None:
        """Change to the small root folder, once in new namespaces; raises LayerError."""
        try:
            self._own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            namespaces.change_root(self.kernel, str(self.base), self._readable)
        except OSError as error:
            raise LayerError("namespaces", f"the root folder cannot be changed: {error}") from None
        self.base = Path(namespaces.SCRATCH)

    def prepare(self) -> None:
        """Build what jobs will enter, and try all of it in a child; what fails there is missing."""
        with suppress(OSError):
            self.kernel.refuse_privileges()
        self._build("landlock", self._build_landlock)
        self._build("seccomp", self._build_filter)
        while True:
            self.slots = self._slots()
            failure = self._rehearse()
            if failure is None:
                return
            self.missing[failure[0]] = failure[1]

    def fork(self) -> int:
        """Fork a child; one that might start processes leads a namespace of its own where there are namespaces."""
        if self._own_pids is None or not (self.tools or not self.has("seccomp")):
            return self.kernel.fork()
        self.kernel.unshare("pid")
        pid = -1
        try:
            pid = self.kernel.fork()
        finally:
            if pid != 0:
                self.kernel.enter_namespace(self._own_pids)
        return pid

    def identify(self, slot: Slot) -> None:
        """In a job: become its slot's user without any capability."""
        if slot.user is not None:
            os.setgroups([])
            os.setresgid(slot.user, slot.user, slot.user)
            os.setresuid(slot.user, slot.user, slot.user)  # which drops root's capabilities, too
            return
        if self.tools and self.has("namespaces"):
            self.kernel.unshare("user")  # processes are counted by user and namespace
        with suppress(OSError):
            self.kernel.drop_capabilities()

    def processes_elsewhere(self) -> int:
        """Return how many other processes the kernel counts towards a job's limit."""
        if self.has("namespaces") or self.has("identity"):
            return 0
        if not Path("/proc/self/task").exists():
            return _NO_LIMIT
        mine = os.geteuid()
        count = 0
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and entry.stat().st_uid == mine:
                    count += len(list((entry / "task").iterdir()))
        return count

    def enter(self, slot: Slot, *, lane: bool = False) -> None:
        """In a job or a lane: take the layers that cannot be left."""
        if slot.ruleset is not None and self._landlock is not None:
            self._landlock.enter(slot.ruleset)
        self._sieve("lane" if lane else "program" if self.tools else "job")

    def seal(self) -> None:
        """In a lane's resident: give up what the lane may do and a job may not."""
        self._sieve("resident")

    def _sieve(self, kind: Kind) -> None:
        if kind in self._filters and self.has("seccomp"):
            self._filters[kind].enter()

    def _build(self, layer: str, build: Callable[[], None]) -> None:
        if not self.has(layer):
            return
        try:
            build()
        except OSError as error:
            self.missing[layer] = error.strerror or str(error)

    def _build_landlock(self) -> None:
        self._landlock = Landlock(self.kernel)
        self.details["landlock"] = f"version {self._landlock.version}"

    def _build_filter(self) -> None:
        kinds: tuple[Kind, ...] = ("program",) if self.tools else ("job", "lane", "resident")
        self._filters = {kind: Filter(self.kernel, kind=kind) for kind in kinds}

    def _slots(self) -> Slots:
        users, mounted = self.has("identity"), self.has("namespaces")
        if users and not mounted:
            self.base.chmod(0o711)
        return Slots(
            self.base,
            ruleset=self._rules if self.has("landlock") else None,
            first_user=self._first_user if users else None,
            mount=self._mount if mounted else None,
            unmount=lambda path: self.kernel.unmount(str(path)),
        )

    def _mount(self, path: Path, user: int | None) -> None:
        namespaces.mount_scratch(self.kernel, str(path), size=SCRATCH_BYTES, files=SCRATCH_FILES, user=user)

    def _rules(self, scratch: Path) -> int:
        assert self._landlock is not None
        return self._landlock.ruleset(readable=self._readable, writable=(str(scratch), *namespaces.DEVICES))

    def _rehearse(self) -> tuple[str, str] | None:
        """Try the layers in a child; return the first that fails, and why."""
        try:
            slot = self.slots.take()
        except OSError as error:
            return self._blame("identity", f"no folder can be given to another user: {error.strerror}")
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(writing, json.dumps(rehearse(self, slot)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        os.waitpid(pid, 0)
        self.slots.give_back(slot)
        failure = json.loads(said) if said else ("seccomp", "a child that enters it is killed")
        return self._blame(*failure) if failure else None

    def _blame(self, layer: str, why: str) -> tuple[str, str]:
        if not self.has(layer):
            raise LayerError("namespaces", why)
        return layer, why


def rehearse(confinement: Confinement, slot: Slot) -> tuple[str, str] | None:
    """In a child: enter the layers, and see whether they hold; return the first that does not, and why."""
    layer = "identity"
    try:
        confinement.identify(slot)
        os.chdir(slot.folder)
        Path(os.__file__).read_bytes()
        layer = "landlock"
        confinement.enter(slot)
    except OSError as error:
        return layer, f"{error.strerror or error}"
    if confinement.has("landlock") and not _refused(lambda: list(Path("/").iterdir())):
        return "landlock", "it is entered, but does not hold"
    if confinement.has("seccomp") and not _refused(lambda: socket.socket().close()):
        return "seccomp", "it is entered, but does not hold"
    return None


def _refused(action: Callable[[], object]) -> bool:
    try:
        action()
    except PermissionError:
        return True
    return False
