from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.pytest_aiassert.cassettes.conftest import exchange

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.cassettes import files
from pytest_aiassert.cassettes.attachments import Attachments
from pytest_aiassert.cassettes.files import read_exchanges
from pytest_aiassert.cassettes.writing import append_exchanges, exclusive, format_exchanges
from pytest_aiassert.errors import CassetteError

GOOD = format_exchanges([exchange("one"), exchange("two")]).decode()


def _line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


def test_what_is_written_is_read(path: Path) -> None:
    write_atomically(path, GOOD)
    assert read_exchanges(path) == [exchange("one"), exchange("two")]
    assert json.loads(GOOD)["version"] == 1


def test_half_a_surrogate_pair_survives(path: Path) -> None:
    write_atomically(path, format_exchanges([exchange("a\ud83db", "c\udc00")]))
    assert read_exchanges(path) == [exchange("a\ud83db", "c\udc00")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "case.json:1: the cassette is empty"),
        (b" \n ", "case.json:1: the cassette is empty"),
        (b"\n\n\xff\xfe", "case.json:3: not a text file"),
        (b"[]", "case.json:1: not a cassette"),
        (b"7", "case.json:1: not a cassette"),
        (b"{}", "case.json:1: not a cassette"),
        (b'{"version": 2, "exchanges": []}', "version 2 is not supported, this release reads 1"),
        (b'{"version": true, "exchanges": []}', "version True is not supported"),
        (b'{"version": "1", "exchanges": []}', "version '1' is not supported"),
        (b'{"version": 1, "exchanges": {}}', "'exchanges' is a dict, expected a list"),
        (b'{"version": 1, "version": 1, "exchanges": []}', "case.json:1: the key 'version' stands twice"),
        (b'{"version": 1,\n "exchanges": [\n 7]}', "case.json:3: exchanges[0] is damaged"),
        (b'{"version": 1,\n "exchanges": [\n {}]}', "case.json:3: exchanges[0] is damaged: 'request' is missing"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_damaged_file_is_named_with_its_line(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)
    with pytest.raises(CassetteError) as raised:
        read_exchanges(path)
    assert words in str(raised.value)
    assert path.read_bytes() == content


@pytest.mark.parametrize("part", [10, 100, len(GOOD) // 2, len(GOOD) - 3])
def test_a_file_cut_anywhere_is_named_with_its_line(path: Path, part: int) -> None:
    path.write_text(GOOD[:part], encoding="utf-8")
    with pytest.raises(CassetteError, match=rf"case\.json:{GOOD[:part].count(chr(10)) + 1}: not valid JSON .*restore"):
        read_exchanges(path)


def _damage(old: str, new: str) -> str:
    head, _, tail = GOOD.rpartition(old)
    return head + new + tail


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"status": 200', '"status": "many"', "'status' is 'many'"),
        ('"status": 200', '"state": 200', "'status' is missing"),
        ('"method": "POST",', '"method": "POST", "method": "GET",', "the key 'method' stands twice in one object"),
        ('"content-type": "application/json"', "", ""),
        ('"headers": {', '"headers": [], "other": {', "'list' object has no attribute"),
    ],
)
def test_damage_in_the_second_exchange_is_found_there(path: Path, old: str, new: str, words: str) -> None:
    path.write_text(_damage(old, new), encoding="utf-8")
    if not words:
        assert read_exchanges(path)[1].response.headers == {}
        return
    second = [number for number, line in enumerate(GOOD.splitlines(), 1) if line == "  {"][1]
    with pytest.raises(CassetteError) as raised:
        read_exchanges(path)
    assert f"case.json:{second}: " in str(raised.value)
    assert words in str(raised.value)
    assert "record again" in str(raised.value)


def test_no_file(path: Path) -> None:
    with pytest.raises(CassetteError, match=r"no cassette at .*case\.json; record one with --ai-record=once"):
        read_exchanges(path)


def test_a_folder_in_its_place(path: Path) -> None:
    path.mkdir()
    with pytest.raises(CassetteError, match="is a folder"):
        read_exchanges(path)


def test_a_file_that_may_not_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(CassetteError, match=r"cannot read cassette .*Permission denied; check its permissions"):
        read_exchanges(path)


def test_the_lock_keeps_other_processes_out_and_leaves_nothing_behind(path: Path) -> None:
    code = (
        "import sys, pathlib, time\nfrom pytest_aiassert.cassettes.writing import exclusive\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "with exclusive(path):\n    print('in', flush=True)"
    )
    with exclusive(path):
        other = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.4)
    out, _ = other.communicate(timeout=20)
    assert out == "in\n"
    assert list(path.parent.iterdir()) == []


def test_without_locks_writing_still_works(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with exclusive(path):
        write_atomically(path, "x")
    assert path.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"elapsed": 1.5', '"elapsed": NaN', ":3: exchanges[0] is damaged: nan is not a finite number"),
        ('"elapsed": 1.5', '"elapsed": 1e999', ":3: exchanges[0] is damaged: inf is not a finite number"),
        ('"elapsed": 1.5', f'"elapsed": {"9" * 400}', ":3: exchanges[0] is damaged"),
        ('"elapsed": 1.5', f'"elapsed": {"9" * 5000}', ": not readable (Exceeds the limit"),
        ('"status": 200', '"status": Infinity', "'status' is inf"),
        ('"status": 200', '"status": 99999', "'status' is 99999"),
        ('"status": 200', '"status": true', "'status' is True"),
    ],
)
def test_numbers_that_no_reply_can_have(path: Path, old: str, new: str, words: str) -> None:
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(CassetteError) as caught:
        read_exchanges(path)
    assert words in str(caught.value)
    assert "restore the file" in str(caught.value)


def test_both_ways_of_reading_agree(path: Path) -> None:
    exchanges = [exchange(f"question {n}", "},\n  {\n é \ud800" * n) for n in range(4)]
    path.write_bytes(format_exchanges(exchanges))
    quickly = files._read_as_written(path, Attachments(path))
    assert quickly == exchanges
    path.write_text(path.read_text(encoding="utf-8").replace('{\n "exchanges"', '{"exchanges"'), encoding="utf-8")
    assert files._read_as_written(path, Attachments(path)) is None
    assert read_exchanges(path) == exchanges


def test_a_block_may_end_anywhere(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exchanges = [exchange(f"question {n}") for n in range(3)]
    path.write_bytes(format_exchanges(exchanges))
    for block in range(1, 40):
        monkeypatch.setattr(files, "_BLOCK", block)
        assert files._read_as_written(path, Attachments(path)) == exchanges


def test_the_layout_is_plain_json(path: Path) -> None:
    exchanges = [exchange("one"), exchange("}\n  },\n  {\n{")]
    for some in ([], exchanges[:1], exchanges):
        document = {"version": 1, "exchanges": [one.to_json() for one in some]}
        assert format_exchanges(some).decode() == json.dumps(document, indent=1, sort_keys=True) + "\n"


def test_what_is_appended_stands_as_if_written_with_the_rest(path: Path) -> None:
    exchanges = [exchange(f"question {n}") for n in range(4)]
    for layout in (format_exchanges(exchanges[:2]), json.dumps(json.loads(format_exchanges(exchanges[:2]))).encode()):
        path.write_bytes(layout)
        append_exchanges(path, exchanges[2:], read_exchanges)
        assert path.read_bytes() == format_exchanges(exchanges)
    path.write_bytes(format_exchanges([]))
    append_exchanges(path, exchanges, read_exchanges)
    assert path.read_bytes() == format_exchanges(exchanges)
