"""A test in the manner of HumanEval, `check(candidate)`: the test in one process, what it tests in another."""

from __future__ import annotations

import asyncio
import select
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox.crew import MOST_SLOW, PATIENCE, cores
from pytest_aiassert.sandbox.job import Ended, JobEndedError
from pytest_aiassert.sandbox.limits import Limits, Outcome
from pytest_aiassert.sandbox.team import Pool, Team, pool

_MOST_CODE = 1_000_000
_COMPILED_THERE = 50_000  # characters of code that the checker compiles; longer code has its own time for that
_TRIES = 2  # another job, or another test, may have spoilt the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Code with a test of it: `test` defines check(candidate), `entry_point` names the function it is given.

    `prelude` is run before the test, where it runs: helpers that a test shares with the prompt, never the code itself.
    """

    code: str
    entry_point: str
    test: str
    prelude: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a test came to; `outcome` is ok where the code answered every call, `reason` says why it failed."""

    passed: bool
    outcome: Outcome
    reason: str
    calls: int


def check(code: str, entry_point: str, test: str, *, prelude: str = "", limits: Limits | None = None) -> Checked:
    """Run `check(candidate)` on code that is in a process of its own, within `limits`.

    Raises CannotJudgeError where the test cannot be used, or there is no sandbox.
    """
    return check_many([Check(code=code, entry_point=entry_point, test=test, prelude=prelude)], limits=limits)[0]


def check_many(checks: Iterable[Check], *, limits: Limits | None = None, workers: int | None = None) -> list[Checked]:
    """Run many checks, in order; `workers` at a time, two for each processor unless told, since each waits for others.

    Each code has a process of its own; tests share some as long as they leave no trace there. Raises as `check` does.
    """
    todo = list(checks)
    return _Round(todo, limits or Limits(), pool(2 * cores()), workers or 2 * cores()).done()


async def acheck(code: str, entry_point: str, test: str, *, prelude: str = "", limits: Limits | None = None) -> Checked:
    """Do as `check` does, in a thread."""
    return await asyncio.to_thread(check, code, entry_point, test, prelude=prelude, limits=limits)


