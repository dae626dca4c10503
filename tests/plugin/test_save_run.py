"""--ai-save-run, --ai-baseline and --ai-fail-on."""

from __future__ import annotations

import pytest

from pytest_aiassert import load_run

SOURCE = """
    import os, pytest
    from pytest_aiassert import mentions

    @pytest.mark.ai_eval(samples=5, min_pass_rate=0.2)
    @pytest.mark.parametrize("n", range(10))
    def test_n(n, mock_ai, expect):
        mock_ai.reply(os.environ["WORD"])
        expect(mock_ai.complete("greet")).to(mentions("hello"))
"""


@pytest.fixture
def run_as(run, monkeypatch):
    """Run the tests with a model that says `word`."""

    def run_it(word, *arguments, source=None):
        monkeypatch.setenv("WORD", word)
        return run("--ai-eval", *arguments, source=source)

    return run_it


def test_a_saved_run_holds_every_trial(run_as, pytester):
    result = run_as("hello", "--ai-save-run=runs/a.jsonl", source=SOURCE)
    result.stdout.fnmatch_lines(["wrote runs/a.jsonl"])
    saved = load_run(pytester.path / "runs" / "a.jsonl")
    assert saved.header.provider == "replay"
    assert [len(case.trials) for case in saved.cases] == [1] * 10
    assert saved.cases[0].trials[0].verdicts[0].matcher == "mentions('hello')"


def test_an_existing_run_is_not_overwritten(run_as, pytester):
    (pytester.path / "a.jsonl").write_text("precious")
    result = run_as("hello", "--ai-save-run=a.jsonl", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-save-run: *a.jsonl exists*"])
    assert (pytester.path / "a.jsonl").read_text() == "precious"


def test_fail_on_regression_fails_for_a_worse_model_only(run_as):
    run_as("hello", "--ai-save-run=a.jsonl", source=SOURCE).assert_outcomes(passed=10)
    same = run_as("hello", "--ai-baseline=a.jsonl", "--ai-fail-on=regression")
    assert same.ret == pytest.ExitCode.OK
    worse = run_as("goodbye", "--ai-baseline=a.jsonl", "--ai-fail-on=regression")
    worse.assert_outcomes(failed=10)
    assert worse.ret == pytest.ExitCode.TESTS_FAILED
    worse.stdout.fnmatch_lines(["*regression*"])


def test_fail_on_regression_lets_plain_failures_through(run_as):
    run_as("goodbye", "--ai-save-run=a.jsonl", source=SOURCE)
    result = run_as("goodbye", "--ai-baseline=a.jsonl", "--ai-fail-on=regression")
    result.assert_outcomes(failed=10)
    assert result.ret == pytest.ExitCode.OK


def test_fail_on_never_excuses_marked_tests_only(run_as):
    source = SOURCE + "\n    def test_plain(): assert False\n"
    assert run_as("goodbye", "--ai-fail-on=never", "-k", "test_n", source=source).ret == pytest.ExitCode.OK
    assert run_as("goodbye", "--ai-fail-on=never").ret == pytest.ExitCode.TESTS_FAILED


def test_fail_on_regression_needs_a_baseline(run_as):
    result = run_as("hello", "--ai-fail-on=regression", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-fail-on=regression needs a run*--ai-baseline*"])


@pytest.mark.parametrize("content", [None, "", "{", '{"kind": "other"}'])
def test_a_baseline_that_cannot_be_read(run_as, pytester, content):
    if content is not None:
        (pytester.path / "a.jsonl").write_text(content)
    result = run_as("hello", "--ai-baseline=a.jsonl", source=SOURCE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-baseline: *a.jsonl*"])


def test_a_baseline_without_a_common_case(run_as, pytester):
    run_as("hello", "--ai-save-run=a.jsonl", source=SOURCE)
    pytester.makepyfile(test_other=SOURCE)
    result = run_as("hello", "--ai-baseline=a.jsonl", "test_other.py")
    result.stdout.fnmatch_lines(["ERROR: *no case*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_a_baseline_cut_in_the_middle_of_a_line_is_read_up_to_there(run_as, pytester):
    run_as("hello", "--ai-save-run=a.jsonl", source=SOURCE)
    path = pytester.path / "a.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    result = run_as("hello", "--ai-baseline=a.jsonl")
    assert result.ret == pytest.ExitCode.OK
    assert "cut" in result.stdout.str()
