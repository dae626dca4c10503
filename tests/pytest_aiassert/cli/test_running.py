import json

import pytest

from pytest_aiassert.cli import running
from pytest_aiassert.cli.running import RunOptions, run_golden
from pytest_aiassert.runs import load_run


def test_a_live_model_is_asked_judged_and_saved(aiassert, golden, server, spec, tmp_path):
    server.answers = ["hello", "nothing", "three", "three"]
    path = tmp_path / "runs" / "x.jsonl"
    result = aiassert("run", golden, "-p", spec, "--samples", 2, "--save", path, "--min-pass-rate", 0.5)
    assert result.exit_code == 0, result.output
    assert server.asked == ["Say hello."] * 2 + ["Count to three."] * 2
    run = load_run(path)
    assert (run.header.name, run.header.model, run.header.provider) == ("small", "tiny-model-1", spec)
    assert run.header.parameters == {"temperature": 0}
    assert [(case.id, case.passes, case.outcome, case.bar) for case in run.cases] == [
        ("greet", 1, "passed", 0.5),
        ("count", 2, "passed", 0.5),
    ]
    assert [case.weight for case in run.cases] == [1.0, 2.0]
    assert run.notes == ()


def test_recorded_replies_are_run_as_often_as_they_are_recorded(aiassert, recorded, server, tmp_path):
    asked = len(server.asked)
    for spec in ("replay:tiny", "replay"):
        path = tmp_path / f"{spec.replace(':', '-')}.jsonl"
        result = aiassert("run", recorded, "-p", spec, "--save", path)
        assert result.exit_code == 0, result.output
        run = load_run(path)
        assert run.header.model == "tiny"
        assert [len(case.trials) for case in run.cases] == [2, 2]
    assert len(server.asked) == asked, "a replay asks nobody"


def test_more_samples_than_recordings_are_errors_not_failures(aiassert, recorded, tmp_path):
    path = tmp_path / "x.jsonl"
    result = aiassert("run", recorded, "-p", "replay:tiny", "--samples", 3, "--save", path)
    assert result.exit_code == 1
    assert "aiassert: 2 trials could not be judged, the first in greet: " in result.stderr
    assert [trial.outcome for trial in load_run(path).cases[0].trials] == ["passed", "passed", "error"]


def test_a_case_without_a_recording_is_an_error_and_the_rest_is_run(aiassert, recorded):
    (recorded / "cassettes" / "tiny" / "greet.json").unlink()
    result = aiassert("run", recorded, "-p", "replay:tiny")
    assert result.exit_code == 1
    assert "aiassert: 1 trial could not be judged, the first in greet: no cassette at " in result.stderr
    assert "count" in result.stdout


def test_nobody_at_the_address_is_one_line_and_exit_code_2(aiassert, golden, tmp_path):
    path = tmp_path / "x.jsonl"
    result = aiassert("run", golden, "-p", "openai+http://127.0.0.1:9/v1:m", "--save", path)
    assert result.exit_code == 2
    assert "cannot reach http://127.0.0.1:9/v1/chat/completions" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not path.exists()


def test_a_run_file_is_not_overwritten(aiassert, recorded, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text("mine")
    result = aiassert("run", recorded, "-p", "replay:tiny", "--save", path)
    assert result.exit_code == 2
    assert f"{path} exists and is not overwritten" in result.stderr
    assert path.read_text() == "mine"


def test_control_c_keeps_what_is_done_and_resume_goes_on(aiassert, golden, server, spec, tmp_path):
    path = tmp_path / "x.jsonl"

    class Interrupts:
        """A provider that is stopped in its fourth reply."""

        def __init__(self, inner):
            self.inner, self.count = inner, 0

        def complete(self, *args, **options):
            self.count += 1
            if self.count == 4:
                raise KeyboardInterrupt
            return self.inner.complete(*args, **options)

        def close(self):
            self.inner.close()

    opened = running.open_provider
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "open_provider", lambda *args, **options: Interrupts(opened(*args, **options)))
        result = aiassert("run", golden, "-p", spec, "--samples", 2, "--save", path)
    assert result.exit_code == 130
    assert (
        f"interrupted after 1 of 2 cases; finished trials are in {path}; continue with --save {path} --resume"
        in result.stderr
    )
    assert [len(case.trials) for case in load_run(path).cases] == [2, 1]
    server.asked.clear()
    assert aiassert("run", golden, "-p", spec, "--samples", 2, "--save", path, "--resume").exit_code == 0
    assert server.asked == ["Count to three."]
    run = load_run(path)
    assert ([len(case.trials) for case in run.cases], run.notes) == ([2, 2], ())


