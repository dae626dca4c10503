"""--ai-report and the terminal summary."""

from __future__ import annotations

import json

import pytest

from pytest_aiassert import load_run

SOURCE = """
    import pytest
    from pytest_aiassert import mentions

    @pytest.mark.ai_eval(samples=2, tags=["greeting"])
    def test_good(mock_ai, expect):
        mock_ai.reply("hello")
        expect(mock_ai.complete("greet")).to(mentions("hello"))

    @pytest.mark.ai_eval(samples=2)
    def test_bad(mock_ai, expect):
        mock_ai.reply("go away")
        expect(mock_ai.complete("greet")).to(mentions("hello"), mentions("go"))
"""


def test_every_format_from_one_session(run, pytester):
    reports = [f"--ai-report=build/r{suffix}" for suffix in (".html", ".md", ".json")]
    result = run("--ai-eval", *reports, source=SOURCE)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["wrote build/r.html", "wrote build/r.md", "wrote build/r.json"])
    report = json.loads((pytester.path / "build" / "r.json").read_text())
    bad, good = report["runs"][0]["cases"]  # failures first
    assert (good["outcome"], good["tags"], len(good["trials"])) == ("passed", ["greeting"], 2)
    assert [verdict["passed"] for verdict in bad["trials"][0]["verdicts"]] == [False, True]
    assert bad["trials"][0]["turns"][0]["reply"]["text"] == "go away"
    for suffix in (".html", ".md"):
        assert "test_bad" in (pytester.path / "build" / f"r{suffix}").read_text()


def test_ini_twin_takes_several_lines(run, pytester):
    pytester.makeini("[pytest]\nai_report =\n  a.md\n  b.json\n")
    run("--ai-eval", source=SOURCE)
    assert (pytester.path / "a.md").exists()
    assert (pytester.path / "b.json").exists()


def test_an_unknown_suffix(run):
    result = run("--ai-eval", "--ai-report=report.pdf", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-report: report.pdf: *.html, .md, .json"])


def test_a_report_that_cannot_be_written_fails_the_session(run, pytester):
    (pytester.path / "taken").write_text("a file")
    result = run("--ai-eval", "--ai-report=taken/report.html", "-k", "good", source=SOURCE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["ERROR: *taken*"])
    assert "INTERNALERROR" not in result.stdout.str()


def test_an_expected_failure_is_named_as_such(run, pytester):
    source = SOURCE.replace(
        "@pytest.mark.ai_eval(samples=2)", '@pytest.mark.xfail(reason="is rude")\n    @pytest.mark.ai_eval'
    )
    result = run("--ai-eval", "--ai-report=r.json", "--ai-report=r.html", "--ai-save-run=r.jsonl", source=source)
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL *test_bad*(expected: is rude)", "1 failed (1 as expected), 1 passed*"])
    bad = json.loads((pytester.path / "r.json").read_text())["runs"][0]["cases"][0]
    assert (bad["outcome"], bad["expected"]) == ("failed", "is rude")
    page = (pytester.path / "r.html").read_text()
    assert "1 of 2 cases fails, as expected." in page
    assert "Expected to fail: is rude" in page
    assert [case.expected for case in load_run(pytester.path / "r.jsonl").cases] == ["", "is rude"]


def test_the_summary_names_failures_first(run):
    result = run("--ai-eval", source=SOURCE)
    result.stdout.fnmatch_lines(["*= AI evaluation =*", "FAILED *test_bad*0/1*", "*1 failed*1 passed*"])


def test_quiet_is_one_line(run):
    result = run("--ai-eval", "-q", source=SOURCE)
    text = result.stdout.str()
    assert "AI evaluation" not in text
    assert text.count("1 failed") >= 1


def test_no_marked_test_no_summary_no_files(run, pytester):
    result = run("--ai-eval", "--ai-report=r.json", source="def test_plain(): pass")
    result.assert_outcomes(passed=1)
    assert "AI evaluation" not in result.stdout.str()
    assert not (pytester.path / "r.json").exists()


def test_a_report_section_of_your_own(run, pytester):
    pytester.makeconftest("def pytest_aiassert_report_section(report): return 'House rules', 'Be *kind*.'")
    run("--ai-eval", "--ai-report=r.md", source=SOURCE)
    text = (pytester.path / "r.md").read_text()
    assert "House rules" in text
    assert "Be *kind*." in text


def test_a_verdict_is_not_told_twice(run, pytester):
    run("--ai-eval", "--ai-report=r.json", "--ai-report=r.html", source=SOURCE)
    trial = json.loads((pytester.path / "r.json").read_text())["runs"][0]["cases"][0]["trials"][0]
    assert trial["message"] == "1 of 2 expectations failed"
    assert "expectations failed" not in (pytester.path / "r.html").read_text()
