from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from benchmarks.result import Figure, Result
from benchmarks.timing import PeakMemory, interleave, run, spread

from benchmarks import publish


@pytest.mark.parametrize(("n", "low", "high"), [(6, 0, 5), (10, 1, 8), (30, 9, 20)])
def test_interval_of_a_median_takes_the_tabled_order_statistics(n: int, low: int, high: int) -> None:
    found = spread(list(range(n)))

    assert (found.low, found.high, found.n) == (low, high, n)
    assert found.median == (n - 1) / 2


def test_interval_of_few_values_is_their_range() -> None:
    assert (spread([3.0, 1.0]).low, spread([3.0, 1.0]).high) == (1.0, 3.0)


def test_rounds_turn_and_times_stay_with_their_action() -> None:
    order: list[str] = []

    rounds = interleave([lambda: order.append("a"), lambda: (order.append("b"), time.sleep(0.01))], rounds=2)

    assert "".join(order) == "ab" + "ab" + "ba"
    assert all(slow >= 0.01 > fast for fast, slow in rounds)


def test_memory_of_children_is_seen(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc")
    with PeakMemory(interval=0.01) as memory:
        run([sys.executable, "-c", "import time; block = bytearray(80_000_000); time.sleep(0.3)"], cwd=tmp_path)

    assert memory.megabytes > 80


def test_a_failing_command_shows_its_output(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"(?s)exit 3.*seen"):
        run([sys.executable, "-c", "import sys; print('seen'); sys.exit(3)"], cwd=tmp_path)


def test_only_what_the_interval_cannot_explain_is_over() -> None:
    assert Figure(name="a", value=12, low=11, high=13, unit="ms", limit=10).over
    assert not Figure(name="a", value=12, low=9, high=13, unit="ms", limit=10).over
    assert Figure(name="a", value=21, unit="modules", limit=20).over
    assert not Figure(name="a", value=20, unit="modules").over
    assert Figure(name="a", value=4, low=3, high=4.5, unit="×", least=5).over
    assert not Figure(name="a", value=4, low=3, high=5.5, unit="×", least=5).over
    assert Figure(name="a", value=4, unit="×", least=5).over


def test_tables_are_replaced_between_their_markers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page, raw = tmp_path / "benchmarks.md", tmp_path / "build" / "benchmarks.json"
    page.write_text("before\n<!-- measured: idle -->\nold\n<!-- end: idle -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(publish, "PAGE", page)
    monkeypatch.setattr(publish, "RAW", raw)
    figure = Figure(name="what it adds", value=7.25, low=6.5, high=8, unit="ms", n=30, limit=10)

    publish.write({"idle": Result(title="Idle", method="Measured so.", figures=(figure,))})

    text = page.read_text(encoding="utf-8")
    assert "| what it adds | 7.25 ms | 6.50 to 8 | 30 | ≤ 10 |" in text
    assert (text[:7], text[-6:]) == ("before\n", "after\n")
    assert "old" not in text
    assert '"limit": 10' in raw.read_text(encoding="utf-8")


def test_a_page_without_markers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("nothing\n", encoding="utf-8")
    monkeypatch.setattr(publish, "PAGE", page)

    with pytest.raises(SystemExit, match="lacks the markers"):
        publish.write({"idle": Result(title="Idle", method="", figures=())})

    assert page.read_text(encoding="utf-8") == "nothing\n"
