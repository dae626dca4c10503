"""Teams: a lane, whose residents are the codes under test, and a checker that holds the tests."""

from __future__ import annotations

import atexit
import functools
import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pytest_aiassert.sandbox.job import Ended, Job, JobEndedError, judge_end, lacked_processor
from pytest_aiassert.sandbox.limits import Limits
from pytest_aiassert.sandbox.nursery import layers, start_job

_SERVED = 500  # codes in a lane, which itself may use no more processor time than one of them
_CHECKER = Limits(wall=10.0, cpu=600.0)  # its own, beyond what it waits for the candidate


class Team:
    """Judges one code at a time, each in a process of its own; `started` and `deadline` are those of the last.

    Raises JobEndedError where its lane or its checker is lost: then it is of no more use.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.started = self.deadline = 0.0
        guarded = any(layer.name == "seccomp" and layer.available for layer in layers())
        self._left = _SERVED if guarded else 1  # a code may do to its lane what it may do to itself
        self._checker_limits = replace(_CHECKER, wall=_CHECKER.wall + limits.wall)
        self._lane = _begun("lane", limits)
        self._checker = _begun("checker", self._checker_limits)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when there is a verdict."""
        return self._checker.fileno()

    def begin(self, job: Mapping[str, Any]) -> None:
        """Have a code judged."""
        self._left -= 1
        self.started = time.monotonic()
        self.deadline = self.started + self._checker_limits.wall
        near, far = socket.socketpair()
        with near:
            with far:
                self._lane.order(b"j", far.fileno())
            self._checker.order(b"c", near.fileno())
        self._checker.renew()
        self._checker.send({**job, "wall": self.limits.wall})

    def verdict(self) -> Mapping[str, Any] | None:
        """Return the verdict, None while there is none."""
        return self._checker.take()

    def overrun(self) -> Ended:
        """End the checker, whose time is up."""
        return self._checker.time_out()

    def lower_priority(self) -> None:
        """Let other processes go before the code under test."""
        with suppress(JobEndedError):
            self._lane.order(b"n")

    @property
    def alive(self) -> bool:
        """Whether its processes are there, and silent."""
        return self._lane.quiet and self._checker.quiet

    @property
    def spent(self) -> bool:
        """Whether it has judged as many as it should."""
        return self._left <= 0

    def rest(self) -> None:
        """End the code under test, and take no more of the processor."""
        self._lane.order(b"x")

    def lost(self, how: str) -> Ended:
        """Return how the code ended that gave no answer; kills it where `how` says that it did not end."""
        try:
            self._lane.order(b"w" if how == "ended" else b"k")
            self._lane.renew()
            status = self._lane.receive()
        except JobEndedError:
            return judge_end(None, self.limits)
        if how == "timeout":
            detail = f"ran longer than {self.limits.wall:g} s"
            starved = lacked_processor(status, self.limits)
            return Ended(outcome="timeout", returncode=None, detail=detail, starved=starved)
        if how == "malformed":
            return Ended(outcome="error", returncode=None, detail="sent a malformed reply")
        return judge_end(status, self.limits)

    def close(self) -> None:
        """End all its processes."""
        self._lane.close()
        self._checker.close()


class Pool:
    """Teams that have nothing to do; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._idle: list[Team] = []

    def take(self, limits: Limits) -> Team:
        """Return a team for these limits."""
        while True:
            with self._lock:
                index = next((index for index, team in enumerate(self._idle) if team.limits == limits), None)
                team = None if index is None else self._idle.pop(index)
            if team is None:
                return Team(limits)
            if team.alive:
                return team
            team.close()

    def give_back(self, team: Team) -> None:
        """Take in a team that is fit for more; the oldest ones make room for it."""
        with self._lock:
            self._idle.append(team)
            surplus = self._idle[: -self._most]
            del self._idle[: -self._most]
        for old in surplus:
            old.close()

    def close(self) -> None:
        """End all teams."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


def pool(most: int) -> Pool:
    """Return this process's pool, which keeps so many."""
    return _pool(os.getpid(), most)


@functools.cache
def _pool(pid: int, most: int) -> Pool:
    del pid  # after a fork, the parent's teams are not ours
    made = Pool(most)
    atexit.register(made.close)
    return made


def _begun(kind: str, limits: Limits) -> Job:
    job = start_job(limits, quiet=True)
    job.send({"kind": kind, "files": {}, "stdin": "", "limits": limits.for_kernel()})
    return job
