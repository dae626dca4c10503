from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmarks.peers_wire import judging, session
from benchmarks.peers_wire.judging import PROBES
from benchmarks.peers_wire.planted import KEYS
from benchmarks.peers_wire.real_api import RealApi, real_api
from benchmarks.peers_wire.session import Bench, Ran
from benchmarks.result import Table

from benchmarks import publish, wire_peers

ADAPTER = """
import json, os, urllib.request
from types import SimpleNamespace
import pytest

def really(prompt):
    url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
    body = json.dumps({{"messages": [{{"content": prompt}}]}}).encode()
    return urllib.request.urlopen(url, data=body).read().decode()

@pytest.fixture
def peer(monkeypatch):
    import app
    monkeypatch.setattr(app, "ask", {ask})
    return SimpleNamespace(reply=lambda *_, **__: None)
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(session, "BUILD", tmp_path)
    return Bench.make("own", "aiassert", Path(sys.executable), RealApi(url="http://127.0.0.1:9"))


def test_every_probe_exists_and_every_peer_has_its_adapter() -> None:
    probes = (session.HERE / "probes.py").read_text(encoding="utf-8")

    assert not [probe.test for probe in PROBES if f"def test_{probe.test}(" not in probes]
    assert all((session.HERE / "adapters" / f"{peer.adapter}.py").exists() for peer in wire_peers.PEERS)
    assert len({probe.row for probe in PROBES}) == len(PROBES)
    mended = {test for peer in wire_peers.PEERS for mend in peer.mends for test in mend.probes}
    assert mended <= {probe.test for probe in PROBES}


def test_the_page_has_every_row_and_peer() -> None:
    page = publish.TABLES.read_text(encoding="utf-8")

    assert not [probe.row for probe in PROBES if f"| {probe.row} |" not in page]
    assert f"|  | {' | '.join(peer.name for peer in wire_peers.PEERS)} |" in page


def test_what_reaches_the_real_api_is_counted(bench: Bench) -> None:
    with real_api() as api:
        bench = Bench(folder=bench.folder, python=bench.python, api=api)
        for ask, verdict in (("lambda prompt: 'Hi'", "✓"), ("really", "✗ the real API is asked")):
            (bench.folder / "conftest.py").write_text(ADAPTER.format(ask=ask), encoding="utf-8")
            assert judging.answered(bench.run("mock", ["openai"])["openai"]) == verdict


def test_probes_that_cannot_run_end_the_benchmark(bench: Bench) -> None:
    (bench.folder / "conftest.py").write_text("import nothing_of_that_name\n", encoding="utf-8")

    with pytest.raises(SystemExit, match=r"(?s)did not run.*nothing_of_that_name"):
        bench.run("mock", ["openai"])


@pytest.mark.parametrize(
    ("test", "good", "bad", "why"),
    [
        ("openai", Ran(passed=True), Ran(), "✗ not answered"),
        ("unanswered", Ran(), Ran(hits=1), "✗ the real API is asked"),
        ("swallowed", Ran(), Ran(passed=True), "✗ the test passes"),
        ("other_prompt", Ran(), Ran(said={"heard": "toaster (reply 1)"}), "✗ replays the answer to the first"),
        ("miss", Ran(said={"error": "'toaster' → 'kettle'"}), Ran(said={"error": "no"}), "✗ neither"),
        (
            "nth",
            Ran(said={"heard": ["4", "5", "6"]}),
            Ran(said={"heard": ["4", "4", "4"]}),
            "✗ the same reply each time",
        ),
        (
            "one_too_many",
            Ran(said={"heard": ["1", "2"]}),
            Ran(said={"heard": ["1", "2"], "third": "2"}),
            "✗ gets an old reply again",
        ),
        ("keys", Ran(written=b"safe"), Ran(written=KEYS["bearer"].encode()), "✗ writes bearer"),
        (
            "stream",
            Ran(said={"first": 0.1, "last": 0.4}),
            Ran(said={"first": 0.4, "last": 0.4}),
            "✗ comes with the last",
        ),
        ("pieces", Ran(said={"pieces": 8, "events": 8}), Ran(said={"pieces": 1, "events": 8}), "✗ all at once"),
        (
            "threads",
            Ran(written=b"".join(b"thread-%d-%d." % (a, b) for a in range(10) for b in range(5))),
            Ran(written=b"thread-1-1. thread-1-1."),
            "✗ 1 of 50",
        ),
    ],
)
def test_judges(test: str, good: Ran, bad: Ran, why: str) -> None:
    judge = next(probe.judge for probe in PROBES if probe.test == test)

    assert judge(good) == "✓"
    assert judge(bad) == why


def test_an_unused_recording_is_told_in_the_summary_or_not() -> None:
    assert judging.told(Ran(passed=True, output="1 recorded reply never asked for")) == "✓ in the session's summary"
    assert judging.told(Ran(passed=True, output="1 passed")) == "✗ no word"


def test_tables_are_published_on_their_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "peers.md"
    page.write_text("before\n<!-- measured: wire_peers -->\n<!-- end: wire_peers -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(publish, "TABLES", page)
    monkeypatch.setattr(publish, "RAW", tmp_path / "build" / "benchmarks.json")
    table = Table(title="Tools", method="So.", head=("", "one"), rows=(("sees it", "✓"),))

    publish.write({"wire_peers": table})

    assert "|  | one |\n| --- | --- |\n| sees it | ✓ |\n" in page.read_text(encoding="utf-8")
    assert publish.as_text(table).endswith("| sees it | ✓ |")
