"""Type checkers on pieces of Python: mypy or pyright, whichever is here; the code is read and never run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pytest_aiassert.code.findings import Finding
from pytest_aiassert.errors import CannotJudgeError

CHECKERS = ("mypy", "pyright")
"""The checkers that are known, in the order in which they are looked for."""

_FILE = "reply.py"
_SECONDS = 120.0
_LINE = re.compile(r"^reply\.py:(\d+):(\d+): error: (.*?)(?:  \[([\w-]+)\])?$")


def find_checker(name: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Return a checker's name and command: the named one, or the first there is.

    Raises CannotJudgeError where it is not installed.
    """
    for checker in CHECKERS if name is None else (name,):
        if importlib.util.find_spec(checker) is not None:
            return checker, (sys.executable, "-m", checker)
        found = shutil.which(checker)
        if found is not None:
            return checker, (found,)
    wanted = " or ".join(CHECKERS) if name is None else name
    raise CannotJudgeError(f"type_checks needs {wanted}, which is not installed; pip install {name or CHECKERS[0]}")


@lru_cache(maxsize=64)
def type_check(code: str, checker: str | None, *, strict: bool) -> tuple[Finding, ...]:
    """Check a program; answers are kept for the last 64.

    Modules that are not installed are taken as untyped. Raises CannotJudgeError where no checker is here or it fails.
    """
    name, command = find_checker(checker)
    with tempfile.TemporaryDirectory(prefix="aiassert-types-") as folder:
        Path(folder, _FILE).write_bytes(code.encode("utf-8", "replace"))
        if name == "mypy":
            return _mypy_findings(_run(name, [*command, *_mypy(folder, strict=strict), _FILE], folder))
        settings = {"typeCheckingMode": "strict" if strict else "standard", "reportMissingImports": False}
        Path(folder, "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
        return _pyright_findings(_run(name, [*command, "--outputjson"], folder))


def _mypy(folder: str, *, strict: bool) -> list[str]:
    options = [
        "--config-file=",
        f"--cache-dir={Path(folder, 'cache')}",
        "--ignore-missing-imports",
        "--no-error-summary",
    ]
    options += [
        "--show-column-numbers",
        "--show-error-codes",
        "--no-pretty",
        "--no-color-output",
        "--hide-error-context",
    ]
    return [*options, "--strict" if strict else "--check-untyped-defs"]


def _run(name: str, command: Sequence[str], folder: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MYPY", "PYRIGHT"))}
    try:
        done = subprocess.run(  # noqa: S603 - the checker; the code is data to it
            list(command), cwd=folder, capture_output=True, timeout=_SECONDS, env=environment, check=False
        )
    except OSError as error:
        raise CannotJudgeError(f"{name} cannot be started ({error}); reinstall it") from error
    except subprocess.TimeoutExpired as error:
        raise CannotJudgeError(f"{name} took more than {_SECONDS:g} s on a reply") from error
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode not in (0, 1) and not output.startswith(_FILE):
        said = " ".join((done.stderr.decode("utf-8", "replace") + output).split())[:300] or "it said nothing"
        raise CannotJudgeError(f"{name} failed with exit code {done.returncode}: {said}")
    return output


def _mypy_findings(output: str) -> tuple[Finding, ...]:
    matches = (_LINE.match(line) for line in output.splitlines())
    return tuple(
        Finding(line=int(found[1]), column=int(found[2]), rule=found[4] or "error", message=found[3])
        for found in matches
        if found is not None
    )


def _pyright_findings(output: str) -> tuple[Finding, ...]:
    try:
        items: list[dict[str, Any]] = json.loads(output)["generalDiagnostics"]
        return tuple(_pyright_finding(item) for item in items if item["severity"] == "error")
    except (ValueError, KeyError, TypeError) as error:
        raise CannotJudgeError(f"pyright's output cannot be read ({error!r}); is it an unusual version?") from error


def _pyright_finding(item: dict[str, Any]) -> Finding:
    start = item["range"]["start"]
    message = " ".join(str(item["message"]).split())
    return Finding(
        line=start["line"] + 1, column=start["character"] + 1, rule=item.get("rule") or "error", message=message
    )
