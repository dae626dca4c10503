from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from benchmarks.result import Figure, Result

from benchmarks import __main__ as program
from benchmarks import publish


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for all benchmarks; the idle one is over its limit."""
    done: list[str] = []

    def stand_in(module: str) -> SimpleNamespace:
        name = module.rpartition(".")[2]

        def measure(*, quick: bool) -> Result:
            done.append(f"{name} quick" if quick else name)
            figure = Figure(name="time", value=12 if name == "idle" else 2, unit="ms", limit=10)
            return Result(title=name.title(), method="", figures=(figure,))

        return SimpleNamespace(measure=measure)

    monkeypatch.setattr(program, "import_module", stand_in)
    return done


def test_a_figure_over_its_limit_ends_with_one(measured: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status = program.main(["--quick", "--only", "install", "--only", "idle"])

    assert status == 1
    assert measured == ["install quick", "idle quick"]
    output = capsys.readouterr()
    assert "MISSES its bound ≤ 10" in output.out
    assert "beyond the bound: idle: time" in output.err


def test_peers_are_measured_on_demand(measured: list[str]) -> None:
    program.main(["--quick"])
    assert measured == [f"{name} quick" for name in ("install", "idle", "trial", "evaluation", "linting", "reading")]

    measured.clear()
    program.main(["--quick", "--peers"])
    assert measured[-1] == "peers quick"


def test_a_full_run_is_published(measured: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    published: dict[str, Result] = {}
    monkeypatch.setattr(publish, "write", lambda results: published.update(results) or [])

    assert program.main(["--only", "trial"]) == 0
    assert list(published) == ["trial"]
    assert measured == ["trial"]


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        program.main(["--only", "nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


@pytest.mark.parametrize("name", program.WITH_PEERS)
def test_every_benchmark_exists_and_has_its_place_on_the_page(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").measure)
    page = publish.PAGE.read_text(encoding="utf-8")
    assert f"<!-- measured: {name} -->" in page
    assert f"<!-- end: {name} -->" in page
