"""Ruff on pieces of Python: one process for one piece or for many."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_aiassert.errors import CannotJudgeError

DEFAULT_SELECT = ("E4", "E7", "E9", "F", "B")
"""What is a mistake rather than a taste: pycodestyle's statements, pyflakes, bugbear."""

SECURITY_SELECT = ("S",)
"""What may be unsafe: flake8-bandit's rules."""

DEFAULT_IGNORE = ("B011", "B018", "B028", "B905", "E712")
"""Fine in a snippet: `assert False`, a bare expression, warn() and zip() in short form, `== True` in a test."""

_SECONDS = 30.0
_NEWEST_MINOR = 14
COMMON_OPTIONS = ("--isolated", "--no-cache", f"--target-version=py3{min(sys.version_info.minor, _NEWEST_MINOR)}")
"""What every call of ruff is given: no configuration of the user's, and this Python's syntax."""

_SYNTAX = "invalid-syntax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What ruff found at a place; line and column count from 1, `rule` is a code such as F401."""

    line: int
    column: int
    rule: str
    message: str

    @property
    def is_syntax_error(self) -> bool:
        """True where the code does not parse."""
        return self.rule == _SYNTAX

    def __str__(self) -> str:
        return f"line {self.line}: {self.rule} {self.message}"


@lru_cache(maxsize=256)
def lint(
    code: str, select: tuple[str, ...] = DEFAULT_SELECT, ignore: tuple[str, ...] = DEFAULT_IGNORE
) -> tuple[Finding, ...]:
    """Lint one piece of Python; answers are kept for the last 256 pieces.

    No configuration file and no `noqa` comment counts. Raises CannotJudgeError where ruff fails or knows no such rule.
    """
    if not _is_usual(select, ignore):
        return _one(code, select, ignore)
    return tuple(
        finding
        for finding in usual_findings(code)
        if finding.is_syntax_error or (finding.rule.startswith(select) and not finding.rule.startswith(ignore))
    )


@lru_cache(maxsize=256)
def usual_findings(code: str) -> tuple[Finding, ...]:
    """Lint one piece by every rule that matchers ask for unless told otherwise: one process for them all."""
    return _one(code, (*DEFAULT_SELECT, *SECURITY_SELECT), ())


def _is_usual(select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Tell whether findings can be picked from the usual ones; a wider `ignore` weighs less to ruff, so it cannot."""
    wider = any(rule.startswith(ignored) and rule != ignored for rule in select for ignored in ignore)
    return select in (DEFAULT_SELECT, SECURITY_SELECT) and not wider


def _one(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Finding, ...]:
    output, _ = run_ruff(["check", *_options(select, ignore), "--stdin-filename=reply.py", "-"], stdin=encoded(code))
    return tuple(finding for _, finding in _findings(output))


def lint_many(
    codes: Sequence[str], select: tuple[str, ...] = DEFAULT_SELECT, ignore: tuple[str, ...] = DEFAULT_IGNORE
) -> list[tuple[Finding, ...]]:
    """Lint many pieces in one process, each as a file of its own; raises CannotJudgeError as `lint` does."""
    if not codes:
        return []
    with tempfile.TemporaryDirectory(prefix="aiassert-lint-") as folder:
        for number, code in enumerate(codes):
            Path(folder, f"reply_{number}.py").write_bytes(encoded(code))
        output, _ = run_ruff(["check", *_options(select, ignore), folder])
    found: list[list[Finding]] = [[] for _ in codes]
    for name, finding in _findings(output):
        found[int(Path(name).stem.removeprefix("reply_"))].append(finding)
    return [tuple(each) for each in found]


def _options(select: tuple[str, ...], ignore: tuple[str, ...]) -> list[str]:
    options = [*COMMON_OPTIONS, "--ignore-noqa", "--output-format=json"]
    options.append(f"--select={','.join(select)}")
    if ignore:
        options.append(f"--ignore={','.join(ignore)}")
    return options


def run_ruff(arguments: list[str], stdin: bytes | None = None, *, fine: tuple[int, ...] = (0, 1)) -> tuple[bytes, str]:
    """Run ruff and return what it wrote to stdout and stderr.

    Raises CannotJudgeError where it cannot be started, hangs, or ends with an exit code that is not `fine`.
    """
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # the wheel has no type information

    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    try:
        done = subprocess.run(  # noqa: S603  # ruff's own binary; the code is data to it
            [find_ruff_bin(), *arguments],
            input=stdin,
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
    except OSError as error:
        raise CannotJudgeError(
            f"ruff cannot be started ({error}); repair it with: pip install --force-reinstall ruff"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise CannotJudgeError(f"ruff took more than {_SECONDS:g} s on a reply") from error
    stderr = done.stderr.decode("utf-8", "replace")
    if done.returncode not in fine:
        said = " ".join(stderr.split()) or "it said nothing"
        raise CannotJudgeError(f"ruff failed with exit code {done.returncode}: {said}")
    return done.stdout, stderr


def _findings(output: bytes) -> list[tuple[str, Finding]]:
    try:
        items: list[dict[str, Any]] = json.loads(output)
        return [(str(item["filename"]), _finding(item)) for item in items]
    except (ValueError, KeyError, TypeError) as error:
        raise CannotJudgeError(f"ruff's output cannot be read ({error!r}); is it an unusual version?") from error


def _finding(item: dict[str, Any]) -> Finding:
    place = item["location"]
    return Finding(
        line=place["row"],
        column=place["column"],
        rule=item["code"] or _SYNTAX,
        message=item["message"].split("\n", 1)[0],
    )


def encoded(code: str) -> bytes:
    """Return code as the bytes that ruff reads; lone surrogates become question marks."""
    return code.encode("utf-8", "replace")
