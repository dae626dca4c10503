"""Other programs that judge code: run with a deadline, their failures told as such."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.wording import cut

_LONGEST_WORDS = 300


def run_tool(
    name: str,
    command: Sequence[str],
    *,
    repair: str,
    seconds: float,
    fine: Collection[int] = (0, 1),
    stdin: bytes | None = None,
    folder: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[bytes, str]:
    """Run a program in a folder, and return what it wrote to stdout and stderr.

    Raises CannotJudgeError, with `repair` as a hint, where it cannot be started, takes longer than `seconds`, or ends
    with an exit code that is not `fine`.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the tool's own binary; the code is data to it
            list(command), input=stdin, capture_output=True, timeout=seconds, cwd=folder, env=environment, check=False
        )
    except OSError as error:
        raise CannotJudgeError(f"{name} cannot be started ({error}); repair it with: {repair}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotJudgeError(f"{name} took more than {seconds:g} s on a reply") from error
    stderr = done.stderr.decode("utf-8", "replace")
    if done.returncode not in fine:
        said = " ".join((stderr + done.stdout.decode("utf-8", "replace")).split()) or "it said nothing"
        raise CannotJudgeError(f"{name} failed with exit code {done.returncode}: {cut(said, _LONGEST_WORDS)}")
    return done.stdout, stderr


def without_variables(prefix: str) -> dict[str, str]:
    """Return this process's environment without the variables that would configure a tool."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
