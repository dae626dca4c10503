"""What the architecture tests share: where the sources are, and how to run a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Path]:
    files = sorted((ROOT / "src").rglob("*.py"))
    assert len(files) > 10, "the sources were not found"
    return files


@pytest.fixture(scope="session")
def run_python() -> Callable[..., str]:
    """Run a fresh interpreter without coverage or pytest settings; return its output, or fail with it."""

    def run(*arguments: str, cwd: Path = ROOT) -> str:
        hidden = ("COV_CORE_", "COVERAGE_", "PYTEST_", "PYTHON")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
