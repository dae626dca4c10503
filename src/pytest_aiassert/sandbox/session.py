"""A candidate session: code alone in its own process, called by name with plain values.

The caller keeps the expected values to itself and alone decides what an answer is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeAlias

from pytest_aiassert.sandbox.jail import codec
from pytest_aiassert.sandbox.job import Ended, Job, JobEndedError
from pytest_aiassert.sandbox.limits import Limits, Outcome
from pytest_aiassert.sandbox.nursery import start_job

_MAX_LOSSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A call came back; `args` are the positional arguments as they are afterwards, `stdout` what it printed."""

    value: Any
    args: tuple[Any, ...]
    stdout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A call raised; `bases` are the names of the exception's class and all its bases."""

    error: str
    message: str
    bases: tuple[str, ...] = ()
    args: tuple[Any, ...] = ()
    stdout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The candidate is gone, and gave no answer; `detail` completes "the code …"."""

    outcome: Outcome
    detail: str
    stdout: str = ""


Answer: TypeAlias = Returned | Raised | Lost

Call: TypeAlias = tuple[Sequence[Any], Mapping[str, Any]]
"""Positional and keyword arguments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadError:
    """What the code raised first while it was loaded; the statements after it were still run."""

    error: str
    message: str
    line: int | None


class CandidateSession:
    """Code loaded in one child; use as a context manager. After a loss, every call is lost in the same way.

    `definitions_only` runs imports, functions, classes and assignments, and skips all other top-level statements.
    Loading and answering never raise on the code's account; CannotJudgeError where there is no sandbox.
    """

    def __init__(self, code: str, *, limits: Limits | None = None, definitions_only: bool = False) -> None:
        self._limits = limits or Limits()
        self._calls = 0
        self._printed = 0
        self.lost: Lost | None = None
        self.load_error: LoadError | None = None
        work = _work(code, self._limits, definitions_only=definitions_only)
        self._job, ended = self._begin(work)
        if ended is not None and ended.orphaned:  # once more: another job may have killed the zygote
            self._job, ended = self._begin(work)
        if ended is not None:
            self._lose(ended)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def call(self, name: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Answer:
        """Call a function, or `Class.method` on a new instance, with plain values."""
        if self.lost is not None:
            return self.lost
        try:
            self._send(name, args, kwargs or {})
        except JobEndedError as over:
            return self._lose(over.ended)
        return self._received(self._calls)

    def call_many(self, name: str, calls: Sequence[Call]) -> list[Answer]:
        """Make calls one after another without waiting for each; the last answer is the first that was lost.

        None at all where the code was lost before it had all calls; `stdout` may be that of later calls.
        """
        if self.lost is not None:
            return [self.lost]
        try:
            for args, kwargs in calls:
                self._send(name, args, kwargs)
        except JobEndedError as over:
            self._lose(over.ended)
            return []
        answers: list[Answer] = []
        for number in range(self._calls - len(calls) + 1, self._calls + 1):
            answers.append(self._received(number))
            if isinstance(answers[-1], Lost):
                break
        return answers

    def close(self) -> None:
        """End the child and remove its scratch folder."""
        self._job.close()

    def _send(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self._calls += 1
        passed = {"args": codec.encode(list(args)), "kwargs": codec.encode(dict(kwargs))}
        self._job.send({"id": self._calls, "name": name, **passed})

    def _received(self, number: int) -> Answer:
        try:
            reply = self._job.receive()
            answer = _answer(reply, number, self._fresh_output())
        except JobEndedError as over:
            return self._lose(over.ended)
        if answer is None:
            return self._lose(self._job.stop("error", "sent a malformed reply"))
        return answer

    def _begin(self, work: Mapping[str, Any]) -> tuple[Job, Ended | None]:
        job = start_job(self._limits)
        try:
            job.send(work)
            self.load_error = _load_error(job.receive())
            self._printed = len(job.stdout)
        except JobEndedError as over:
            return job, over.ended
        return job, None

    def _fresh_output(self) -> str:
        everything = self._job.stdout
        fresh = everything[self._printed :]
        self._printed = len(everything)
        return fresh

    def _lose(self, ended: Ended) -> Lost:
        outcome: Outcome = "error" if ended.outcome == "ok" else ended.outcome  # leaving early is no success
        self.lost = Lost(outcome=outcome, detail=ended.detail, stdout=self._fresh_output())
        return self.lost


class Candidate:
    """Code that is called again and again: after a loss it is loaded afresh, twice at most.

    Where loading the whole module is what loses it, its definitions alone are loaded.
    """

    def __init__(self, code: str, *, limits: Limits | None = None) -> None:
        self._code = code
        self._limits = limits
        self._losses = 0
        self._definitions_only = False
        self._session = self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child and remove its scratch folder."""
        self._session.close()

    @property
    def load_error(self) -> LoadError | None:
        """What loading raised first, if it raised."""
        return self._session.load_error

    def call(self, name: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Answer:
        """Call a function, or `Class.method` on a new instance, with plain values."""
        if self._session.lost is not None and self._losses < _MAX_LOSSES:
            self._session.close()
            self._session = self._load()
        before = self._session.lost
        answer = self._session.call(name, args, kwargs)
        if isinstance(answer, Lost) and before is None:
            self._losses += 1
        return answer

    def call_many(self, name: str, calls: Sequence[Call], *, until_lost: bool = False) -> list[Answer]:
        """Make calls one after another, in one go where none is lost; `stdout` may be that of later calls.

        The answers end early, with a loss, where the code was lost so often that it is not loaded again, or at the
        first loss where `until_lost`.
        """
        answers: list[Answer] = []
        one_by_one = False
        while len(answers) < len(calls):
            left = calls[len(answers) :]
            if one_by_one or self._session.lost is not None:
                answers.append(self.call(name, *left[0]))
            else:
                answers += self._session.call_many(name, left)
                one_by_one = self._session.lost is not None  # no telling how long the next calls take
                self._losses += bool(one_by_one and answers and isinstance(answers[-1], Lost))
            if self.exhausted or (until_lost and answers and isinstance(answers[-1], Lost)):
                break
        return answers

    @property
    def exhausted(self) -> bool:
        """True once the code was lost so often that it is not loaded again."""
        return self._session.lost is not None and self._losses >= _MAX_LOSSES

    def _load(self) -> CandidateSession:
        session = CandidateSession(self._code, limits=self._limits, definitions_only=self._definitions_only)
        if session.lost is not None and not self._definitions_only:
            self._definitions_only = True
            session.close()
            session = CandidateSession(self._code, limits=self._limits, definitions_only=True)
        if session.lost is not None:
            self._losses = _MAX_LOSSES
        return session


def _work(code: str, limits: Limits, *, definitions_only: bool) -> dict[str, Any]:
    return {
        "kind": "session",
        "code": code,
        "definitions_only": definitions_only,
        "limits": limits.for_kernel(),
        "files": {},
        "stdin": "",
    }


def _load_error(message: Mapping[str, Any]) -> LoadError | None:
    error = message.get("loaded")
    if not isinstance(error, dict):
        return None
    line = error.get("line")
    return LoadError(
        error=str(error.get("error"))[:100],
        message=str(error.get("message"))[:500],
        line=line if isinstance(line, int) else None,
    )


def _answer(reply: Mapping[str, Any], number: int, stdout: str) -> Answer | None:
    """Read a reply, None where it is not one."""
    try:
        if reply["id"] != number:
            return None
        args = codec.decode(reply["args"])
        after = tuple(args) if isinstance(args, list) else ()
        if "error" not in reply:
            return Returned(value=codec.decode(reply["value"]), args=after, stdout=stdout)
        bases = tuple(str(base)[:100] for base in reply["bases"])
        message = str(reply["message"])[:500]
        return Raised(error=str(reply["error"])[:100], message=message, bases=bases, args=after, stdout=stdout)
    except (ValueError, KeyError, TypeError):
        return None
