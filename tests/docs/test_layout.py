from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = r"\+?[\w-]+\.(added|changed|fixed|removed)\.md"


def test_contributing_names_every_folder_of_the_source_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(src/[\w/]+/)`", text, flags=re.MULTILINE))
    package = ROOT / "src" / "pytest_aiassert"
    folders = {f"src/pytest_aiassert/{folder.parent.name}/" for folder in package.glob("*/*.py")} | {"src/assistant/"}

    assert named == folders


def test_contributing_names_every_folder_of_the_repository() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

    missing = [name for name in ("examples", "golden", "benchmarks", "tests", "docs") if f"| `{name}/` |" not in text]

    assert not missing


def test_fragments_of_the_changelog_are_named_well() -> None:
    fragments = [file.name for file in (ROOT / "changelog.d").iterdir() if file.name != "README.md"]

    assert not [name for name in fragments if not re.fullmatch(KINDS, name)]


def test_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(file.name for file in folder.glob("0*.md"))
    index = (folder / "README.md").read_text(encoding="utf-8")

    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    for name in records:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.startswith(f"# {int(name[:4])}. ")
        assert all(f"**{part}.**" in text for part in ("Situation", "Choice", "Cost")), name
        assert len(text.splitlines()) <= 45, f"{name} is longer than a page"
        assert name in index
