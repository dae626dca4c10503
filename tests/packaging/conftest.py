"""Builds the distributions once, and makes clean environments to install them into."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TINY_TEST = """
import pytest
from pytest_aiassert import contains_code, mentions

@pytest.mark.ai_eval(samples=2)
def test_tiny(mock_ai, expect):
    mock_ai.reply("```python\\ndef add(a, b):\\n    return a + b\\n```")
    expect(mock_ai.complete("Add two numbers.")).to(contains_code("python"), mentions("return"))
"""


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """Run a command in a folder, away from this session's settings; return its output, or fail with it."""

    def run(*command: str | Path, cwd: Path) -> str:
        hidden = ("COV_CORE_", "COVERAGE_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
        words = [str(word) for word in command]
        done = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory, run: Callable[..., str]) -> tuple[Path, Path]:
    """The sdist, and the wheel built from it, so that an incomplete sdist shows."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, cwd=folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def make_environment(tmp_path_factory: pytest.TempPathFactory, run: Callable[..., str]) -> Callable[..., Path]:
    """Make a clean virtual environment with these requirements; return the folder of its programs."""

    def make(*requirements: str | Path) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        run(sys.executable, "-m", "venv", folder, cwd=folder)
        pip = ("-m", "pip", "--disable-pip-version-check", "install", "-q", "--retries", "5", "--timeout", "60")
        run(folder / "bin" / "python", *pip, *requirements, cwd=folder)
        return folder / "bin"

    return make


@pytest.fixture
def tiny_project(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_tiny.py").write_text(TINY_TEST, encoding="utf-8")
    return tmp_path
