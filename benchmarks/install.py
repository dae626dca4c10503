"""What the base install brings with it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.environment import base_install, fresh_environment
from benchmarks.result import Figure, Result
from benchmarks.timing import MEGABYTE

TITLE = "The base install"


def measure(*, quick: bool = False) -> Result:
    """Count distributions and bytes of a fresh environment, less those of an empty one."""
    del quick  # there is nothing to shorten
    full, empty = base_install().parents[1], fresh_environment("empty", []).parents[1]
    return Result(
        title=TITLE,
        method="`pip install pytest-aiassert` into a fresh environment, less an empty one; compiled bytecode included.",
        figures=(
            Figure(
                name="distributions",
                value=_distributions(full) - _distributions(empty),
                unit="distributions",
                limit=59,
            ),
            Figure(name="size", value=(_bytes(full) - _bytes(empty)) / MEGABYTE, unit="MB", limit=110),
        ),
    )


def _distributions(environment: Path) -> int:
    return len(list(environment.glob("lib/python*/site-packages/*.dist-info")))


def _bytes(environment: Path) -> int:
    return sum(file.stat().st_size for file in environment.rglob("*") if file.is_file() and not file.is_symlink())
