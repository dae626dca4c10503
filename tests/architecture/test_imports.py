from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

WATCH = Path(__file__).with_name("watch_imports.py")
RUN_ON_IMPORT = {"__main__"}


def _module_name(file: Path, folder: Path) -> str:
    parts = file.relative_to(folder).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.skipif(not hasattr(sys, "addaudithook") or sys.platform == "win32", reason="needs fork")
def test_importing_a_module_does_nothing_else(root: Path, sources: list[Path], run_python: Callable[..., str]) -> None:
    modules = [_module_name(file, root / "src") for file in sources if file.stem not in RUN_ON_IMPORT]

    found = json.loads(run_python(str(WATCH), str(root / "src"), *modules))

    listing = "\n".join(f"{module}: {deed}" for module, deeds in found.items() for deed in deeds)
    assert not found, f"an import reads no environment, file or network, and changes nothing:\n{listing}"


@pytest.mark.parametrize(
    ("code", "deed"),
    [
        ("import os; os.getenv('HOME')", "read environment variable HOME in offender.py:1"),
        ("import os; os.environ['SEEN'] = '1'", "changed environment"),
        ("open(__file__).close()", "open("),
        ("import pathlib; pathlib.Path(__file__).with_name('new').touch()", "open("),
        ("import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)", "socket.connect"),
        ("import logging; logging.basicConfig()", "changed root logger"),
        ("raise RuntimeError('no')", "cannot be imported on its own"),
        ("import os; os._exit(3)", "ended the process"),
    ],
)
def test_the_watch_sees(tmp_path: Path, run_python: Callable[..., str], code: str, deed: str) -> None:
    (tmp_path / "offender.py").write_text(code + "\n", encoding="utf-8")
    program = f"""
import runpy, sys
sys.path.insert(0, {str(tmp_path)!r})
sys.argv = [{str(WATCH)!r}, {str(tmp_path)!r}, "offender"]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

    found = json.loads(run_python("-c", program))

    assert any(deed in text for text in found["offender"]), found


def test_the_plugin_module_imports_only_pytest(root: Path) -> None:
    tree = ast.parse((root / "src" / "pytest_aiassert" / "plugin.py").read_text(encoding="utf-8"))
    imported: set[str] = set()
    for node in tree.body:  # what stands under `if TYPE_CHECKING:` is never executed
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    assert imported <= {"__future__", "os", "sys", "time", "typing", "pytest"}, sorted(
        imported
    )  # every Python has loaded the others
