from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.pytest_aiassert.cassettes.conftest import exchange, request, text_of

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.errors import CassetteError, CassetteMissError, UsageError

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "golden/coding/cassettes/qwen-0.5b/addition.json"


def test_the_nth_identical_request_gets_the_nth_reply(path: Path) -> None:
    cassette = Cassette(path, [exchange("a", "1"), exchange("b", "x"), exchange("a", "2")])
    assert [text_of(cassette.take(request("a"))) for _ in range(3)] == ["1", "2", None]
    assert text_of(cassette.take(request("b"))) == "x"
    assert cassette.count(request("a")) == 2
    assert repr(cassette) == f"<Cassette {path}, 3 exchanges>"


def test_a_real_recording_replays_whole() -> None:
    cassette = Cassette.load(RECORDED)
    assert len(cassette.exchanges) == 5
    for recorded in cassette.exchanges:
        assert cassette.take(recorded.request) is recorded


def test_what_is_added_is_on_disk_at_once_and_counts_as_served(path: Path) -> None:
    cassette = Cassette.open(path)
    cassette.add(exchange("a", "1"))
    assert cassette.take(request("a")) is None
    assert text_of(Cassette.load(path).take(request("a"))) == "1"


def test_a_miss_is_an_error_that_explains(path: Path) -> None:
    assert isinstance(Cassette(path).miss(request("a")), CassetteMissError)


@pytest.mark.parametrize("mode", ["none", "once", "new", "all"])
def test_a_damaged_file_is_never_overwritten(path: Path, mode: str) -> None:
    path.write_text('{"version": 1, "exchan', encoding="utf-8")
    with pytest.raises(CassetteError):
        Cassette.open(path, mode)  # type: ignore[arg-type]  each of the modes
    assert path.read_text(encoding="utf-8") == '{"version": 1, "exchan'


def test_none_needs_a_file(path: Path) -> None:
    with pytest.raises(CassetteError, match="no cassette at"):
        Cassette.open(path, "none")


def test_once_records_only_where_nothing_was(path: Path) -> None:
    first = Cassette.open(path, "once")
    assert first.records
    first.add(exchange("a", "1"))
    assert not Cassette.open(path, "once").records


def test_new_replays_and_records(path: Path) -> None:
    Cassette.open(path, "new").add(exchange("a", "1"))
    again = Cassette.open(path, "new")
    assert again.records
    assert text_of(again.take(request("a"))) == "1"
    again.add(exchange("b", "2"))
    assert len(Cassette.load(path).exchanges) == 2


def test_all_keeps_the_old_file_until_the_new_one_is_complete(path: Path) -> None:
    Cassette.open(path).add(exchange("a", "old"))
    cassette = Cassette.open(path, "all")
    assert cassette.take(request("a")) is None
    cassette.expect(request("a"))
    cassette.expect(request("b"))
    cassette.add(exchange("a", "new"))
    assert not cassette.complete
    assert cassette.publish() is False
    assert text_of(Cassette.load(path).take(request("a"))) == "old"
    cassette.add(exchange("b", "new"))
    assert cassette.complete
    assert cassette.publish() is True
    assert cassette.publish() is False
    assert [text_of(one) for one in Cassette.load(path).exchanges] == ["new", "new"]
    assert [one.name for one in path.parent.iterdir()] == ["case.json"]
    cassette.add(exchange("c", "later"))
    assert len(Cassette.load(path).exchanges) == 3


def test_all_discarded_leaves_the_old_file(path: Path) -> None:
    Cassette.open(path).add(exchange("a", "old"))
    cassette = Cassette.open(path, "all")
    cassette.add(exchange("a", "new"))
    cassette.discard()
    assert text_of(Cassette.load(path).take(request("a"))) == "old"
    assert [one.name for one in path.parent.iterdir()] == ["case.json"]
    assert Cassette.open(path, "all").publish() is False


def test_all_says_where_the_recording_is_when_it_cannot_be_put_in_place(path: Path) -> None:
    Cassette.open(path).add(exchange("a", "old"))
    cassette = Cassette.open(path, "all")
    cassette.add(exchange("a", "new"))
    path.unlink()
    path.mkdir()
    with pytest.raises(CassetteError, match=r"case\.json\.recording.*move it by hand"):
        cassette.publish()


def test_an_unknown_mode(path: Path) -> None:
    with pytest.raises(UsageError, match="unknown record mode"):
        Cassette.open(path, "some")  # type: ignore[arg-type]  the point of the test


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CassetteError, match="cannot write cassette"):
        Cassette(tmp_path / "file" / "case.json").add(exchange())


