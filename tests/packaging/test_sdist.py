from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dist")]

LEFT_OUT = (".github/", ".ci/", ".gitignore")


@pytest.fixture
def unpacked(distributions: tuple[Path, Path], tmp_path: Path) -> Path:
    sdist, _ = distributions
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    return folder


def test_sdist_holds_every_tracked_file(unpacked: Path, root: Path) -> None:
    if not (root / ".git").exists():
        pytest.skip("this is not a git checkout, so there is no list of tracked files")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    tracked = {name for name in done.stdout.split("\0") if name and (root / name).exists()}

    missing = sorted(name for name in tracked if not name.startswith(LEFT_OUT) and not (unpacked / name).exists())

    assert not missing, f"add these to [tool.hatch.build.targets.sdist]: {missing}"


def test_tests_of_the_sdist_are_found(unpacked: Path, run: Callable[..., str]) -> None:
    output = run(sys.executable, "-m", "pytest", "-p", "no:anyio", "--collect-only", "-q", cwd=unpacked)

    found = re.search(r"(\d+)(?:/\d+)? tests collected", output)
    assert found, output[-2000:]
    assert int(found[1]) > 100
