"""Run files: written a trial at a time, read back with every flaw named."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.errors import RunFileError, UsageError
from pytest_aiassert.runs.lines import (
    case_from_json,
    case_to_json,
    decode_line,
    encode_line,
    header_from_json,
    header_to_json,
    trial_from_json,
    trial_to_json,
)
from pytest_aiassert.runs.records import CaseResult, Run, RunHeader, TrialRecord
from pytest_aiassert.runs.runner import close_case

if TYPE_CHECKING:
    import io
    from types import TracebackType


def load_run(path: Path | str) -> Run:
    """Read a run file; raises RunFileError naming file and line.

    A last line that was cut is left out, and `notes` of the run says so.
    """
    return _read(Path(path))[0]


def save_run(run: Run, path: Path | str, *, overwrite: bool = False) -> None:
    """Write a whole run atomically; raises UsageError where the file exists and `overwrite` is not given."""
    path = Path(path)
    if path.exists() and not overwrite:
        raise _exists(path)
    lines = [encode_line(header_to_json(run.header))]
    for case in run.cases:
        lines.extend(encode_line(trial_to_json(case, trial)) for trial in case.trials)
        lines.append(encode_line(case_to_json(case)))
    try:
        write_atomically(path, b"".join(lines).decode())
    except OSError as error:
        raise UsageError(f"cannot write run {path}: {error.strerror or error}") from error


class RunWriter:
    """Writes a run as it happens: the header first, then a flushed line per trial. Safe across threads.

    Raises UsageError where the file exists, unless `resume` is given and its header describes the same run;
    `resumed` then holds what was there.
    """

    def __init__(self, path: Path | str, header: RunHeader, *, resume: bool = False) -> None:
        self.path = Path(path)
        self.header = header
        self.resumed: Run | None = None
        self._written: set[tuple[str, str, int]] = set()
        self._closed_cases: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._fresh = False
        try:
            self._file = self._continue() if resume and self.path.exists() else self._create()
        except OSError as error:
            if isinstance(error, FileExistsError) and self.path.exists():
                raise _exists(self.path) from None
            raise UsageError(f"cannot write run {self.path}: {error.strerror or error}") from error

    def write_trial(self, case: CaseResult, trial: TrialRecord) -> None:
        """Append one trial; `case` gives tags, weight, bar and fingerprint, its trials are not looked at."""
        with self._lock:
            key = (case.model, case.id, trial.index)
            if key not in self._written:
                self._append(encode_line(trial_to_json(case, trial)))
                self._written.add(key)
                self._closed_cases.discard((case.model, case.id))  # its outcome may change, and is written again

    def write_case(self, case: CaseResult) -> None:
        """Append the trials of a case that are not yet written, then its outcome."""
        for trial in case.trials:
            self.write_trial(case, trial)
        with self._lock:
            if (case.model, case.id) not in self._closed_cases:
                self._append(encode_line(case_to_json(case)))
                self._closed_cases.add((case.model, case.id))

    def close(self) -> None:
        """Close the file; calling it twice is harmless."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if error is not None and self._fresh:
            self.path.unlink(missing_ok=True)  # a header alone would only stand in the way of the next attempt

    def _append(self, line: bytes) -> None:
        """Write a whole line or nothing of it, so that a full disk spoils none that follows."""
        before = os.fstat(self._file.fileno()).st_size
        try:
            _write(self._file, line)
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(before)
            raise UsageError(
                f"cannot write run {self.path}: {error.strerror or error}; "
                "the lines before stand, make room and run again"
            ) from error
        self._fresh = False

    def _create(self) -> io.FileIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.open("xb").close()
        file = self.path.open("ab", buffering=0)
        try:
            _write(file, encode_line(header_to_json(self.header)))
        except OSError:
            file.close()
            self.path.unlink(missing_ok=True)
            raise
        self._fresh = True
        return file

    def _continue(self) -> io.FileIO:
        run, closed, good_bytes = _read(self.path)
        for key in ("name", "model", "provider", "fingerprint"):
            before, now = getattr(run.header, key), getattr(self.header, key)
            if before != now:
                raise UsageError(
                    f"cannot continue {self.path}: its {key} is {before!r}, this run's is {now!r}; "
                    "save to another path, or remove the file"
                )
        self.resumed = run
        self._closed_cases = closed
        self._written = {(case.model, case.id, trial.index) for case in run.cases for trial in case.trials}
        with self.path.open("r+b") as file:
            file.truncate(good_bytes)  # drops the half line that nobody can read
            file.seek(good_bytes - 1)
            ended = file.read(1) == b"\n"
        appending = self.path.open("ab", buffering=0)
        if not ended:
            _write(appending, b"\n")
        return appending


