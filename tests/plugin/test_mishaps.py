"""What goes wrong beside the tests: told in one line, no internal error, and nothing recorded is lost."""

from __future__ import annotations

import json

import pytest
from tests.plugin.conftest import QUIET

ASK = """
    import pytest

    @pytest.mark.ai_eval(samples=3)
    def test_ask(ai):
        assert "reply" in ai.complete("hi").text
"""


def live(server, mode):
    return ("--ai-eval", f"--ai-provider={server.spec}", f"--ai-record={mode}")


def interrupted(pytester, *arguments, source):
    pytester.makepyfile(source)
    return pytester.runpytest_inprocess(*QUIET, *arguments, no_reraise_ctrlc=True)


def trials_in(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line["index"] for line in lines if line["kind"] == "trial"]


def test_a_recording_that_cannot_take_its_place_is_an_error_of_the_test(run, chat_server, pytester, monkeypatch):
    from pytest_aiassert.cassettes.cassette import Cassette
    from pytest_aiassert.errors import CassetteError

    def refuse(self):
        raise CassetteError("cannot put the new recording in its place: No space left on device")

    run(*live(chat_server, "once"), source=ASK).assert_outcomes(passed=1)
    monkeypatch.setattr(Cassette, "publish", refuse)
    result = run(*live(chat_server, "all"), "--ai-report=r.json")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["CassetteError: cannot put the new recording in its place*"])
    assert (pytester.path / "r.json").exists()


@pytest.mark.parametrize("stop", ["KeyboardInterrupt()", "pytest.exit.Exception('enough', 2)"])
def test_an_interrupted_session_keeps_the_trials_that_ended(pytester, stop):
    source = f"""
        import pytest
        TRIALS = []

        @pytest.mark.ai_eval
        def test_first(mock_ai):
            pass

        @pytest.mark.ai_eval(samples=9)
        def test_second(mock_ai):
            TRIALS.append(1)
            if len(TRIALS) == 3:
                raise {stop}
    """
    result = interrupted(pytester, "--ai-eval", "--ai-save-run=run.jsonl", "--ai-report=r.json", source=source)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert trials_in(pytester.path / "run.jsonl") == [1, 1, 2]
    (report,) = json.loads((pytester.path / "r.json").read_text())["runs"]
    assert "interrupted after 2 of 9 trials" in [case["message"] for case in report["cases"]]


def test_ctrl_c_while_recording_leaves_every_reply_that_came(chat_server, pytester):
    source = """
        import pytest
        TRIALS = []

        @pytest.mark.ai_eval(samples=9)
        def test_ask(ai):
            TRIALS.append(ai.complete("hi"))
            if len(TRIALS) == 3:
                raise KeyboardInterrupt
    """
    assert interrupted(pytester, *live(chat_server, "once"), source=source).ret == pytest.ExitCode.INTERRUPTED
    (cassette,) = (pytester.path / "cassettes").rglob("*.json")
    assert len(json.loads(cassette.read_text())["exchanges"]) == 3
    assert list(cassette.parent.iterdir()) == [cassette]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("raise RuntimeError('boom')", "raised RuntimeError: boom; the reports are without its section"),
        ("return 5", "returned 5; it returns a title and Markdown text"),
        ("return ('title',)", "returned ('title',); it returns a title and Markdown text"),
        ("return (1, 2)", "returned (1, 2); it returns a title and Markdown text"),
        ("return 'ab'", "returned 'ab'; it returns a title and Markdown text"),
    ],
)
def test_a_hook_for_sections_that_misbehaves_costs_no_report(run, pytester, body, complaint):
    pytester.makeconftest(f"def pytest_aiassert_report_section(report):\n    {body}\n")
    source = "import pytest\n@pytest.mark.ai_eval\ndef test_it(): pass\n"
    reports = [f"--ai-report=r{suffix}" for suffix in (".html", ".md", ".json")]
    result = run("--ai-eval", *reports, source=source)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"ERROR: hook pytest_aiassert_report_section {complaint}".replace("[", "[[]")])
    assert len(list(pytester.path.glob("r.*"))) == 3


def test_a_folder_called_ai_eval_marks_nothing(run, pytester):
    folder = pytester.mkdir("ai_eval")
    (folder / "test_plain.py").write_text("def test_plain(): assert False\n")
    assert run("--ai-eval", "--ai-fail-on=never").ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize("text", ["a lone surrogate \ud800 here", "nul \0 and \x1b[31m escapes", "x" * 2_000_000])
def test_any_reply_travels_between_processes(pytester, chat_server, text):
    chat_server.text = text
    pytester.makepyfile(
        """
        import pytest
        from pytest_aiassert import contains_code

        @pytest.mark.ai_eval
        def test_ask(ai, expect):
            expect(ai.complete("hi")).to(contains_code())
        """
    )
    reports = [f"--ai-report=r{suffix}" for suffix in (".html", ".md", ".json")]
    result = pytester.runpytest_subprocess(
        "-p", "no:anyio", "-n1", "--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-save-run=r.jsonl", *reports
    )
    result.assert_outcomes(failed=1)
    assert "INTERNALERROR" not in result.stdout.str() + result.stderr.str()
    (line,) = [x for x in (pytester.path / "r.jsonl").read_text().splitlines() if '"trial"' in x]
    assert json.loads(line)["turns"][0]["reply"]["text"] == text
    assert len(list(pytester.path.glob("r.*"))) == 4