class _Round:
    """Checks in hand and to come, in one loop. A code that is slow no longer counts as one of the `workers`."""

    def __init__(self, checks: Sequence[Check], limits: Limits, teams: Pool, workers: int) -> None:
        self._checks = checks
        self._limits = limits
        self._teams = teams
        self._workers = workers
        self._results: dict[int, Checked] = {}
        self._tries = dict.fromkeys(range(len(checks)), _TRIES)
        # a run lasts until the end of the last that hangs, and most that hang hang in such a loop
        self._waiting = deque(sorted(self._tries, key=lambda index: "while" not in checks[index].code))
        self._starved: list[int] = []
        self._busy: dict[int, tuple[Team, int]] = {}
        self._free: list[Team] = []
        self._slow: set[int] = set()
        self._patient = False
        self._poll = select.poll()

    def done(self) -> list[Checked]:
        """Work through all of it and return what it came to, in order."""
        try:
            self._work()
            self._waiting.extend(self._starved)
            self._patient, self._workers = True, max(self._workers, 2 * cores())
            self._work()
        finally:
            for team, _ in self._busy.values():
                team.close()
            for team in self._free:
                self._rest(team)
        return [self._results[index] for index in range(len(self._checks))]

    def _work(self) -> None:
        while self._waiting or self._busy:
            while self._waiting and len(self._busy) - min(len(self._slow), MOST_SLOW) < self._workers:
                self._begin(self._waiting.popleft(), self._free.pop() if self._free else self._teams.take(self._limits))
            for descriptor, _ in self._poll.poll(self._next_event()):
                self._hear(descriptor)
            self._look_at_the_time()

    def _begin(self, index: int, team: Team) -> None:
        item = self._checks[index]
        if len(item.code) > _MOST_CODE:
            reason = f"the code is longer than {_MOST_CODE} characters"
            self._results[index] = Checked(passed=False, outcome="error", reason=reason, calls=0)
            self._free.append(team)
            return
        try:
            job = {"code": item.code, "entry_point": item.entry_point, "test": item.test, "prelude": item.prelude}
            team.begin({**job, "compile": len(item.code) < _COMPILED_THERE and self._tries[index] == _TRIES})
        except JobEndedError:
            team.close()
            self._again(index, Checked(passed=False, outcome="killed", reason=_TOOK_DOWN, calls=0))
            return
        self._busy[team.fileno()] = team, index
        self._poll.register(team, select.POLLIN)

    def _hear(self, descriptor: int) -> None:
        team, index = self._busy[descriptor]
        try:
            said = team.verdict()
        except JobEndedError as over:
            self._part(descriptor)
            team.close()
            self._again(index, _of_the_test(over.ended))
            return
        if said is None:
            return
        self._part(descriptor)
        self._conclude(team, index, said)

    def _conclude(self, team: Team, index: int, said: Mapping[str, Any]) -> None:
        match said:
            case {"verdict": "passed", "calls": int(calls)}:
                self._results[index] = Checked(passed=True, outcome="ok", reason="", calls=calls)
            case {"verdict": "failed", "reason": str(reason), "calls": int(calls)}:
                self._results[index] = Checked(passed=False, outcome="ok", reason=reason, calls=calls)
            case {"verdict": "unusable", "reason": str(reason)}:
                team.close()
                raise CannotJudgeError(f"sandbox.check(test=…): {reason}")
            case {"verdict": "lost", "reason": str(how), "calls": int(calls)}:
                self._lose(team, index, team.lost(how), calls)
                return
            case {"verdict": "stale"}:
                team.close()
                self._again(index, _TAMPERED)
                return
            case _:
                team.close()
                self._results[index] = _TAMPERED
                return
        self._keep(team)

    def _lose(self, team: Team, index: int, ended: Ended, calls: int) -> None:
        outcome: Outcome = "error" if ended.outcome == "ok" else ended.outcome  # leaving early is no success
        checked = Checked(passed=False, outcome=outcome, reason=f"the code {ended.detail}", calls=calls)
        if ended.orphaned:
            team.close()
            self._again(index, checked)
            return
        self._results[index] = checked
        if ended.starved and not self._patient:
            self._starved.append(index)
        self._keep(team)

    def _keep(self, team: Team) -> None:
        if team.spent:
            team.close()
        elif self._waiting:
            self._free.append(team)
        else:
            self._rest(team)

    def _rest(self, team: Team) -> None:
        try:
            team.rest()
        except JobEndedError:
            team.close()
        else:
            self._teams.give_back(team)

    def _again(self, index: int, otherwise: Checked) -> None:
        """Put a check back, unless it has had its tries."""
        self._tries[index] -= 1
        if self._tries[index] > 0:
            self._waiting.appendleft(index)
        else:
            self._results[index] = otherwise

    def _part(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        self._slow.discard(descriptor)
        del self._busy[descriptor]

    def _next_event(self) -> float:
        """Return the milliseconds until a code is to be called slow, or a checker's time is up."""
        times = [
            team.deadline if descriptor in self._slow or self._patient else team.started + PATIENCE
            for descriptor, (team, _) in self._busy.items()
        ]
        return max(0.0, (min(times, default=0.0) - time.monotonic()) * 1000 + 1)

    def _look_at_the_time(self) -> None:
        now = time.monotonic()
        for descriptor, (team, index) in list(self._busy.items()):
            if now > team.deadline:
                self._part(descriptor)
                self._results[index] = _of_the_test(team.overrun())
                team.close()
            elif now > team.started + PATIENCE and descriptor not in self._slow and not self._patient:
                self._slow.add(descriptor)
                team.lower_priority()


_TOOK_DOWN = "the code took the sandbox down"
_TAMPERED = Checked(passed=False, outcome="error", reason="the test itself was tampered with", calls=0)


def _of_the_test(ended: Ended) -> Checked:
    outcome: Outcome = "error" if ended.outcome == "ok" else ended.outcome
    return Checked(passed=False, outcome=outcome, reason=f"the test itself {ended.detail}", calls=0)
