"""`aiassert cassettes`: ls, show, verify and prune."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.cassettes.upkeep import USAGE_FILE, usage_of, write_usage

CHAT = "https://api.openai.com/v1/chat/completions"
REPLY = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hi"}}],
}


def exchange(question="hi", reply=REPLY, url=CHAT, body=None):
    return Exchange(
        request=RecordedRequest(method="POST", url=url, body=Body(json={"model": "m", "q": question})),
        response=RecordedResponse(status=200, headers={}, body=body or Body(json=reply), elapsed=0.5),
        recorded_at="2026-01-02T03:04:05+00:00",
    )


@pytest.fixture
def folder(tmp_path):
    """A folder of tests with one cassette of two questions, the second asked twice."""
    folder = tmp_path / "tests"
    path = folder / "cassettes" / "test_app" / "test_it.json"
    path.parent.mkdir(parents=True)
    (folder / "test_app.py").touch()
    cassette = Cassette.open(path)
    for one in (exchange("a"), exchange("b"), exchange("b")):
        cassette.add(one)
    return folder


@pytest.fixture
def path(folder):
    return folder / "cassettes" / "test_app" / "test_it.json"


def test_cassettes_ls_shows_what_is_recorded(aiassert, recorded):
    result = aiassert("cassettes", "ls", recorded / "cassettes")
    assert result.exit_code == 0
    head, first, second = result.stdout.splitlines()
    assert head.split() == ["replies", "recorded", "models", "cassette"]
    assert first.split()[0] == "2"
    assert first.split()[2:] == ["tiny/model-1", str(recorded / "cassettes" / "tiny" / "count.json")]
    assert second.endswith("greet.json")


def test_cassettes_ls_names_damaged_ones_and_goes_on(aiassert, recorded):
    folder = recorded / "cassettes" / "tiny"
    (folder / "count.json").write_text("{")
    (folder / "empty.json").write_text('{"version": 1, "exchanges": []}')
    result = aiassert("cassettes", "ls", folder)
    assert result.exit_code == 2
    assert f"aiassert: {folder / 'count.json'}:1: not valid JSON" in result.stderr
    assert f"0        -           -             {folder / 'empty.json'}" in result.stdout
    only = aiassert("cassettes", "ls", folder / "count.json")
    assert (only.exit_code, only.stdout) == (2, "")


def test_cassettes_ls_of_an_empty_folder_says_so(aiassert, tmp_path):
    result = aiassert("cassettes", "ls", tmp_path)
    assert result.exit_code == 2
    assert "has no cassettes; recordings are .json files" in result.stderr


def test_cassettes_ls_shows_the_stale_ones(aiassert, folder):
    old = aiassert("cassettes", "ls", folder, "--max-age", 1)
    assert "test_it.json" in old.stdout
    assert "1 cassette with replies older than 1 day" in old.stdout
    none = aiassert("cassettes", "ls", folder, "--max-age", 100_000)
    assert none.stdout == "0 cassettes with replies older than 100,000 days\n"


def test_cassettes_show_prints_question_and_reply(aiassert, folder, path):
    result = aiassert("cassettes", "show", folder)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == f"{path}: 3 exchanges"
    assert f"[0] POST {CHAT}, 2026-01-02 03:04 UTC" in lines
    assert '  →  "q": "a"' in lines
    assert "    200 in 0.50 s" in lines
    assert any(line.endswith("more lines") for line in lines)


def test_cassettes_show_steers_no_terminal(aiassert, path):
    Cassette.open(path).add(exchange("c", body=Body(text="\x1b[31mred \u202eback")))
    shown = aiassert("cassettes", "show", path).stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_cassettes_show_says_what_is_no_text(aiassert, path):
    Cassette.open(path).add(exchange("c", body=Body(raw=b"\xff" * 300)))
    assert "300 bytes that are no text" in aiassert("cassettes", "show", path).stdout


def test_cassettes_verify_passes_sound_recordings(aiassert, folder):
    result = aiassert("cassettes", "verify", folder)
    assert (result.exit_code, result.stdout) == (0, "3 responses: 3 valid\n")


def test_cassettes_verify_names_what_the_sdk_misses(aiassert, folder, path):
    cassette = Cassette.open(path)
    cassette.add(exchange("c", {**REPLY, "choices": None, "mood": "good"}))
    cassette.add(exchange("d", {**REPLY, "mood": "good"}))
    cassette.add(exchange("e", url="https://example.com/"))
    result = aiassert("cassettes", "verify", folder)
    assert result.exit_code == 1
    assert f"{path}: exchanges[3]: changed choices (Input should be a valid list) in openai " in result.stdout
    assert f"{path}: exchanges[4]: gained mood in openai " in result.stdout
    assert result.stdout.endswith("6 responses: 3 valid, 2 differ, 1 of no known SDK\n")


def test_what_an_sdk_does_not_know_is_no_error(aiassert, folder, path):
    Cassette.open(path).add(exchange("d", {**REPLY, "mood": "good"}))
    assert aiassert("cassettes", "verify", folder).exit_code == 0


def test_cassettes_verify_names_damaged_ones(aiassert, path):
    path.write_text("{")
    assert aiassert("cassettes", "verify", path).exit_code == 2
    assert aiassert("cassettes", "show", path).exit_code == 2


def noted(path, *questions):
    """Note that a session asked these questions."""
    cassette = Cassette.load(path)
    for question in questions:
        assert cassette.take(exchange(question).request)
    write_usage(USAGE_FILE, [usage_of(cassette)])


def test_cassettes_prune_lists_before_it_removes(aiassert, folder, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    noted(path, "a", "b")
    before = path.read_bytes()
    result = aiassert("cassettes", "prune", folder)
    assert f"would remove 1 exchange of {path}: no request asked for 1 of its replies" in result.stdout
    assert "do it with --yes (1 removal)" in result.stdout
    assert path.read_bytes() == before
    assert aiassert("cassettes", "prune", folder, "--yes").stdout.startswith("removed 1 exchange")
    assert [one.request.body.json["q"] for one in Cassette.load(path).exchanges] == ["a", "b"]
    assert aiassert("cassettes", "prune", folder).stdout == "nothing to prune\n"


def test_a_cassette_nobody_asked_goes_whole(aiassert, folder, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    noted(path)
    assert "no request asked for it" in aiassert("cassettes", "prune", folder, "--yes").stdout
    assert not path.exists()


def test_what_was_recorded_since_is_kept(aiassert, folder, path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    noted(path, "a")
    Cassette.open(path).add(exchange("new"))
    assert aiassert("cassettes", "prune", folder, "--yes").stdout == "nothing to prune\n"
    assert len(Cassette.load(path).exchanges) == 4


def test_cassettes_of_a_module_that_is_gone_go(aiassert, folder, path):
    (folder / "test_app.py").unlink()
    result = aiassert("cassettes", "prune", folder, "--yes")
    assert f"removed {path}: there is no {folder / 'test_app.py'}" in result.stdout
    assert not path.exists()


def test_bodies_that_nothing_names_go(aiassert, folder, path):
    Cassette.open(path).add(exchange("c", body=Body(raw=b"\xff" * 300)))
    kept, lost = path.with_name("test_it.bodies"), path.with_name("gone.bodies")
    lost.mkdir()
    (lost / f"{'0' * 64}.bin").touch()
    result = aiassert("cassettes", "prune", folder, "--yes")
    assert f"removed {lost / ('0' * 64)}.bin: gone.json does not name it" in result.stdout
    assert len(list(kept.iterdir())) == 1
    assert list(lost.iterdir()) == []


def test_an_interrupted_recording_is_never_removed(aiassert, folder, path):
    left = path.with_name("test_it.json.recording")
    left.write_text("{}")
    assert f"{left} is an interrupted recording" in aiassert("cassettes", "prune", folder, "--yes").stderr
    assert left.exists()


def test_what_a_crash_left_goes(aiassert, folder, path):
    program = """
