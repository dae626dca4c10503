"""Options that cannot work: one line that names option and place, exit code 4, and nothing overwritten."""

from __future__ import annotations

import pytest

MARKED = """
    import pytest

    @pytest.mark.ai_eval
    def test_reply(mock_ai):
        assert mock_ai.reply("hello").complete("hi").text
"""


def refused(result, *words):
    """Assert that a session was refused in one line with these words."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    complaints = [line for line in result.stderr.lines if line.startswith("ERROR:")]
    assert len(complaints) == 1
    assert [word for word in words if word not in complaints[0]] == []


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--ai-samples=two", ["--ai-samples", "'two'"]),
        ("--ai-budget=nan", ["--ai-budget", "'nan'"]),
        ("--ai-report=page.pdf", ["--ai-report", "page.pdf", ".html, .md, .json"]),
        ("--ai-report=folder.html", ["--ai-report", "folder.html is a folder"]),
        ("--ai-fail-on=regression", ["--ai-baseline RUN"]),
        ("--ai-provider=", ["--ai-provider", "empty"]),
    ],
)
def test_a_value_on_the_command_line(run, pytester, option, words):
    pytester.mkdir("folder.html")
    refused(run("--ai-eval", option, source=MARKED), *words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ai_eval = maybe", ["ini option ai_eval", "'maybe'"]),
        ("ai_allow_network = perhaps", ["ini option ai_allow_network", "'perhaps'"]),
        ("ai_samples = two", ["ini option ai_samples", "'two'"]),
        ("ai_budget = much", ["ini option ai_budget", "'much'"]),
        ("ai_report = page.pdf", ["ini option ai_report", "page.pdf"]),
        ("ai_record = sometimes", ["ini option ai_record", "none, once, new, all"]),
    ],
)
def test_a_value_in_the_ini_file(run, pytester, line, words):
    pytester.makeini(f"[pytest]\n{line}\n")
    arguments = () if line.startswith("ai_eval") else ("--ai-eval",)
    refused(run(*arguments, source=MARKED), *words)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AIASSERT_EVAL", "maybe"),
        ("AIASSERT_ALLOW_NETWORK", "perhaps"),
        ("AIASSERT_SAMPLES", "two"),
        ("AIASSERT_BUDGET", "much"),
        ("AIASSERT_FAIL_ON", "monday"),
    ],
)
def test_a_value_in_the_environment(run, monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    arguments = () if variable == "AIASSERT_EVAL" else ("--ai-eval",)
    refused(run(*arguments, source=MARKED), f"environment variable {variable}", repr(value))


@pytest.mark.parametrize(("word", "skipped"), [("no", 1), ("off", 1), ("yes", 0), ("On", 0)])
def test_words_for_yes_and_no(run, monkeypatch, word, skipped):
    monkeypatch.setenv("AIASSERT_EVAL", word)
    run(source=MARKED).assert_outcomes(passed=1 - skipped, skipped=skipped)


def test_a_report_does_not_take_the_place_of_a_run(run, pytester):
    refused(run("--ai-eval", "--ai-save-run=a.json", "--ai-report=./a.json", source=MARKED), "a.json", "--ai-save-run")
    run("--ai-eval", "--ai-save-run=a.json").assert_outcomes(passed=1)
    before = (pytester.path / "a.json").read_bytes()
    refused(run("--ai-eval", "--ai-baseline=a.json", "--ai-report=a.json"), "a.json", "--ai-baseline")
    assert (pytester.path / "a.json").read_bytes() == before


def test_a_password_is_not_repeated(run):
    spec = "--ai-provider=openai+http://me:hunter2@127.0.0.1/v1:m"
    for arguments in ((spec,), (spec, spec)):
        result = run("--ai-eval", *arguments, source=MARKED)
        refused(result, "--ai-provider")
        assert "hunter2" not in result.stdout.str() + result.stderr.str()


def test_paths_of_the_ini_file_count_from_its_folder(run, pytester, monkeypatch):
    pytester.makeini("[pytest]\nai_report = build/r.md\nai_save_run = build/run.jsonl\n")
    pytester.makepyfile(MARKED)
    monkeypatch.chdir(pytester.mkdir("elsewhere"))
    run("--ai-eval", "--ai-report=../s.md", str(pytester.path)).assert_outcomes(passed=1)
    assert [path.name for path in (pytester.path / "build").iterdir()] == ["run.jsonl"]
    assert (pytester.path / "s.md").exists()
    (pytester.path / "build" / "run.jsonl").unlink()
    run("--ai-eval", str(pytester.path)).assert_outcomes(passed=1)
    assert sorted(path.name for path in (pytester.path / "build").iterdir()) == ["r.md", "run.jsonl"]
