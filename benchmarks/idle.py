"""What the plugin costs a session that does not use it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.environment import base_install, scratch
from benchmarks.result import Figure, Result
from benchmarks.timing import interleave, run, spread

TITLE = "A one-test session, plugin installed and unused"
ONE_TEST = "def test_one():\n    assert True\n"
LIST_MODULES = """
import pathlib, sys

def pytest_unconfigure(config):
    pathlib.Path("modules.txt").write_text("\\n".join(sys.modules))
"""


def measure(*, quick: bool = False) -> Result:
    """Compare sessions with and without the plugin, in turns."""
    python = base_install()
    return Result(
        title=TITLE,
        method=(
            "Whole `pytest` process, one trivial test, base install without other plugins, against the same with "
            "`-p no:aiassert`; `-p no:anyio` on both sides; median of the differences of interleaved pairs."
        ),
        figures=compare_plugin(python, "aiassert", rounds=8 if quick else 30, limit=0.010, most_modules=20),
    )


def compare_plugin(
    python: Path, plugin: str, *, rounds: int, limit: float | None = None, most_modules: int | None = None
) -> tuple[Figure, ...]:
    """Return what one pytest plugin adds to an idle session: milliseconds and modules."""
    folder = scratch(f"idle-{plugin}", {"test_one.py": ONE_TEST})
    command: list[str | Path] = [python, "-m", "pytest", "-q", "-p", "no:anyio", "-p", "no:cacheprovider", "-p"]
    with_plugin, without = [*command, "no:nothing"], [*command, f"no:{plugin}"]
    rounds_timed = interleave([lambda: run(with_plugin, cwd=folder), lambda: run(without, cwd=folder)], rounds=rounds)
    extra = spread([(a - b) * 1000 for a, b in rounds_timed])
    bare = spread([b * 1000 for _, b in rounds_timed])
    modules = _modules(with_plugin, folder) - _modules(without, folder)
    return (
        Figure(name="session without it", value=bare.median, low=bare.low, high=bare.high, n=bare.n, unit="ms"),
        Figure(
            name="what it adds",
            value=extra.median,
            low=extra.low,
            high=extra.high,
            n=extra.n,
            unit="ms",
            limit=None if limit is None else limit * 1000,
        ),
        Figure(name="modules it adds", value=modules, unit="modules", limit=most_modules),
    )


def _modules(command: list[str | Path], folder: Path) -> int:
    conftest = folder / "conftest.py"
    conftest.write_text(LIST_MODULES, encoding="utf-8")
    run(command, cwd=folder)
    conftest.unlink()
    return len((folder / "modules.txt").read_text(encoding="utf-8").splitlines())
