from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.blocks import executable, execute, read_blocks

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(
        ROOT / name
        for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "changelog.d/README.md", "examples/README.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
NOT_EXECUTED = 11
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if read_blocks(page)], ids=_name)
def test_every_block_of_a_page_works(page: Path, tmp_path: Path) -> None:
    execute(read_blocks(page), tmp_path, ROOT)


def test_a_block_that_is_not_executed_says_why() -> None:
    blocks = [block for page in PAGES for block in read_blocks(page)]

    silent = [block.where for block in blocks if not block.reason and not executable(block)]
    shown_only = [block.where for block in blocks if block.reason]

    assert not silent, f"execute these, or put `<!-- not executed: why -->` above them: {silent}"
    assert len(shown_only) == NOT_EXECUTED, f"the number of blocks that no test covers has changed: {shown_only}"


def test_python_blocks_are_tidy(tmp_path: Path) -> None:
    for page in PAGES:
        for block in read_blocks(page):
            if block.language == "python":
                (tmp_path / f"{page.stem}_{block.line}.py").write_text(block.text, encoding="utf-8")
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    check = [*ruff, "check", "--isolated", "--select=E,F,I,W,B,UP,RUF", "--ignore=RUF001", "--line-length=120"]
    layout = [*ruff, "format", "--isolated", "--diff", "--line-length=120"]

    for command in (check, layout):
        done = subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = [first or second for first, second in LINK.findall(text)]

    broken = [
        target for target in targets if not target.startswith(("https://", "mailto:")) and not _exists(page, target)
    ]

    assert not broken, f"{_name(page)}: {broken}"


def _exists(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not anchor or file.suffix != ".md":
        return file.exists()
    return file.exists() and anchor in {
        _anchor(h) for h in re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    }


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        for first, second in LINK.findall(page.read_text(encoding="utf-8")):
            waiting.append((page.parent / (first or second).partition("#")[0]).resolve())

    lost = [_name(page) for page in PAGES if page not in seen]

    assert not lost, f"no page links to: {lost}"
