"""The folders and environments that benchmarks run in, all under build/benchmarks."""

from __future__ import annotations

import functools
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import run

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "benchmarks"
PIP = ("-m", "pip", "--disable-pip-version-check", "install", "-q", "--retries", "5", "--timeout", "60")


def fresh_environment(name: str, requirements: Sequence[str | Path]) -> Path:
    """Make a virtual environment anew with these requirements; return its interpreter."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-m", "venv", folder], cwd=ROOT)
    python = folder / "bin" / "python"
    if requirements:
        run([python, *PIP, *requirements], cwd=ROOT)
    return python


@functools.cache
def base_install() -> Path:
    """Install this checkout without extras into a fresh environment, once a run; return its interpreter."""
    print("  installing the base package into a fresh environment", flush=True)
    return fresh_environment("base", [ROOT])


def scratch(name: str, files: dict[str, str]) -> Path:
    """Make a folder anew with these files and a pytest.ini of its own."""
    folder = BUILD / "scratch" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, text in {"pytest.ini": "[pytest]\n", **files}.items():
        (folder / file).write_text(text, encoding="utf-8")
    return folder