def test_reports_are_written(aiassert, recorded, tmp_path):
    pages = [tmp_path / f"r.{suffix}" for suffix in ("html", "md", "json")]
    arguments = [argument for page in pages for argument in ("--report", page)]
    result = aiassert("run", recorded, "-p", "replay:tiny", *arguments)
    assert result.exit_code == 0, result.output
    assert all(f"wrote {page}" in result.stdout for page in pages)
    assert json.loads(pages[2].read_text())
    assert "greet" in pages[1].read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("-p", "replay:tny"),
            "--provider replay:tny: no such recording; did you mean 'tiny'?; recorded are replay:tiny",
        ),
        (("-p", "replay:"), "provider spec 'replay:' names no model"),
        (("-p", "gpt"), "gpt"),
        (("-p", "replay:tiny", "--case", "gret"), "--case gret: "),
        (("-p", "replay:tiny", "--resume"), "--resume continues a saved run; name it with --save PATH"),
        (("-p", "replay:tiny", "--resume", "--save", "x.jsonl"), "--resume is for live models"),
        (("-p", "replay:tiny", "--report", "x.doc"), "x.doc"),
        (("-p", "mock", "--model-name", "a/b"), "model name 'a/b' cannot name a folder"),
        (("-p", "replay:tiny", "--samples", "0"), "Invalid value for '--samples'"),
    ],
)
def test_bad_options_are_named_before_anything_runs(aiassert, recorded, monkeypatch, arguments, words):
    monkeypatch.chdir(recorded)
    result = aiassert("run", recorded, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (recorded / "x.jsonl").exists()


def test_a_set_without_recordings_says_how_to_record(aiassert, golden):
    result = aiassert("run", golden, "-p", "replay:tiny")
    assert result.exit_code == 2
    assert "has no recordings; make some with: aiassert record " in result.stderr


def test_several_recordings_must_be_told_apart(aiassert, recorded):
    (recorded / "cassettes" / "other").mkdir()
    (recorded / "cassettes" / "other" / "greet.json").write_text("{}")
    result = aiassert("run", recorded, "-p", "replay")
    assert result.exit_code == 2
    assert "several models are recorded; write one of replay:other, replay:tiny" in result.stderr


def test_the_mock_provider_answers_too(aiassert, golden):
    result = aiassert("run", golden, "-p", "mock")
    assert result.exit_code == 0
    assert "2 failed" in result.stdout


def test_a_damaged_cassette_is_an_error_that_names_it(recorded, capsys):
    path = recorded / "cassettes" / "tiny" / "greet.json"
    path.write_text(path.read_text()[:100])
    assert run_golden(recorded, RunOptions(provider="replay:tiny")) == 1
    assert f"{path}:" in capsys.readouterr().err


def test_rubbish_and_ten_megabytes_go_all_the_way(aiassert, golden, server, spec, tmp_path):
    rubbish = "hello three \ud800\x00\x1b[31m\u2028```python\n"
    server.answers = [rubbish, rubbish + "x" * 10_000_000]
    assert aiassert("record", golden, "-p", spec, "--model-name", "tiny").exit_code == 0
    path, page = tmp_path / "x.jsonl", tmp_path / "x.html"
    result = aiassert("run", golden, "-p", "replay:tiny", "--save", path, "--report", page)
    assert result.exit_code == 0, result.output
    first, second = load_run(path).cases
    assert first.trials[0].turns[0].reply.text == rubbish
    assert len(second.trials[0].turns[0].reply.text) == len(rubbish) + 10_000_000
    assert aiassert("report", path).exit_code == 0
    assert aiassert("compare", path, path).exit_code == 0
    assert page.exists()
