"""JavaScript and TypeScript that is called function by function, in Node.js and in the sandbox."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Answer, Call, Execution, Limits, LoadError, Lost, Opaque, Raised, Returned, run
from pytest_aiassert.sandbox.jail import codec

_MOST_LOSSES = 2
_FIND = "globalThis.aiassert_find = (name) => eval(name); "
_UNSUPPORTED = "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Code for Node.js: the whole, and parts of it for where the whole does not load, each less than the one before."""

    whole: str
    parts: tuple[str, ...]
    language: str
    is_module: bool

    def files(self, *, definitions_only: bool) -> dict[str, str]:
        """Return what is loaded, one after another until one loads, by file name."""
        suffix = f"{'m' if self.is_module else 'c'}{'ts' if self.language == 'typescript' else 'js'}"
        codes = self.parts if definitions_only else (self.whole, *self.parts)
        return {f"candidate{number}.{suffix}": _found(code) for number, code in enumerate(codes)}


class NodeCandidate:
    """Code that is called again and again, a process for each batch of calls.

    Raises CannotJudgeError where Node.js is missing, or too old for TypeScript.
    """

    def __init__(self, source: Source, limits: Limits | None) -> None:
        self._source = source
        self._limits = limits or Limits()
        self._losses = 0
        self._definitions_only = False
        self._lost: Lost | None = None
        self.load_error: LoadError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: the process of a batch ends with it."""

    @property
    def exhausted(self) -> bool:
        """True once the code was lost so often that it is not loaded again."""
        return self._losses >= _MOST_LOSSES

    def call_many(self, name: str, calls: Sequence[Call], *, until_lost: bool = False) -> list[Answer]:
        """Make calls one after another, in one process until it is lost."""
        answers: list[Answer] = []
        while len(answers) < len(calls):
            if self._lost is not None and self.exhausted:
                answers.append(self._lost)
                break
            some, lost = self._run(name, calls[len(answers) :])
            answers += some
            if lost is not None:
                self._lost = lost
                self._losses += 1
                answers.append(lost)
                if until_lost or self.exhausted:
                    break
        return answers

    def _run(self, name: str, calls: Sequence[Call]) -> tuple[list[Answer], Lost | None]:
        """Make as many calls as one process answers; return the answers, and how it was lost where it was."""
        files = self._source.files(definitions_only=self._definitions_only)
        mark = secrets.token_hex(8)
        passed = [{"name": name, "args": [codec.encode(arg) for arg in args]} for args, _ in calls]
        request = {"mark": mark, "files": list(files), "calls": passed}
        execution = run(
            Path(__file__).with_name("driver.js").read_text(encoding="utf-8"),
            self._source.language,
            files={**files, "request.json": json.dumps(request)},
            limits=self._limits,
        )
        said = _said(execution.stdout, mark)
        loaded = next(said, None)
        if loaded is None and not self._definitions_only:
            self._definitions_only = True  # loading the whole is what loses it
            return self._run(name, calls)
        if loaded is None:
            self._losses = _MOST_LOSSES
            return [], _lost(execution, self._limits)
        self._heed(loaded.get("loaded"))
        answers = [_answer(message) for message in said][: len(calls)]
        return answers, None if len(answers) == len(calls) else _lost(execution, self._limits)

    def _heed(self, error: Any) -> None:
        if not isinstance(error, dict):
            return
        if error.get("code") == _UNSUPPORTED:
            raise CannotJudgeError(
                f"Node.js only strips types, and the code needs more: {str(error.get('message'))[:200]}; "
                "ask for code without enums, namespaces and parameter properties"
            )
        line = error.get("line")
        self.load_error = LoadError(
            error=str(error.get("error"))[:100],
            message=str(error.get("message")).partition("\n")[0].partition(" imported from ")[0][:500],
            line=line if isinstance(line, int) else None,
        )


def _found(code: str) -> str:
    """Let the driver find names of a module's own, on the same line as its first."""
    return f"{_FIND}//{code[2:]}" if code.startswith("#!") else _FIND + code


def _said(stdout: str, mark: str) -> Iterator[Mapping[str, Any]]:
    for line in stdout.split("\n"):
        if not line.startswith(mark):
            continue
        try:
            message = json.loads(line[len(mark) :])
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            yield message


def _answer(message: Mapping[str, Any]) -> Answer:
    """Read an answer; rubbish is a value that nothing is equal to."""
    try:
        args = tuple(codec.decode(arg) for arg in message["args"])
        stdout = str(message["printed"])
        if "error" in message:
            error, text = str(message["error"])[:100], str(message["message"])[:500]
            return Raised(error=error, message=text, bases=("Error",), args=args, stdout=stdout)
        return Returned(value=codec.decode(message["value"]), args=args, stdout=stdout)
    except (ValueError, KeyError, TypeError):
        return Returned(value=Opaque(type_name="malformed answer"), args=())


def _lost(execution: Execution, limits: Limits) -> Lost:
    details = {
        "timeout": f"ran longer than {limits.wall:g} s",
        "memory": f"needed more than {limits.memory // 2**20} MiB of memory",
        "output": f"wrote more than {limits.output} bytes of output",
        "killed": "was killed",
    }
    status = "ended the process" if execution.returncode in (0, None) else f"exited with status {execution.returncode}"
    outcome = "error" if execution.outcome == "ok" else execution.outcome
    return Lost(outcome=outcome, detail=details.get(execution.outcome, status))
