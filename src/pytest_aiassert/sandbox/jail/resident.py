"""A lane's resident: code in a process of its own, which answers calls of its functions.

A page of memory that is touched for the first time after a fork costs more than most of what is done there: hence few
and small steps, and everything that can be made before the fork.
"""

from __future__ import annotations

import marshal
import os
import sys
import types
from collections.abc import Mapping
from types import CodeType
from typing import Any, NoReturn, TypeAlias

from . import codec, frames, worker

JSON: TypeAlias = Any

_COMPILED, _SOURCE = b"c", b"s"
_CHANGEABLE = {list, dict, set}
_PLAIN = {list, int, str, float, bool}


def sealed(code: CodeType) -> bytes:
    """Return a message that holds compiled code."""
    return frames.framed(_COMPILED + marshal.dumps(code))


def spelled(code: str) -> bytes:
    """Return a message that holds code which is yet to be compiled."""
    return frames.framed(_SOURCE + code.encode("utf-8", "surrogatepass"))


class Resident:
    """Code that is loaded and called over a channel; all of it is made before the fork."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._module = types.ModuleType("candidate")
        self._space = self._module.__dict__

    def live(self) -> NoReturn:
        """Take code from the channel, load it, and answer until the channel closes; what it prints is dropped."""
        sys.modules["candidate"] = self._module
        self.serve()
        os._exit(0)

    def serve(self) -> None:
        """Load the code that comes first, then answer each call; the next comes after the answer."""
        channel, space, receive, send = self._channel, self._space, frames.receive, frames.send
        body = frames.receive_first(channel)
        if body:
            if failure := load(body, space):
                send(channel, failure)
            while body := receive(channel):
                send(channel, answer(space, frames.decoded(body)))


def load(body: bytes, space: dict[str, Any]) -> bytes:
    """Run a module until it raises; return the message that says so, empty where it does not raise."""
    try:
        if body[:1] == _COMPILED:  # by the checker, which is trusted more than what runs here
            exec(marshal.loads(body[1:]), space)  # noqa: S102, S302 - that is the job
        else:
            code = body[1:].decode("utf-8", "surrogatepass")
            exec(compile(code, "candidate.py", "exec", dont_inherit=True), space)  # noqa: S102
    except BaseException as error:  # noqa: BLE001 - SystemExit and the like are reported, too
        return frames.pack({"loaded": worker.describe(error)})
    return b""


def answer(space: Mapping[str, Any], request: JSON) -> bytes:
    """Call a function; return the message that holds its value or exception, and the arguments it may have changed."""
    args: list[Any] = codec.decode(request["args"])
    try:
        function = space.get(request["name"], _missing)
        if function is _missing:
            _missing(request["name"])
        value = function(*args, **codec.decode(request["kwargs"])) if "kwargs" in request else function(*args)
        if type(value) not in _PLAIN:
            value = worker.settle(value)
        reply = {"value": codec.encode(value)}
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are answers, too
        reply = worker.describe(error)
    reply["args"] = [] if _CHANGEABLE.isdisjoint(map(type, args)) else worker.encoded_after(args)
    reply["id"] = request["id"]
    return frames.pack(reply)


def _missing(name: str) -> NoReturn:
    raise NameError(f"name {name!r} is not defined")