def _write(file: io.FileIO, line: bytes) -> None:
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} exists and is not overwritten; save to another path, or remove the file first")


def _read(path: Path) -> tuple[Run, set[tuple[str, str]], int]:
    """Return the run, the cases that have their outcome, and the length of what could be read."""
    header: RunHeader | None = None
    cases = _Cases()
    notes: list[str] = []
    good_bytes = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                complete = line.endswith(b"\n")
                try:
                    if line.strip():
                        header = cases.take(decode_line(line), header)
                except (ValueError, RecursionError) as error:
                    if complete or header is None:
                        raise RunFileError(f"{path}:{number}: {error}; {_remedy(number)}") from error
                    notes.append(f"{path}:{number}: the last line is cut and was left out; the rest was read")
                    break
                if not complete:
                    notes.append(f"{path}:{number}: the last line has no end, but could be read")
                good_bytes += len(line)
    except FileNotFoundError:
        raise RunFileError(
            f"no run at {path}; make one with: aiassert run GOLDEN --provider SPEC --save {path}"
        ) from None
    except OSError as error:
        raise RunFileError(f"cannot read run {path}: {error.strerror or error}") from error
    if header is None:
        raise RunFileError(f"{path}:1: the file is empty; a run begins with a header line")
    notes.extend(cases.notes(path))
    return Run(header=header, cases=cases.results(), notes=tuple(notes)), cases.closed, good_bytes


def _remedy(number: int) -> str:
    return "is this the right file?" if number == 1 else "restore the file from version control, or run again"


class _Cases:
    """Collects the lines of a file into cases, in order of appearance."""

    def __init__(self) -> None:
        self.frames: dict[tuple[str, str], CaseResult] = {}
        self.trials: dict[tuple[str, str], dict[int, TrialRecord]] = {}
        self.closed: set[tuple[str, str]] = set()
        self.repeated = 0
        self.unknown = 0

    def take(self, value: dict[str, Any], header: RunHeader | None) -> RunHeader:
        """Take one line; raises ValueError."""
        if header is None:
            return header_from_json(value)
        match value.get("kind"):
            case "trial":
                self._trial(value)
            case "case":
                case = case_from_json(value)
                key = (case.model, case.id)
                self.frames[key] = case
                self.trials.setdefault(key, {})
                self.closed.add(key)
            case "aiassert-run":
                raise ValueError("a second header; are these two runs in one file?")
            case str():
                self.unknown += 1
            case other:
                raise ValueError(f"'kind' is {other!r}; expected trial or case")
        return header

    def results(self) -> tuple[CaseResult, ...]:
        """Return the cases; one without its closing line gets the outcome its trials give."""
        found = []
        for key, frame in self.frames.items():
            case = replace(frame, trials=tuple(trial for _, trial in sorted(self.trials[key].items())))
            found.append(case if key in self.closed else close_case(case, case.trials))
        return tuple(found)

    def notes(self, path: Path) -> list[str]:
        """Return what a reader should know."""
        notes = []
        unfinished = [key[1] for key in self.frames if key not in self.closed]
        if unfinished:
            notes.append(f"{path}: unfinished, judged by the trials that are there: {', '.join(unfinished)}")
        if self.repeated:
            notes.append(f"{path}: {self.repeated} repeated trial lines; the last of each was used")
        if self.unknown:
            notes.append(f"{path}: {self.unknown} lines of a kind that this release does not know were left out")
        return notes

    def _trial(self, value: dict[str, Any]) -> None:
        trial = trial_from_json(value)
        frame = case_from_json({**value, "message": ""}, outcome="error")
        key = (frame.model, frame.id)
        self.frames.setdefault(key, frame)
        known = self.trials.setdefault(key, {})
        self.repeated += trial.index in known
        known[trial.index] = trial
