"""`aiassert doctor`: what this machine has, and what its lack costs."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal, TypeAlias

from pytest_aiassert import sandbox
from pytest_aiassert.cli.screen import show, table
from pytest_aiassert.code.oxlint import find_oxlint
from pytest_aiassert.errors import CannotJudgeError

Status: TypeAlias = Literal["ok", "missing", "broken"]
Which: TypeAlias = Callable[[str], str | None]
Ask: TypeAlias = Callable[[Sequence[str]], str]

PACKAGES: Final = ("pytest-aiassert", "pytest", "httpx2", "tree-sitter", "pydantic")
TIERS: Final = {
    "full": "full: code is walled in by namespaces, Landlock, seccomp and limits",
    "kernel": "kernel: code is walled in by Landlock, seccomp and limits, without namespaces",
    "limits": "limits: a process and limits for each program, but no wall; do not judge code you do not trust",
}
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked for; a `required` one that is not ok is a fault."""

    name: str
    status: Status
    detail: str
    required: bool = False


def examine(which: Which = shutil.which) -> int:
    """Print what was found, and return 0, or 1 where something required is missing."""
    findings = [_python(), *map(_package, PACKAGES), *_tools(which), *_isolation()]
    show(table([[finding.status, finding.name, finding.detail] for finding in findings]))
    return int(any(finding.required and finding.status != "ok" for finding in findings))


def _python() -> Finding:
    return Finding(name="python", status="ok", detail=f"{platform.python_version()} at {sys.executable}", required=True)


def _package(name: str) -> Finding:
    try:
        return Finding(name=name, status="ok", detail=version(name), required=True)
    except PackageNotFoundError:
        hint = "pip install pytest-aiassert brings it"
        return Finding(name=name, status="missing", detail=hint, required=True)


def _tools(which: Which) -> list[Finding]:
    return [
        find_tool("ruff", ("ruff",), "passes_lint cannot judge; pip install ruff", which=_bundled_ruff),
        find_tool(
            "oxlint",
            ("oxlint",),
            "passes_lint(linter='oxlint') cannot judge; npm install --save-dev oxlint",
            which=_oxlint,
        ),
        find_tool("git", ("git",), "reports cannot name the commit", which=which),
        find_tool("node", ("node",), "JavaScript is parsed but not run", which=which),
        find_tool("chromium", CHROMIUM, "only the project's own report tests use it", which=which),
    ]


def find_tool(name: str, commands: Sequence[str], without: str, *, which: Which, ask: Ask | None = None) -> Finding:
    """Look for a command and ask for its version; `without` says what its lack costs."""
    path = next((found for command in commands if (found := which(command))), None)
    if path is None:
        return Finding(name=name, status="missing", detail=without)
    try:
        answer = (ask or _ask)([path, "--version"])
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(name=name, status="broken", detail=f"{path}: {error}")
    first = answer.strip().splitlines()[0] if answer.strip() else "says nothing of its version"
    return Finding(name=name, status="ok", detail=f"{first} at {path}")


def _ask(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10, check=True).stdout  # noqa: S603 - a path from PATH


def _bundled_ruff(command: str) -> str | None:
    """Return the binary that the ruff package brings, which need not be on PATH."""
    try:
        return str(import_module("ruff").find_ruff_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which(command)


def _oxlint(_command: str) -> str | None:
    return find_oxlint()


def _isolation() -> list[Finding]:
    try:
        layers, tier = sandbox.layers(), sandbox.tier()
    except CannotJudgeError as error:
        return [Finding(name="isolation", status="broken", detail=str(error))]
    found = [
        Finding(name=layer.name, status="ok" if layer.available else "missing", detail=layer.detail) for layer in layers
    ]
    return [Finding(name="isolation", status="ok", detail=TIERS[tier]), *found]