def test_ten_threads_lose_nothing(path: Path) -> None:
    cassette = Cassette.open(path)
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: cassette.add(exchange(f"q{n % 7}", str(n))), range(60)))
    assert sorted(int(text_of(one) or "") for one in Cassette.load(path).exchanges) == list(range(60))


def test_two_cassettes_on_one_file_lose_nothing(path: Path) -> None:
    one, two = Cassette.open(path), Cassette.open(path)
    for number in range(5):
        one.add(exchange("a", f"one{number}"))
        two.add(exchange("a", f"two{number}"))
    texts = sorted(text_of(each) or "" for each in Cassette.load(path).exchanges)
    assert texts == sorted([f"{who}{number}" for who in ("one", "two") for number in range(5)])


def test_two_processes_on_one_file_lose_nothing(path: Path) -> None:
    code = (
        "import sys, pathlib\nsys.path.insert(0, sys.argv[1])\n"
        "from pytest_aiassert.cassettes import Cassette\n"
        "from tests.pytest_aiassert.cassettes.conftest import exchange\n"
        "cassette = Cassette.open(pathlib.Path(sys.argv[2]))\n"
        "for number in range(30):\n    cassette.add(exchange('a', sys.argv[3] + str(number)))"
    )
    command = [sys.executable, "-c", code, str(ROOT), str(path)]
    writers = [subprocess.Popen([*command, who], stderr=subprocess.PIPE, text=True) for who in ("x", "y")]
    for writer in writers:
        _, err = writer.communicate(timeout=60)
        assert err == ""
    texts = [text_of(each) or "" for each in Cassette.load(path).exchanges]
    assert sorted(texts) == sorted(f"{who}{number}" for who in "xy" for number in range(30))


ENDLESS = """
import sys, pathlib
sys.path.insert(0, sys.argv[1])
from pytest_aiassert.cassettes import Cassette
from tests.pytest_aiassert.cassettes.conftest import exchange
cassette = Cassette.open(pathlib.Path(sys.argv[2]))
for number in range(int(sys.argv[3]), 1_000_000):
    cassette.add(exchange("a", str(number)))
    print(number, flush=True)
"""


def test_a_recorder_that_is_killed_loses_nothing_that_it_had_added(path: Path) -> None:
    added: list[int] = []
    for kill in range(4):
        command = [sys.executable, "-c", ENDLESS, str(ROOT), str(path), str(len(added) + 1000 * kill)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as recorder:
            assert recorder.stdout is not None
            added += [int(recorder.stdout.readline()) for _ in range(5 + kill)]
            recorder.kill()
            added += map(int, recorder.stdout.read().split())
        kept = [int(text_of(each) or "") for each in Cassette.load(path).exchanges]
        assert set(added) <= set(kept)
        assert len(kept) <= len(added) + kill + 1  # at most the one that was under way each time


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
"""


def test_a_full_disk_is_told_and_leaves_what_was_recorded(path: Path) -> None:
    command = [sys.executable, "-c", FULL + ENDLESS, str(ROOT), str(path), "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert f"CassetteError: cannot write cassette {path}" in done.stderr
    kept = [int(text_of(each) or "") for each in Cassette.load(path).exchanges]
    assert kept == [int(line) for line in done.stdout.split()]
    assert len(kept) > 2
    assert [left.name for left in path.parent.iterdir()] == [path.name]


def test_a_file_removed_while_recording_is_written_again(path: Path) -> None:
    cassette = Cassette.open(path)
    cassette.add(exchange("a", "1"))
    path.unlink()
    cassette.add(exchange("a", "2"))
    assert [text_of(one) for one in Cassette.load(path).exchanges] == ["1", "2"]


def test_a_file_damaged_while_recording_stays_as_it_is(path: Path) -> None:
    cassette = Cassette.open(path)
    cassette.add(exchange("a", "1"))
    path.write_text("someone's edit, half done", encoding="utf-8")
    with pytest.raises(CassetteError, match="not valid JSON"):
        cassette.add(exchange("a", "2"))
    assert path.read_text(encoding="utf-8") == "someone's edit, half done"


def test_a_request_with_a_secret_finds_its_redacted_recording(path: Path) -> None:
    secret = "sk-" + "abcdef0123456789abcdef"
    Cassette.open(path).add(exchange(f"use {secret}", f"done with {secret}"))
    assert secret.encode() not in path.read_bytes()
    assert text_of(Cassette.load(path).take(request(f"use {secret}"))) == "done with [REDACTED]"