import os, sys
from pathlib import Path
from pytest_aiassert.atomic import write_atomically
os.fsync = lambda _: os._exit(9)
write_atomically(Path(sys.argv[1]), "{}")
"""
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 9
    (left,) = (each for each in path.parent.iterdir() if each.name.startswith("."))
    before = path.read_bytes()
    assert f"removed {left}: a crash left it" in aiassert("cassettes", "prune", folder, "--yes").stdout
    assert not left.exists()
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", ["{", "[]", '{"a": {}}', '{"a": {"stamp": 1, "unused": 1}}'])
def test_a_damaged_note_is_told(aiassert, folder, tmp_path, text):
    note = tmp_path / "note.json"
    note.write_text(text)
    result = aiassert("cassettes", "prune", folder, "--usage", note)
    assert result.exit_code == 2
    assert f"cannot read {note}" in result.stderr


def test_a_note_that_is_not_there_is_told(aiassert, folder, tmp_path):
    result = aiassert("cassettes", "prune", folder, "--usage", tmp_path / "none.json")
    assert result.exit_code == 2
    assert "run the whole test suite first" in result.stderr


def test_a_moment_without_a_zone_is_utc(aiassert, folder, path):
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05"), encoding="utf-8")
    assert "1 cassette with" in aiassert("cassettes", "ls", folder, "--max-age", 1).stdout
    path.write_text(text.replace("2026-01-02T03:04:05+00:00", "one day"), encoding="utf-8")
    assert "0 cassettes with" in aiassert("cassettes", "ls", folder, "--max-age", 1).stdout
