"""Ruff's binary: a process per call, with no configuration of the user's."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path

from pytest_aiassert.code.tools import run_tool, without_variables
from pytest_aiassert.errors import CannotJudgeError

_SECONDS = 30.0
_REPAIR = "pip install --force-reinstall ruff"
_NEWEST_MINOR = 14
TARGET_VERSION = f"py3{min(sys.version_info.minor, _NEWEST_MINOR)}"
"""The syntax that ruff reads code by: this Python's."""

COMMON_OPTIONS = ("--isolated", "--no-cache", f"--target-version={TARGET_VERSION}")
"""What every call of ruff is given."""

NOWHERE = os.path.abspath(os.sep)  # noqa: PTH100 - a constant, not a look at the disk
"""The folder that ruff works in: not the user's, whose packages would count as known."""


def run_ruff(
    arguments: list[str],
    stdin: bytes | None = None,
    *,
    folder: str | Path = NOWHERE,
    fine: Collection[int] = (0, 1),
) -> tuple[bytes, str]:
    """Run ruff and return what it wrote to stdout and stderr.

    Raises CannotJudgeError where it cannot be started, hangs, or ends with an exit code that is not `fine`.
    """
    try:
        binary = ruff_binary()
    except (ImportError, OSError) as error:
        raise CannotJudgeError(f"ruff cannot be found ({error}); repair it with: {_REPAIR}") from error
    return run_tool(
        "ruff",
        [binary, *arguments],
        repair=_REPAIR,
        seconds=_SECONDS,
        fine=fine,
        stdin=stdin,
        folder=folder,
        environment=ruff_environment(),
    )


def ruff_binary() -> str:
    """Return the path of the binary that the ruff package brings; raises ImportError or OSError where it is missing."""
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # the wheel has no type information

    return str(find_ruff_bin())


def ruff_environment() -> dict[str, str]:
    """Return this process's environment without ruff's own variables."""
    return without_variables("RUFF_")


def encoded(code: str) -> bytes:
    """Return code as the bytes that ruff reads; lone surrogates become question marks."""
    return code.encode("utf-8", "replace")
