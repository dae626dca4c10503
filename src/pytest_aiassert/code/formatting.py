"""Python as ruff's formatter would write it: one process for one piece or for many."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pytest_aiassert.code.lint import COMMON_OPTIONS, encoded, run_ruff
from pytest_aiassert.errors import CannotJudgeError

_FINE = (0, 2)  # ruff ends with 2 where a piece does not parse
_UNPARSED = "Failed to parse"


@lru_cache(maxsize=256)
def formatted(code: str, line_length: int) -> str | None:
    """Format one piece, None where ruff cannot parse it; answers are kept for the last 256 pieces.

    Raises CannotJudgeError where ruff fails.
    """
    output, said = run_ruff([*_command(line_length), "--stdin-filename=reply.py", "-"], stdin=encoded(code), fine=_FINE)
    _require_nothing_else(said)
    return None if said else output.decode("utf-8", "replace")


def format_many(codes: Sequence[str], line_length: int) -> list[str | None]:
    """Format many pieces in one process, each as a file of its own; raises CannotJudgeError as `formatted` does."""
    if len(codes) == 1:
        return [formatted(codes[0], line_length)]
    with tempfile.TemporaryDirectory(prefix="aiassert-format-") as folder:
        files = [Path(folder, f"reply_{number}.py") for number in range(len(codes))]
        for file, code in zip(files, codes, strict=True):
            file.write_bytes(encoded(code))
        _, said = run_ruff([*_command(line_length), folder], fine=_FINE)
        _require_nothing_else(said)
        return [None if f"{file.name}:" in said else file.read_bytes().decode("utf-8", "replace") for file in files]


def _command(line_length: int) -> list[str]:
    return ["format", *COMMON_OPTIONS, f"--line-length={line_length}"]


def _require_nothing_else(said: str) -> None:
    if said.strip() and _UNPARSED not in said:
        raise CannotJudgeError(f"ruff failed to format a reply: {' '.join(said.split())}")
