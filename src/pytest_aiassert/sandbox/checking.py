"""A test in the manner of HumanEval, `check(candidate)`: the test in one process, what it tests in another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox.crew import PATIENCE, both, cores, work_through
from pytest_aiassert.sandbox.job import Job, JobEndedError
from pytest_aiassert.sandbox.limits import Limits, Outcome
from pytest_aiassert.sandbox.nursery import start_job

_CHECKER = Limits(wall=10.0, cpu=600.0)  # its own, beyond what it waits for the candidate


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

    Codes with the same test meet it in the same process, each in its own. Raises as `check` does.
    """
    desk = _Desk(limits or Limits())
    todo = list(checks)
    try:
        done = work_through(todo, desk.judge, workers=min(workers or 2 * cores(), len(todo)))
        starved = [index for index, (_, again) in enumerate(done) if again]
        retried = work_through(starved, lambda index, _: desk.judge(todo[index]), workers=2 * cores())
        for index, again in zip(starved, retried, strict=True):
            done[index] = again
    finally:
        desk.close()
    return [checked for checked, _ in done]


async def acheck(code: str, entry_point: str, test: str, *, prelude: str = "", limits: Limits | None = None) -> Checked:
    """Do as `check` does, in a thread."""
    return await asyncio.to_thread(check, code, entry_point, test, prelude=prelude, limits=limits)


class _Desk:
    """Keeps checkers for the tests at hand; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[str, str], Job]] = []

    def judge(self, item: Check, slow: Callable[[], None] | None = None) -> tuple[Checked, bool]:
        """Return what a check came to, and whether a time-out should be tried again."""
        checker = self._take((item.test, item.prelude))
        candidate = start_job(self._limits, quiet=True)
        try:
            return self._between(item, candidate, checker, slow)
        finally:
            candidate.close()

    def close(self) -> None:
        """End all checkers."""
        while self._idle:
            self._idle.pop()[1].close()

    def _between(
        self, item: Check, candidate: Job, checker: Job, slow: Callable[[], None] | None
    ) -> tuple[Checked, bool]:
        kept = False
        try:
            candidate.send(_candidate_work(item.code, self._limits))
            candidate.hand_over(checker)
            checker.renew()
            if slow is not None:
                checker.when_slow(PATIENCE, both(candidate.lower_priority, slow))
            job = {"wall": self._limits.wall, "entry_point": item.entry_point, "test": item.test}
            checker.send({**job, "prelude": item.prelude})
            said = checker.receive()
            kept = True
        except JobEndedError as over:
            outcome: Outcome = "error" if over.ended.outcome == "ok" else over.ended.outcome
            reason = f"the test itself {over.ended.detail}"
            return Checked(passed=False, outcome=outcome, reason=reason, calls=0), False
        finally:
            if kept:
                self._keep((item.test, item.prelude), checker)
            else:
                checker.close()
        return _checked(said, candidate)

    def _take(self, key: tuple[str, str]) -> Job:
        with self._lock:
            for index, (held, job) in enumerate(self._idle):
                if held == key:
                    del self._idle[index]
                    return job
        limits = replace(_CHECKER, wall=_CHECKER.wall + self._limits.wall)
        job = start_job(limits, quiet=True)
        job.send({"kind": "checker", "files": {}, "stdin": "", "limits": limits.for_kernel()})
        return job

    def _keep(self, key: tuple[str, str], job: Job) -> None:
        with self._lock:
            self._idle.append((key, job))
            surplus = self._idle[: max(0, len(self._idle) - 2 * cores())]
            del self._idle[: len(surplus)]
        for _, old in surplus:
            old.close()


def _candidate_work(code: str, limits: Limits) -> dict[str, object]:
    return {
        "kind": "session",
        "code": code,
        "definitions_only": False,
        "strict": True,
        "limits": limits.for_kernel(),
        "files": {},
        "stdin": "",
    }


def _checked(said: object, candidate: Job) -> tuple[Checked, bool]:
    """Read a checker's verdict, and how the candidate ended where it was lost."""
    match said:
        case {"verdict": "passed", "calls": int(calls)}:
            return Checked(passed=True, outcome="ok", reason="", calls=calls), False
        case {"verdict": "failed", "reason": str(reason), "calls": int(calls)}:
            return Checked(passed=False, outcome="ok", reason=reason, calls=calls), False
        case {"verdict": "unusable", "reason": str(reason)}:
            raise CannotJudgeError(f"sandbox.check(test=…): {reason}")
        case {"verdict": "lost", "reason": "timeout", "calls": int(calls)}:
            ended = candidate.time_out()
        case {"verdict": "lost", "reason": "malformed", "calls": int(calls)}:
            ended = candidate.stop("error", "sent a malformed reply")
        case {"verdict": "lost", "calls": int(calls)}:
            ended = candidate.finish()
        case _:
            return Checked(passed=False, outcome="error", reason="the test itself was tampered with", calls=0), False
    outcome: Outcome = "error" if ended.outcome == "ok" else ended.outcome  # leaving early is no success
    return Checked(passed=False, outcome=outcome, reason=f"the code {ended.detail}", calls=calls), ended.starved
