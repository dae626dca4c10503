"""The caller's end of the zygote: started when first needed, one per process, ended at exit."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox.isolation import Isolation, Layer, Tier, read_isolation
from pytest_aiassert.sandbox.job import Job
from pytest_aiassert.sandbox.limits import Limits

_START = 30.0  # seconds a zygote may take to get ready
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "LD_BIND_NOW": "1",  # or each child looks its functions up anew
}
_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); from jail.zygote import main; del sys.path[0]; "
    "main(int(sys.argv[2]), sys.argv[3], sys.argv[4])"
)


def start_job(limits: Limits, tools: tuple[str, ...] = (), *, quiet: bool = False) -> Job:
    """Fork a child of this process's zygote, ready to be sent its work.

    `tools` are the program it will be and what that reads, none for code in Python. Its output is dropped where
    `quiet`. Raises CannotJudgeError where no zygote can be had.
    """
    return nursery(tools).start(limits, quiet=quiet)


def tier() -> Tier:
    """Return the tier of isolation that code in Python gets here."""
    return nursery().isolation().tier


def layers() -> tuple[Layer, ...]:
    """Return every layer of isolation, there or missing, and why."""
    return nursery().isolation().layers


def require(wanted: str) -> None:
    """Raise CannotJudgeError where isolation is less than this tier.

    Raises UsageError where there is no such tier.
    """
    nursery().isolation().require(wanted)


def nursery(tools: tuple[str, ...] = ()) -> Nursery:
    """Return this process's nursery for jobs in Python, or for other programs."""
    return _nursery(os.getpid(), tools)


@functools.cache
def _nursery(pid: int, tools: tuple[str, ...]) -> Nursery:
    del pid  # after a fork, the parent's zygote is not ours
    nursery = Nursery(tools=tools)
    atexit.register(nursery.close)
    return nursery


class Nursery:
    """Keeps one zygote alive, replaces it when a job has killed it; safe to use from several threads.

    `tools` are the programs its jobs are, none for jobs in Python; `without` names layers of isolation to leave out.
    """

    def __init__(self, *, tools: Sequence[str] = (), without: Sequence[str] = ()) -> None:
        self._lock = threading.Lock()
        self._tools = tuple(tools)
        self._without = dict.fromkeys(without, "switched off")
        self._isolation: Isolation | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._base = ""
        self._owner = os.getpid()

    def start(self, limits: Limits, *, quiet: bool = False) -> Job:
        """Fork a child, whose output is dropped where `quiet`; raises CannotJudgeError where no zygote can be had."""
        for _ in range(3):
            try:
                with self._lock:
                    self._running()
            except OSError:
                self.close()
                continue
            channel, far_channel = socket.socketpair()
            leash, far_leash = socket.socketpair()
            outputs, far_outputs = _outputs(quiet=quiet)
            far_ends = [far_channel.fileno(), far_leash.fileno(), *far_outputs]
            try:
                with self._lock:
                    socket.send_fds(self._running(), [b"j"], far_ends)
            except OSError:
                for end in outputs:
                    os.close(end)
                channel.close()
                leash.close()
                with self._lock:
                    self._stop()
                continue
            finally:
                far_channel.close()
                far_leash.close()
                for end in set(far_outputs):
                    os.close(end)
            return Job(channel=channel, leash=leash, outputs=outputs, limits=limits)
        raise CannotJudgeError("the sandbox's helper process ends as soon as it starts; try: aiassert doctor")

    def isolation(self) -> Isolation:
        """Return the layers that its jobs get; starts the zygote where it does not run."""
        with self._lock:
            try:
                self._running()
            except OSError as error:
                raise CannotJudgeError(f"the sandbox's helper process does not start: {error}") from None
            assert self._isolation is not None
            return self._isolation

    def close(self) -> None:
        """End the zygote and every job of it."""
        if os.getpid() != self._owner:
            return  # a fork of the owner ends without taking the owner's zygote along
        with self._lock:
            self._stop()

    def _running(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._stop()
        if self._control is None:
            self._launch()
        assert self._control is not None
        return self._control

    def _launch(self) -> None:
        if not hasattr(os, "fork") or not sys.executable:
            raise CannotJudgeError(
                f"running code needs a Python that can fork; {sys.platform} has none: use WSL or Linux"
            )
        for _ in range(3):
            hello = self._spawn()
            if "without" not in hello:
                self._isolation = read_isolation(hello, self._without)
                return
            self._stop()  # a layer failed halfway: start again without it
            self._without[str(hello["without"])] = str(hello["why"])
        raise BrokenPipeError

    def _spawn(self) -> dict[str, Any]:
        """Start the process, and return what it says of its layers."""
        self._base = tempfile.mkdtemp(prefix="aiassert-")
        self._control, far = socket.socketpair()
        options = {"tools": self._tools, "without": tuple(self._without)}
        with far:
            # not -I, which would drop the fixed hash seed; the environment has nothing else in it
            command = [sys.executable, "-P", "-s", "-S", "-X", "utf8", "-c", _BOOTSTRAP]
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*command, str(Path(__file__).parent), str(far.fileno()), self._base, json.dumps(options)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd=self._base,
                pass_fds=[far.fileno()],
                start_new_session=True,
            )
        self._control.settimeout(_START)
        line = b""
        while not line.endswith(b"\n"):
            piece = self._control.recv(4096)
            if not piece:
                raise BrokenPipeError
            line += piece
        self._control.settimeout(None)
        hello: dict[str, Any] = json.loads(line)
        return hello

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=2)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._base:
            shutil.rmtree(self._base, ignore_errors=True)
            self._base = ""


def _outputs(*, quiet: bool) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Return our ends of a job's standard output and error, none where `quiet`, and the far ones."""
    if quiet:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        return (), (nowhere, nowhere)
    stdout, far_stdout = os.pipe()
    stderr, far_stderr = os.pipe()
    return (stdout, stderr), (far_stdout, far_stderr)
