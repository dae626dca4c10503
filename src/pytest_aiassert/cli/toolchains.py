"""What `aiassert doctor` looks for: packages, tools, extras and layers, what each is for, and how to get it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version
from typing import Final, Literal, TypeAlias

from pytest_aiassert import sandbox
from pytest_aiassert.errors import CannotJudgeError

Status: TypeAlias = Literal["ok", "missing", "broken"]
Ask: TypeAlias = Callable[[Sequence[str]], str]

PACKAGE: Final = "pytest-aiassert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked for: how it is, what is lost without it, and how to get it; a `required` one must be ok."""

    name: str
    status: Status
    detail: str
    without: str = ""
    get: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A command: the names it goes by, what cannot be judged without it, how to get it, and a note on it."""

    name: str
    without: str = ""
    get: str = ""
    note: str = ""
    commands: tuple[str, ...] = ()
    asked: tuple[str, ...] = ("--version",)


TOOLS: Final = (
    Tool(
        name="git",
        without="applies_to cannot judge patches; reports cannot name the commit",
        get="https://git-scm.com/downloads",
    ),
    Tool(name="node", without="JavaScript cannot be run", get="https://nodejs.org, version 22.6 or later"),
    Tool(name="go", note="; Go is parsed, not run", asked=("version",)),
    Tool(name="rustc", note="; Rust is parsed, not run"),
    Tool(name="java", note="; Java is parsed, not run"),
    Tool(name="gcc", note="; C is parsed, not run", commands=("gcc", "cc")),
    Tool(name="g++", note="; C++ is parsed, not run", commands=("g++", "c++")),
)
CHECKERS: Final = ("mypy", "pyright")
EXTRAS: Final = {
    "all": "set of everything optional",
    "analysis": "pandas frames of runs",
    "hypothesis": "inputs drawn and shrunk by hypothesis",
    "languages": "grammars of less common languages",
    "mcp": "tools of MCP servers",
    "semantic": "similar_to(by='meaning')",
    "serve": "the assistant as a service",
}
LAYER_HINTS: Final = {
    "namespaces": "run on Linux; in a container, let it make user namespaces",
    "landlock": "run on Linux 5.13 or later, with landlock among the kernel's security modules",
    "seccomp": "run on Linux, on x86-64 or ARM64",
    "identity": "run as root, with a Python that other users can run; it is no part of any tier",
}


def find_package(name: str) -> Finding:
    """Look for a package that is always needed."""
    get = f"pip install {PACKAGE}"
    try:
        return Finding(name=name, status="ok", detail=version(name), required=True)
    except PackageNotFoundError:
        return Finding(
            name=name, status="missing", detail="not installed", without="nothing works", get=get, required=True
        )


def find_tool(tool: Tool, *, which: Callable[[str], str | None] | None = None, ask: Ask | None = None) -> Finding:
    """Look for a command, and ask for its version."""
    path = next(filter(None, map(which or shutil.which, tool.commands or (tool.name,))), None)
    if path is None:
        detail = f"not on PATH{tool.note}"
        return Finding(name=tool.name, status="missing", detail=detail, without=tool.without, get=tool.get)
    try:
        answer = (ask or _ask)([path, *tool.asked])
    except (OSError, subprocess.SubprocessError) as error:
        detail = f"{path}: {error}"
        return Finding(name=tool.name, status="broken", detail=detail, without=tool.without, get=tool.get)
    number = re.search(r"\d+(?:\.\d+)+[\w.+-]*", answer)
    detail = f"{number.group() if number else 'says nothing of its version'} at {path}{tool.note}"
    return Finding(name=tool.name, status="ok", detail=detail, without=tool.without, get=tool.get)


def find_linters() -> Iterator[Finding]:
    """Look for linters where matchers do; the package brings ruff, and not oxlint."""
    from pytest_aiassert.code.oxlint import find_oxlint
    from pytest_aiassert.code.ruff import ruff_binary

    def ruff(_: str) -> str | None:
        try:
            return ruff_binary()
        except (ImportError, OSError):
            return None

    lost = "passes_lint, is_formatted and is_secure cannot judge Python"
    yield find_tool(Tool(name="ruff", without=lost, get="pip install ruff"), which=ruff)
    lost = "passes_lint cannot judge JavaScript and TypeScript"
    yield find_tool(
        Tool(name="oxlint", without=lost, get="npm install --save-dev oxlint"), which=lambda _: find_oxlint()
    )


def find_checker(name: str) -> Finding:
    """Look for a type checker where `type_checks` looks for it."""
    from pytest_aiassert.code.typechecking import find_checker as find

    lost = "type_checks cannot judge, unless another checker is here"
    try:
        _, command = find(name)
    except CannotJudgeError:
        return Finding(name=name, status="missing", detail="not installed", without=lost, get=f"pip install {name}")
    try:
        return Finding(name=name, status="ok", detail=f"{version(name)} for this Python", without=lost)
    except PackageNotFoundError:
        return Finding(name=name, status="ok", detail=f"at {command[-1]}", without=lost)


def find_scripts() -> Iterator[Finding]:
    """Run a line of JavaScript and one of TypeScript; judging them takes no less."""
    for name, program in (
        ("javascript", "console.log(6 * 7)"),
        ("typescript", "const n: number = 7; console.log(6 * n)"),
    ):
        lost = f"implements and behaves_like cannot run {name}"
        get = "https://nodejs.org, version 22.6 or later"
        try:
            done = sandbox.run(program, name, limits=sandbox.Limits(wall=20.0, cpu=10.0))
        except CannotJudgeError as error:
            yield Finding(name=name, status="missing", detail=str(error), without=lost, get=get)
            continue
        if (done.outcome, done.stdout) == ("ok", "42\n"):
            yield Finding(name=name, status="ok", detail="runs in the sandbox", without=lost)
        else:
            said = done.stderr.strip().rpartition("\n")[2] or "it said nothing"
            detail = f"ends with {done.outcome} in the sandbox: {said}"[:200]
            yield Finding(name=name, status="broken", detail=detail, without=lost, get=get)


def find_extras() -> Iterator[Finding]:
    """Look for what each optional extra of this distribution would install."""
    about = metadata(PACKAGE)
    requirements = about.get_all("Requires-Dist") or []
    for extra in sorted(about.get_all("Provides-Extra") or []):
        wanted = [need for need in requirements if re.search(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]", need)]
        names = [match.group() for need in wanted if (match := re.match(r"[\w.-]+", need))]
        lacking = [name for name in names if name != PACKAGE and not _is_installed(name)]
        lost = EXTRAS.get(extra, "what it is for")
        if lacking:
            detail = f"lacks {', '.join(lacking)}"
            get = f"pip install '{PACKAGE}[{extra}]'"
            yield Finding(name=extra, status="missing", detail=detail, without=f"there is no {lost}", get=get)
        else:
            yield Finding(name=extra, status="ok", detail=lost)


def find_layers() -> Iterator[Finding]:
    """Tell every layer of isolation; raises CannotJudgeError where there is no sandbox."""
    for layer in sandbox.layers():
        status: Status = "ok" if layer.available else "missing"
        hint = "" if layer.available else LAYER_HINTS.get(layer.name, "")
        yield Finding(name=layer.name, status=status, detail=layer.detail, get=hint)


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _ask(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10, check=True)  # noqa: S603 - a path from PATH
    return done.stdout or done.stderr
