from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

MOST_MODULES = 20

LIST_MODULES = """
import json, pathlib, sys

def pytest_unconfigure(config):
    pathlib.Path(__file__).with_name("modules.json").write_text(json.dumps(sorted(sys.modules)))
"""


def _modules(folder: Path, run_python: Callable[..., str], *options: str) -> set[str]:
    folder.mkdir()
    (folder / "conftest.py").write_text(LIST_MODULES, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (folder / "test_one.py").write_text("def test_one():\n    assert True\n", encoding="utf-8")
    output = run_python("-m", "pytest", "-p", "no:anyio", *options, cwd=folder)
    assert "1 passed" in output
    return set(json.loads((folder / "modules.json").read_text(encoding="utf-8")))


def test_an_idle_plugin_loads_few_modules(tmp_path: Path, run_python: Callable[..., str]) -> None:
    with_plugin = _modules(tmp_path / "with", run_python)
    without = _modules(tmp_path / "without", run_python, "-p", "no:aiassert")

    more = sorted(with_plugin - without)

    assert "pytest_aiassert.plugin" in more, "the plugin was not loaded; is the package installed?"
    assert len(more) <= MOST_MODULES, f"{len(more)} modules, at most {MOST_MODULES}: {more}"


def test_an_idle_plugin_says_nothing(tmp_path: Path, run_python: Callable[..., str]) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tmp_path / "test_one.py").write_text("def test_one():\n    assert True\n", encoding="utf-8")

    output = run_python("-m", "pytest", "-p", "no:anyio", "-p", "no:cacheprovider", "--no-header", "-q", cwd=tmp_path)

    assert "aiassert" not in output
    assert [path.name for path in tmp_path.iterdir() if "test_one" not in path.name and path.name != "__pycache__"] == [
        "pytest.ini"
    ]
