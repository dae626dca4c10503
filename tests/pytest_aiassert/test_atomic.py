from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_aiassert.atomic import write_atomically


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "case.json"


def test_a_crash_while_writing_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text("old", encoding="utf-8")

    def crash(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", crash)
        with pytest.raises(KeyboardInterrupt):
            write_atomically(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [one.name for one in path.parent.iterdir()] == ["case.json"]


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "real.json"
    target.parent.mkdir()
    path.symlink_to(target)
    write_atomically(path, "new")
    assert path.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
