import json

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cli import recording
from pytest_aiassert.cli.recording import forget_errors


def replies(golden, model="tiny"):
    return {path.stem: len(Cassette.load(path).exchanges) for path in (golden / "cassettes" / model).glob("*.json")}


def test_every_case_gets_its_replies_and_the_next_step_is_named(aiassert, golden, spec):
    result = aiassert("record", golden, "-p", spec, "--samples", 2, "--model-name", "tiny")
    assert result.exit_code == 0, result.output
    assert replies(golden) == {"greet": 2, "count": 2}
    assert "4 new replies recorded" in result.stdout
    assert (
        f"next: aiassert run {golden} --provider replay:tiny --save {golden / 'runs' / 'tiny.jsonl'}" in result.stdout
    )


def test_a_models_own_name_becomes_a_folder(aiassert, golden, spec):
    assert aiassert("record", golden, "-p", spec, "--case", "greet").exit_code == 0
    assert replies(golden, "tiny-model-1") == {"greet": 1}


def test_recording_again_asks_only_for_what_is_missing(aiassert, recorded, server, spec):
    server.asked.clear()
    result = aiassert("record", recorded, "-p", spec, "--samples", 3, "--model-name", "tiny")
    assert result.exit_code == 0
    assert server.asked == ["Say hello.", "Count to three."]
    assert replies(recorded) == {"greet": 3, "count": 3}
    assert "2 new replies recorded" in result.stdout
    again = aiassert("record", recorded, "-p", spec, "--samples", 3, "--model-name", "tiny")
    assert "nothing was recorded" in again.stdout


def test_an_error_stops_keeps_what_there_is_and_is_not_recorded(aiassert, golden, server, spec):
    server.answers = ["hello", 500]
    result = aiassert("record", golden, "-p", spec, "--samples", 2, "--model-name", "tiny")
    assert result.exit_code == 2
    assert "HTTP 500: no luck; 1 new reply recorded; run the same command again to continue" in result.stderr
    assert replies(golden) == {"greet": 1}
    assert aiassert("record", golden, "-p", spec, "--samples", 2, "--model-name", "tiny").exit_code == 0
    assert replies(golden) == {"greet": 2, "count": 2}


def test_nobody_at_the_address_leaves_everything_as_it_was(aiassert, recorded):
    before = {path: path.read_bytes() for path in recorded.rglob("*.json")}
    spec = "openai+http://127.0.0.1:9/v1:tiny/model-1"
    result = aiassert("record", recorded, "-p", spec, "--samples", 9, "--model-name", "tiny")
    assert result.exit_code == 2
    assert "cannot reach http://127.0.0.1:9/v1/chat/completions" in result.stderr
    assert "nothing was recorded; run the same command again to continue" in result.stderr
    assert result.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in recorded.rglob("*.json")} == before


def test_control_c_keeps_what_is_recorded(aiassert, golden, spec, monkeypatch):
    opened = recording.open_provider

    def open_it(*args, cassette, **options):
        if cassette.stem == "count":
            raise KeyboardInterrupt
        return opened(*args, cassette=cassette, **options)

    monkeypatch.setattr(recording, "open_provider", open_it)
    result = aiassert("record", golden, "-p", spec, "--model-name", "tiny")
    assert result.exit_code == 130
    assert "aiassert: interrupted; 1 new reply recorded; run the same command again to continue" in result.stderr
    assert replies(golden) == {"greet": 1}


@pytest.mark.parametrize("spec", ["replay", "replay:tiny", "mock"])
def test_only_live_models_can_be_recorded(aiassert, golden, spec):
    result = aiassert("record", golden, "-p", spec)
    assert result.exit_code == 2
    assert f"--provider {spec} has nothing to record from; name a live model" in result.stderr


def test_a_damaged_cassette_is_not_overwritten(aiassert, recorded, spec):
    path = recorded / "cassettes" / "tiny" / "greet.json"
    path.write_text("{")
    result = aiassert("record", recorded, "-p", spec, "--samples", 3, "--model-name", "tiny")
    assert result.exit_code == 2
    assert f"{path}:1: not valid JSON" in result.stderr
    assert path.read_text() == "{"


def test_error_responses_are_forgotten(recorded):
    path = recorded / "cassettes" / "tiny" / "greet.json"
    document = json.loads(path.read_text())
    document["exchanges"][0]["response"]["status"] = 429
    path.write_text(json.dumps(document))
    assert forget_errors(path) == 1
    assert [exchange.response.status for exchange in Cassette.load(path).exchanges] == [200]
    document["exchanges"][1]["response"]["status"] = 500
    path.write_text(json.dumps(document))
    assert forget_errors(path) == 0
    assert not path.exists()
    assert forget_errors(path) == 0
