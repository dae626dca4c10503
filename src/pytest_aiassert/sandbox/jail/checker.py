"""The checker's side: a test that runs in a process of its own, and calls a candidate that is in another.

Nothing of the candidate runs here: its answers are plain values, and it is never told what is expected.
"""

from __future__ import annotations

import builtins
import functools
import gc
import os
import random
import select
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeAlias

from . import codec, frames
from .resident import sealed, spelled
from .surroundings import TEST, Compiled, Surroundings

JSON: TypeAlias = Any

_SAID = 600  # characters of what loading raised
_KEPT = 32  # compiled tests
_PIECE = 1 << 16


class CandidateLost(BaseException):
    """The candidate gave no answer; `how` says whether it ended or took too long."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class LoadingFailed(BaseException):
    """The candidate raised while it was loaded."""


class Remote:
    """The candidate at the other end of a descriptor; it has `wall` seconds for all its answers together."""

    def __init__(self, descriptor: int, wall: float) -> None:
        self._descriptor = descriptor
        self._left = wall
        self._inbox = bytearray()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self.calls = 0
        self.lost = ""
        self.unloadable = ""

    def load(self, code: str, *, compiled_here: bool) -> None:
        """Have the candidate load its code; it says how that went with its first answer. Raises LoadingFailed.

        With `compiled_here`, it is compiled where that costs less than in a process that has just begun.
        """
        try:
            message = (
                sealed(compile(code, "candidate.py", "exec", dont_inherit=True)) if compiled_here else spelled(code)
            )
        except Exception as error:  # noqa: BLE001 - SyntaxError, ValueError, RecursionError, MemoryError
            raise self.fail(f"{type(error).__name__}: {error}") from None
        self.send(message)

    def settle(self) -> None:
        """Make sure that the code was loaded; raises LoadingFailed, CandidateLost."""
        if not (self.calls or self.lost or self.unloadable):
            self._ask({"id": 0, "name": "", "args": []})

    def _ask(self, request: JSON) -> JSON:
        """Return the answer to a request; raises LoadingFailed, CandidateLost."""
        self.send(frames.pack(request))
        reply = self.receive()
        try:
            if "loaded" in reply:
                raise self.fail(f"{reply['loaded']['error']}: {reply['loaded']['message']}")
            if reply["id"] != request["id"]:
                raise self.lose("malformed")
        except (KeyError, TypeError):
            raise self.lose("malformed") from None
        return reply

    def send(self, message: bytes) -> None:
        """Send a message; raises CandidateLost."""
        try:
            frames.send(self._descriptor, message)
        except OSError:
            raise self.lose("ended") from None

    def receive(self) -> JSON:
        """Wait for a message; raises CandidateLost."""
        started = time.monotonic()
        deadline = started + self._left
        try:
            while (message := self._unpacked()) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self.lose("timeout")
                if not self._poll.poll(left * 1000):
                    continue
                piece = os.read(self._descriptor, _PIECE)
                if not piece:
                    raise self.lose("ended")
                self._inbox += piece
        except OSError:
            raise self.lose("ended") from None
        finally:
            self._left -= time.monotonic() - started
        return message

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the candidate; raises what it raised, or CandidateLost."""
        if self.lost:
            raise CandidateLost(self.lost)
        if self.unloadable:
            raise LoadingFailed(self.unloadable)
        self.calls += 1
        request = {"id": self.calls, "name": name, "args": codec.encode(list(args))}
        if kwargs:
            request["kwargs"] = codec.encode(kwargs)
        reply = self._ask(request)
        try:
            for before, after in zip(args, codec.decode(reply["args"]), strict=False):
                copy_back(before, after)
            if "error" in reply:
                raised = exception(reply["bases"], reply["message"])
            else:
                return _usable(codec.decode(reply["value"]))
        except (ValueError, KeyError, TypeError):
            raise self.lose("malformed") from None
        raise raised

    def function(self, name: str) -> Callable[..., Any]:
        """Return a function that calls the candidate's."""

        def candidate(*args: Any, **kwargs: Any) -> Any:
            return self.call(name, args, kwargs)

        return candidate

    def _unpacked(self) -> JSON | None:
        try:
            return frames.unpack(self._inbox)
        except ValueError:
            raise self.lose("malformed") from None

    def fail(self, error: str) -> LoadingFailed:
        """Note that loading raised, and return the exception that says so."""
        self.unloadable = error[:_SAID]
        self.calls = 0  # none was answered
        return LoadingFailed(error)

    def lose(self, how: str) -> CandidateLost:
        """Note how the candidate was lost, and return the exception that says so."""
        self.lost = self.lost or how
        return CandidateLost(self.lost)


class Stream:
    """What an iterator or a lazy collection of the candidate gave; equal to itself only."""

    def __init__(self, items: tuple[Any, ...]) -> None:
        self._items = items
        self._left = iter(items)

    def __iter__(self) -> Iterator[Any]:
        return self._left

    def __next__(self) -> Any:
        return next(self._left)

    def __len__(self) -> int:
        return len(self._items)


