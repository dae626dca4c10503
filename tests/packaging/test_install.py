from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

PLAIN_TESTS = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_plain(number):
    assert number < 4
"""


@pytest.fixture(scope="module")
def programs(distributions: tuple[Path, Path], make_environment: Callable[..., Path]) -> Path:
    """The programs of an environment with the wheel and what it needs, and nothing else."""
    return make_environment(distributions[1])


@pytest.mark.slow
@pytest.mark.xdist_group("dist")
def test_wheel_works_in_a_clean_environment(programs: Path, tiny_project: Path, run: Callable[..., str]) -> None:
    without_flag = run(programs / "pytest", cwd=tiny_project)
    with_flag = run(programs / "pytest", "--ai-eval", "--ai-report", "report.html", cwd=tiny_project)

    assert re.search(r"\b1 skipped\b", without_flag), without_flag
    assert re.search(r"\b1 passed\b", with_flag), with_flag
    assert "<html" in (tiny_project / "report.html").read_text(encoding="utf-8").lower()
    assert "compare" in run(programs / "aiassert", "--help", cwd=tiny_project)
    assert "No broken requirements" in run(programs / "python", "-m", "pip", "check", cwd=tiny_project)


@pytest.mark.slow
@pytest.mark.xdist_group("dist")
def test_examples_need_nothing_but_the_wheel(
    programs: Path, root: Path, tmp_path: Path, run: Callable[..., str]
) -> None:
    command = (programs / "pytest", "-p", "no:anyio", "-p", "no:cacheprovider", root / "examples")

    plain = run(*command, cwd=tmp_path)
    judged = run(*command, "--ai-eval", cwd=tmp_path)

    assert "run with --ai-eval" in plain
    assert " skipped" not in judged.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.xdist_group("dist")
def test_wheel_holds_the_packages_and_their_data_only(distributions: tuple[Path, Path], root: Path) -> None:
    _, wheel = distributions
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    source = root / "src"
    wanted = {
        str(file.relative_to(source))
        for file in source.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and ".egg-info" not in str(file)
    }
    assert held == wanted


@pytest.mark.beside
def test_installs_beside_openai_deepeval_and_xdist(
    distributions: tuple[Path, Path],
    make_environment: Callable[..., Path],
    tiny_project: Path,
    run: Callable[..., str],
) -> None:
    _, wheel = distributions
    programs = make_environment(wheel, "openai", "deepeval", "pytest-xdist")
    (tiny_project / "test_plain.py").write_text(PLAIN_TESTS, encoding="utf-8")

    check = run(programs / "python", "-m", "pip", "check", cwd=tiny_project)
    plain = run(programs / "pytest", "test_plain.py", cwd=tiny_project)
    spread = run(programs / "pytest", "-n", "2", "--ai-eval", cwd=tiny_project)
    imports = run(programs / "python", "-c", "import openai, deepeval, xdist; print('imported')", cwd=tiny_project)

    assert "No broken requirements" in check
    assert re.search(r"\b4 passed\b", plain), plain
    assert re.search(r"\b5 passed\b", spread), spread
    assert "imported" in imports
