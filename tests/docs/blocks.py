"""Reading the fenced blocks of a Markdown page, and running them in order in one folder.

```python title="test_x.py"    a file: written into the page's folder
```python                      a program: run there
```console                     `$ command` lines: run there; output that stands below must match
<!-- not executed: why -->     in the line before a block: it is shown only
<!-- exit: 1 -->               in the line before a console block: its last command ends so
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^`]*)$")
MARKER = re.compile(r"^\s*<!-- (?P<key>not executed|exit): (?P<value>.+) -->\s*$")
TITLE = re.compile(r'\btitle="([^"]+)"')
VARIES = re.compile(r"\b(in )?\d+\.\d+ ?s\b")
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; `line` is that of its first content line, `reason` says why it is not executed."""

    page: Path
    line: int
    language: str
    title: str
    text: str
    reason: str
    exit: int

    @property
    def where(self) -> str:
        return f"{self.page.name}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One `$` line of a console block, and the output that stands below it."""

    text: str
    expected: str


def read_blocks(page: Path) -> list[Block]:
    return list(_read(page, page.read_text(encoding="utf-8").splitlines()))


def _read(page: Path, lines: list[str]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        number += 1
        if opening is None:
            continue
        marker = MARKER.match(lines[number - 2]) if number > 1 else None
        first, body = number, []
        while number < len(lines) and lines[number].strip() != opening["ticks"]:
            body.append(lines[number].removeprefix(opening["indent"]))
            number += 1
        assert number < len(lines), f"{page}:{first}: this block is never closed"
        number += 1
        title = TITLE.search(opening["info"])
        yield Block(
            page=page,
            line=first + 1,
            language=opening["info"].split()[0] if opening["info"].strip() else "",
            title=title[1] if title else "",
            text="\n".join(body) + "\n",
            reason=marker["value"] if marker and marker["key"] == "not executed" else "",
            exit=int(marker["value"]) if marker and marker["key"] == "exit" else 0,
        )


def executable(block: Block) -> bool:
    return bool(block.title) or block.language in {"python", "console"}


def execute(blocks: list[Block], folder: Path, root: Path) -> None:
    """Run a page's blocks in order, in a folder that holds copies of the golden sets and examples."""
    shutil.copytree(root / "golden", folder / "golden")
    shutil.copytree(root / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for block in blocks:
        if block.reason:
            continue
        if block.title:
            file = folder / block.title
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            _run([sys.executable, "-c", block.text], folder, block, 0)
        else:
            _converse(block, folder)


def commands(block: Block) -> list[Command]:
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not parts[0].strip(), f"{block.where}: a console block starts with '$ '"
    split = [re.split(r"(?<!\\)\n", part, maxsplit=1) for part in parts[1:]]
    return [Command(text=text, expected=rest[0] if rest else "") for text, *rest in split]


def matches(expected: str, output: str) -> bool:
    """Whether output is as shown: a line `...` stands for any lines, `…` for any text within one, times vary."""
    pattern = ""
    for line in _plain(expected).splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(piece) for piece in line.split("…")) + r"\n"
    return re.fullmatch(pattern, _plain(output)) is not None


def _plain(text: str) -> str:
    text = VARIES.sub("0.00s", ESCAPES.sub("", text))
    text = re.sub(r"^=+ (.*?) =+ *$", r"= \1 =", text, flags=re.MULTILINE)  # rulers depend on what they frame
    return "".join(line.rstrip() + "\n" for line in text.strip("\n").splitlines())


def _converse(block: Block, folder: Path) -> None:
    steps = commands(block)
    for step in steps:
        status = block.exit if step is steps[-1] else 0
        output = _run(["bash", "-c", step.text], folder, block, status)
        if step.expected.strip():
            shown = f"{block.where}: $ {step.text}\n--- shown\n{step.expected}\n--- came\n{output}"
            assert matches(step.expected, output), shown


def _run(command: list[str], folder: Path, block: Block, status: int) -> str:
    hidden = ("COV_CORE_", "COVERAGE_", "PYTEST_", "AIASSERT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden) and k not in {"CI", "FORCE_COLOR"}}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": "-p no:anyio -p no:cacheprovider -p no:asyncio",
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, f"{block.where}: exit {done.returncode}, not {status}\n{done.stdout}"
    return done.stdout
