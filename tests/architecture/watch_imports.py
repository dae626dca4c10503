"""Import each named module in a fork of its own and report, as JSON, what the import did besides."""

# ruff: noqa: BLE001, PLW0603, PTH109, PTH123, T201 - a script: it prints its finding, and must survive any import

from __future__ import annotations

import importlib
import json
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

SOURCES = str(Path(sys.argv[1]).resolve()) + os.sep
FORBIDDEN = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.fork",
    "os.exec",
)
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.putenv", "os.unsetenv", "shutil.rmtree")
deeds: list[str] = []
watching = False


def callers(frame: FrameType | None) -> Iterator[tuple[str, int]]:
    """Files and lines of the frames that led here, without this file and what only passes a read of `os.environ` on."""
    while frame is not None:
        name = frame.f_code.co_filename
        if name not in (__file__, os.__file__, "<frozen os>", "<frozen _collections_abc>"):
            yield name, frame.f_lineno
        frame = frame.f_back


def ours(frame: FrameType | None) -> str:
    """Return file and line where the nearest caller is one of our modules, else nothing."""
    name, line = next(callers(frame), ("", 0))
    return f"{name.removeprefix(SOURCES)}:{line}" if name.startswith(SOURCES) else ""


def audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not watching:
        return
    if event in FORBIDDEN or event in CHANGES:
        deeds.append(f"{event}{arguments!r}"[:200])
    elif event == "open":
        path, mode, flags = arguments
        writes = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
        where = ours(sys._getframe())
        if writes or where:
            deeds.append(f"open({path!r}, {mode!r}) {where}".rstrip())


class WatchedEnvironment(os._Environ):  # a subclass sees reads, which no audit event reports
    def __getitem__(self, key: str) -> str:
        if watching and (where := ours(sys._getframe())):
            deeds.append(f"read environment variable {key} in {where}")
        return super().__getitem__(key)


def state() -> dict[str, object]:
    """What an import must leave as it was."""
    return {
        "environment": dict(os.environ),
        "working folder": os.getcwd(),
        "sys.path": list(sys.path),
        "sys.meta_path": [repr(finder) for finder in sys.meta_path],
        "sys.excepthook": sys.excepthook,
        "threads": threading.active_count(),
        "root logger": (logging.root.level, [repr(handler) for handler in logging.root.handlers]),
        "signal handlers": {number: repr(signal.getsignal(number)) for number in signal.valid_signals()},
    }


def watch(module: str) -> list[str]:
    global watching
    before = state()
    watching = True
    try:
        importlib.import_module(module)
    except BaseException:
        deeds.append(f"cannot be imported on its own:\n{traceback.format_exc()}")
    watching = False
    after = state()
    return deeds + [
        f"changed {name}: {before[name]!r} -> {after[name]!r}" for name in before if before[name] != after[name]
    ]


def in_a_fork(module: str) -> list[str]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with open(write, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(watch(module)))
        os._exit(0)
    os.close(write)
    with open(read, encoding="utf-8") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(answer) if status == 0 and answer else [f"the import ended the process with status {status}"]


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    os.environ.__class__ = WatchedEnvironment
    sys.addaudithook(audit)
    found = {module: in_a_fork(module) for module in sys.argv[2:]}
    print(json.dumps({module: what for module, what in found.items() if what}))
