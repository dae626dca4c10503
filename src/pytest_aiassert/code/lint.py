"""Ruff on pieces of Python: a warm server for one piece after another, one process for many at once."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pytest_aiassert.code.findings import SYNTAX, Finding, in_order
from pytest_aiassert.code.ruff import COMMON_OPTIONS, encoded, run_ruff
from pytest_aiassert.code.ruffserver import RuffServer, RuffSettings, is_servable
from pytest_aiassert.code.warm import warm_ruff
from pytest_aiassert.errors import CannotJudgeError

DEFAULT_SELECT = ("E4", "E7", "E9", "F", "B")
"""What is a mistake rather than a taste: pycodestyle's statements, pyflakes, bugbear."""

SECURITY_SELECT = ("S",)
"""What may be unsafe: flake8-bandit's rules."""

DEFAULT_IGNORE = ("B011", "B018", "B028", "B905", "E712")
"""Fine in a snippet: `assert False`, a bare expression, warn() and zip() in short form, `== True` in a test."""

_FEW = 12
_MOST_FILES = 2_000
_SILENCER = re.compile("noqa|ruff|flake8", re.IGNORECASE)
_PROBE = (
    "import os\nimport os as again\nx: list = [1]; y = eval('1')\ndef f(a=[]):\n    assert (a, 'a')\n    return lost\n"
)
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 - where it is there, files need no disk


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
    """Lint one piece by every rule that matchers ask for unless told otherwise: one look for them all."""
    return _one(code, (*DEFAULT_SELECT, *SECURITY_SELECT), ())


def _is_usual(select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    """Tell whether findings can be picked from the usual ones; a wider `ignore` weighs less to ruff, so it cannot."""
    wider = any(rule.startswith(ignored) and rule != ignored for rule in select for ignored in ignore)
    return select in (DEFAULT_SELECT, SECURITY_SELECT) and not wider


def _one(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Finding, ...]:
    """Ask the warm server, or else a process: a server heeds comments that silence rules."""
    if not _SILENCER.search(code) and is_servable(code):
        found = warm_ruff().ask(
            RuffSettings(select=select, ignore=ignore),
            partial(_by_server, code),
            lambda server: _by_server(_PROBE, server) == _by_process(_PROBE, select, ignore),
        )
        if found is not None:
            return found
    return _by_process(code, select, ignore)


def _by_process(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> tuple[Finding, ...]:
    output, _ = run_ruff(["check", *_options(select, ignore), "--stdin-filename=reply.py", "-"], stdin=encoded(code))
    return in_order([finding for _, finding in _findings(output)])


def _by_server(code: str, server: RuffServer) -> tuple[Finding, ...]:
    try:
        return in_order([_diagnosed(item) for item in server.diagnostics(code)])
    except (KeyError, TypeError, AttributeError) as error:
        raise ConnectionError(f"ruff's server gave an unusual diagnostic: {error!r}") from error


def lint_many(
    codes: Sequence[str], select: tuple[str, ...] = DEFAULT_SELECT, ignore: tuple[str, ...] = DEFAULT_IGNORE
) -> list[tuple[Finding, ...]]:
    """Lint many pieces, with the findings that `lint` has for each; raises CannotJudgeError as it does.

    A few are linted one after another; more are files of a folder that one process lints.
    """
    if len(codes) <= _FEW:
        return [lint(code, select, ignore) for code in codes]
    found: list[tuple[Finding, ...]] = []
    for start in range(0, len(codes), _MOST_FILES):
        found += _folder(codes[start : start + _MOST_FILES], select, ignore)
    return found


def _folder(codes: Sequence[str], select: tuple[str, ...], ignore: tuple[str, ...]) -> list[tuple[Finding, ...]]:
    try:
        return _in_folder(codes, select, ignore, _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None)
    except OSError:  # shared memory may be small
        return _in_folder(codes, select, ignore, None)


def _in_folder(
    codes: Sequence[str], select: tuple[str, ...], ignore: tuple[str, ...], parent: str | None
) -> list[tuple[Finding, ...]]:
    """Lint files that are named one by one: what is named is linted, whatever a .gitignore around it says."""
    names = [f"reply_{number}.py" for number in range(len(codes))]
    with tempfile.TemporaryDirectory(prefix="aiassert-lint-", dir=parent) as folder:
        for name, code in zip(names, codes, strict=True):
            with open(f"{folder}/{name}", "wb", buffering=0) as file:  # noqa: PTH123 - twice as fast
                file.write(encoded(code))
        output, _ = run_ruff(["check", *_options(select, ignore), *names], folder=folder)
    found: dict[str, list[Finding]] = {name: [] for name in names}
    for path, finding in _findings(output):
        found[Path(path).name].append(finding)
    return [in_order(each) for each in found.values()]


def _options(select: tuple[str, ...], ignore: tuple[str, ...]) -> list[str]:
    options = [*COMMON_OPTIONS, "--ignore-noqa", "--output-format=json"]
    options.append(f"--select={','.join(select)}")
    if ignore:
        options.append(f"--ignore={','.join(ignore)}")
    return options


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
        rule=item["code"] or SYNTAX,
        message=item["message"].split("\n", 1)[0],
    )


def _diagnosed(item: dict[str, Any]) -> Finding:
    place = item["range"]["start"]
    return Finding(
        line=place["line"] + 1,
        column=place["character"] + 1,
        rule=item.get("code") or SYNTAX,
        message=item["message"].split("\n", 1)[0],
    )