def serve(channel: int) -> NoReturn:
    """Judge candidates until the channel closes: for each a byte with its descriptor, then a message.

    What a test does to this process is no other test's concern: `stale` is the verdict where it did something.
    """
    connection = socket.socket(fileno=channel)
    warnings.simplefilter("ignore")  # showing one loads modules
    bench = Bench(Surroundings())
    gc.freeze()
    while True:
        data, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
        job = frames.read(channel) if data and descriptors else None
        if job is None:
            os._exit(0)
        verdict = bench.judge(Remote(descriptors[0], job["wall"]), job)
        os.close(descriptors[0])
        frames.write(channel, verdict)


class Bench:
    """Where one test after another is run; keeps the last ones compiled."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._last: Compiled | None = None

    def judge(self, remote: Remote, job: JSON) -> JSON:
        """Return the verdict on a candidate, or that this process is stale."""
        try:
            test = self._prepared(job["test"], job["prelude"])
        except BaseException as error:  # noqa: BLE001 - whatever compiling raises
            return {"verdict": "unusable", "reason": f"loading the test raised {_shown(error, job['test'])}"}
        if test is not self._last:
            if self._last is not None and (self._last.meddles or self._surroundings.changed()):
                return {"verdict": "stale"}
            self._last = test
        if test.draws:
            random.seed(0)
        return judge(remote, job, test)

    def _prepared(self, test: str, prelude: str) -> Compiled:
        key = (test, prelude)
        if key not in self._compiled:
            while len(self._compiled) >= _KEPT:
                del self._compiled[next(iter(self._compiled))]
            self._compiled[key] = Compiled.of(test, prelude)
        return self._compiled[key]


class UnusableTestError(Exception):
    """The test cannot be run at all; says why."""


def judge(remote: Remote, job: JSON, compiled: Compiled) -> JSON:
    """Run a test against a candidate; return the verdict: passed, failed, lost or unusable, with the reason."""
    verdict, reason = "passed", ""
    try:
        remote.load(job["code"], compiled_here=job["compile"])
        _check(remote, job, compiled)()
        remote.settle()
    except UnusableTestError as error:
        verdict, reason = "unusable", str(error)
    except (CandidateLost, LoadingFailed):
        pass
    except BaseException as error:  # noqa: BLE001 - whatever ends a test early is a failure of what it tests
        verdict, reason = "failed", _shown(error, job["test"])
    if remote.lost:  # even where the test has caught it
        verdict, reason = "lost", remote.lost
    elif remote.unloadable:
        verdict, reason = "failed", f"loading it raised {remote.unloadable}"
    return {"verdict": verdict, "reason": reason, "calls": remote.calls}


def _check(remote: Remote, job: JSON, compiled: Compiled) -> Callable[[], object]:
    """Return what runs a test's check function; raises UnusableTestError.

    The name of what is tested means just that in the test, too, whatever the prelude defines.
    """
    candidate = remote.function(job["entry_point"])
    namespace: dict[str, Any] = {"__name__": "test"}
    prelude, test = compiled.codes
    try:
        exec(prelude, namespace)  # noqa: S102 - confined
        namespace[job["entry_point"]] = candidate
        exec(test, namespace)  # noqa: S102 - confined
    except BaseException as error:  # noqa: BLE001 - a test may raise anything
        raise UnusableTestError(f"loading the test raised {_shown(error, job['test'])}") from None
    check: Callable[[Callable[..., Any]], object] | None = namespace.get("check")
    if not callable(check):
        raise UnusableTestError("the test defines no function check(candidate)")
    return functools.partial(check, candidate)


def copy_back(before: Any, after: Any) -> None:
    """Make an argument what the candidate made of its copy."""
    if type(before) is not type(after):
        return
    if type(before) is list:
        before[:] = after
    elif type(before) in (dict, set):
        before.clear()
        before.update(after)


def exception(bases: list[str], message: str) -> BaseException:
    """Return the nearest built-in exception to what the candidate raised."""
    for name in bases:
        kind = getattr(builtins, str(name), None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            try:
                return kind(str(message))
            except TypeError:  # it wants more, as UnicodeDecodeError does
                continue
    return Exception(str(message))


def _usable(value: Any) -> Any:
    return Stream(value.items) if isinstance(value, codec.Iterated) else value


def _shown(error: BaseException, test: str) -> str:
    """Return an exception with the last line of the test that it passed."""
    try:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        line, trace = 0, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == TEST:
                line = trace.tb_lineno
            trace = trace.tb_next
        shown = test.splitlines()[line - 1 : line]
        return f"{said} at line {line} of the test: {shown[0].strip()}"[:500] if line and shown else said[:500]
    except Exception:  # noqa: BLE001 - an error that cannot be shown
        return type(error).__name__
