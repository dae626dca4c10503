"""One running job as its caller sees it: messages, captured output, deadlines, and its end."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pytest_aiassert.sandbox.jail import frames
from pytest_aiassert.sandbox.limits import Limits, Outcome

_GRACE = 5.0  # seconds the zygote gets to report the end of a killed job
_READABLE = select.POLLIN | select.POLLHUP | select.POLLERR
_PIECE = 1 << 16
_OFTEN = 25  # times that a process was taken off its processor


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a job ended; `returncode` is its exit status, None where it was stopped by a signal.

    `orphaned` where the zygote went first, perhaps by another job's doing; `starved` where a time-out may be due to a
    lack of processor time that others used.
    """

    outcome: Outcome
    returncode: int | None
    detail: str
    orphaned: bool = False
    starved: bool = False


class JobEndedError(Exception):
    """The job is over; `ended` says how."""

    def __init__(self, ended: Ended) -> None:
        super().__init__(ended.detail)
        self.ended = ended


class Job:
    """A child at work. `limits.wall` counts the seconds spent waiting for it, from its start to its end."""

    def __init__(
        self, *, channel: socket.socket, leash: socket.socket, outputs: tuple[int, ...], limits: Limits
    ) -> None:
        self._channel = channel
        self._leash = leash
        self._limits = limits
        self._remaining = limits.wall
        self._inbox = bytearray()
        self._status = bytearray()
        self._outputs = outputs
        self._output = {descriptor: bytearray() for descriptor in outputs}
        self._patience = 0.0
        self._on_slow: Callable[[], None] | None = None
        self._ended: Ended | None = None
        self._memory = False
        self._silent = False  # True where a closed channel is no sign of the end
        self._poll = select.poll()
        for descriptor in (channel.fileno(), leash.fileno(), *outputs):
            os.set_blocking(descriptor, False)
            self._poll.register(descriptor, _READABLE)

    @property
    def stdout(self) -> str:
        """What the job has written to its standard output so far."""
        return self._captured(0).decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """What the job has written to its standard error so far."""
        return self._captured(1).decode("utf-8", "replace")

    def when_slow(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something, once, when the job has been waited for this long."""
        self._patience = time.monotonic() + seconds
        self._on_slow = action

    def lower_priority(self) -> None:
        """Let other processes go first."""
        with suppress(OSError):  # it may have ended
            self._leash.send(b"n")

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a message comes, or the job ends."""
        return self._channel.fileno()

    @property
    def quiet(self) -> bool:
        """Whether it is there, and has nothing to say."""
        return self._ended is None and not self._poll.poll(0)

    def order(self, letter: bytes, *descriptors: int) -> None:
        """Send one byte, with descriptors; raises JobEndedError where the job does not take it."""
        try:
            socket.send_fds(self._channel, [letter], descriptors)
        except OSError:
            raise JobEndedError(self.finish()) from None

    def take(self) -> Mapping[str, Any] | None:
        """Return a message that is there, None where it is not, without waiting; raises JobEndedError."""
        if not self._take_messages():
            raise JobEndedError(self.finish())
        return self._message()

    def renew(self) -> None:
        """Give the job its whole wall clock again."""
        self._remaining = self._limits.wall

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message; raises JobEndedError where the job no longer listens."""
        data = memoryview(frames.pack(message))
        deadline = time.monotonic() + self._remaining
        while data:
            try:
                data = data[self._channel.send(data) :]
            except BlockingIOError:
                self._turn(deadline, writing=True)  # the other side is slow to read
                self._poll.modify(self._channel, _READABLE)
            except OSError:
                raise JobEndedError(self.finish()) from None

    def receive(self) -> Mapping[str, Any]:
        """Wait for a message; raises JobEndedError where the job ends, hangs, floods or talks rubbish instead."""
        started = time.monotonic()
        deadline = started + self._remaining
        try:
            while True:
                if (message := self._message()) is not None:
                    self._drain()
                    return message
                self._turn(deadline)
        finally:
            self._remaining -= time.monotonic() - started

    def wait(self) -> Ended:
        """Wait for the job's own end, within its limits."""
        self._silent = True
        try:
            while True:
                if self.receive().get("memory") is True:
                    self._memory = True
        except JobEndedError as over:
            return over.ended

    def stop(self, outcome: Outcome, detail: str) -> Ended:
        """Kill the job and everything it started; `outcome` says why."""
        if self._ended is None:
            status = self._last_status()
            self._ended = Ended(
                outcome=outcome,
                returncode=None,
                detail=detail if status is not None else f"{detail}, and took the sandbox down",
                starved=outcome == "timeout" and status is not None and self._starved(status),
            )
            self._close()
        return self._ended

    def time_out(self) -> Ended:
        """Kill the job since its wall clock has run out."""
        return self.stop("timeout", f"ran longer than {self._limits.wall:g} s")

    def finish(self) -> Ended:
        """Take in the end of a job that has ended or is about to; kills it after a moment's grace."""
        if self._ended is None:
            self._ended = judge_end(self._last_status(kill=False), self._limits, memory=self._memory)
            self._close()
        return self._ended

    def close(self) -> None:
        """Let go of the job; if it still runs, the zygote kills it and tidies up without being waited for."""
        if self._ended is None:
            self._ended = Ended(outcome="killed", returncode=None, detail="was ended by its caller")
            self._close()

    def _message(self) -> Mapping[str, Any] | None:
        try:
            message = frames.unpack(self._inbox)
        except ValueError:
            raise JobEndedError(self.stop("error", "sent a malformed reply")) from None
        if message is not None and not isinstance(message, dict):
            raise JobEndedError(self.stop("error", "sent a malformed reply"))
        return message

    def _turn(self, deadline: float, *, writing: bool = False) -> None:
        """Wait for the next event and take it in."""
        left = deadline - time.monotonic()
        if self._on_slow is not None:
            patience = self._patience - time.monotonic()
            if patience <= 0:
                action, self._on_slow = self._on_slow, None
                action()
            else:
                left = min(left, patience)
        if writing:
            self._poll.modify(self._channel, _READABLE | select.POLLOUT)
        events = self._poll.poll(max(left, 0) * 1000)
        if not events and time.monotonic() >= deadline:
            raise JobEndedError(self.time_out())
        ready = {descriptor for descriptor, _ in events}
        self._take_output(ready)
        if self._channel.fileno() in ready and not self._take_messages() and not writing:
            if not self._silent:
                raise JobEndedError(self.finish())
            self._poll.unregister(self._channel)
        if self._leash.fileno() in ready and not frames_waiting(self._inbox):
            raise JobEndedError(self.finish())

    def _take_messages(self) -> bool:
        try:
            piece = self._channel.recv(_PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._inbox += piece
        return bool(piece)

    def _take_output(self, ready: set[int]) -> None:
        for descriptor, captured in self._output.items():
            if descriptor not in ready:
                continue
            try:
                piece = os.read(descriptor, _PIECE)
            except BlockingIOError:
                continue
            if not piece:
                self._poll.unregister(descriptor)
            captured.extend(piece)
            if len(captured) > self._limits.output:
                del captured[self._limits.output :]
                raise JobEndedError(self.stop("output", f"wrote more than {self._limits.output} bytes of output"))

    def _drain(self) -> None:
        """Take in the output that was written before the message."""
        for descriptor, captured in self._output.items():
            try:
                while len(captured) <= self._limits.output and (piece := os.read(descriptor, _PIECE)):
                    captured.extend(piece)
            except BlockingIOError:
                continue
            finally:
                del captured[self._limits.output :]

    def _last_status(self, *, kill: bool = True) -> Mapping[str, Any] | None:
        """Return what the zygote says of the job's end, None where the zygote itself is gone."""
        if not kill and not self._await_status(0.5):
            kill = True
        if kill:
            with suppress(OSError):  # the zygote may be gone
                self._leash.shutdown(socket.SHUT_WR)
            self._await_status(_GRACE)
        self._drain()
        try:
            status: Mapping[str, Any] = json.loads(bytes(self._status))
        except ValueError:
            return None
        return status

    def _await_status(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        waiter = select.poll()
        waiter.register(self._leash, _READABLE)
        while (left := deadline - time.monotonic()) > 0:
            if not waiter.poll(left * 1000):
                continue
            try:
                piece = self._leash.recv(_PIECE)
            except OSError:
                return True
            self._status += piece
            if not piece:
                return True
        return False

    def _captured(self, index: int) -> bytes:
        return bytes(self._output[self._outputs[index]]) if index < len(self._outputs) else b""

    def _starved(self, status: Mapping[str, Any]) -> bool:
        return lacked_processor(status, self._limits)

    def _close(self) -> None:
        self._channel.close()
        self._leash.close()
        for descriptor in self._output:
            os.close(descriptor)


def judge_end(status: Mapping[str, Any] | None, limits: Limits, *, memory: bool = False) -> Ended:
    """Read what is said of a job's end; `memory` where it has said itself that it lacked some."""
    if status is None:
        return Ended(outcome="killed", returncode=None, detail="took the sandbox down", orphaned=True)
    code = os.waitstatus_to_exitcode(status["status"])
    if code == -signal.SIGXCPU or (code == -signal.SIGKILL and status["cpu"] >= limits.cpu):
        detail = f"used more than {limits.cpu:g} s of processor time"
        return Ended(outcome="timeout", returncode=None, detail=detail)
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        return Ended(outcome="killed", returncode=None, detail=f"was killed by {name}")
    if memory:
        detail = f"needed more than {limits.memory // 2**20} MiB of memory"
        return Ended(outcome="memory", returncode=code, detail=detail)
    return Ended(outcome="ok" if code == 0 else "error", returncode=code, detail=f"exited with status {code}")


def lacked_processor(status: Mapping[str, Any], limits: Limits) -> bool:
    """Tell whether a job wanted a processor for most of its time, and had none."""
    return bool(status["cpu"] < limits.wall / 8 and status["preempted"] > _OFTEN)


def frames_waiting(inbox: bytearray) -> bool:
    """Tell whether a whole message is in the inbox."""
    size = frames.HEADER.size
    return len(inbox) >= size and len(inbox) >= size + frames.HEADER.unpack_from(inbox)[0]
