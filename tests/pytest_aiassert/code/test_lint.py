"""Linting: one piece or many, the same findings, and failures that are no verdicts."""

from __future__ import annotations

import subprocess

import pytest

from pytest_aiassert.code import lint as module
from pytest_aiassert.code.lint import DEFAULT_IGNORE, DEFAULT_SELECT, lint, lint_many
from pytest_aiassert.errors import CannotJudgeError

DIRTY = "import os\n\ndef f(x=[]):\n    return x\n"


@pytest.fixture(autouse=True)
def _forget():
    lint.cache_clear()
    module.usual_findings.cache_clear()


def test_findings_have_line_rule_and_message():
    findings = lint(DIRTY)
    assert [(finding.line, finding.rule) for finding in findings] == [(1, "F401"), (3, "B006")]
    assert str(findings[0]) == "line 1: F401 `os` imported but unused"


def test_many_pieces_get_what_each_gets_alone():
    codes = [DIRTY, "x = 1\n", "def f(:\n", DIRTY]
    assert lint_many(codes) == [lint(code) for code in codes]
    assert lint_many([]) == []


def test_broken_code_is_a_syntax_finding():
    assert all(finding.is_syntax_error for finding in lint("def f(:\n"))


def test_comments_and_the_environment_silence_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "out"))
    assert [finding.rule for finding in lint("import os  # noqa\n")] == ["F401"]
    assert not (tmp_path / "out").exists()


def test_rubbish_is_linted_too():
    assert lint("\0\ud800\x01")


def test_answers_are_kept():
    lint(DIRTY)
    lint(DIRTY)
    assert lint.cache_info().hits == 1


def test_one_process_serves_the_usual_choices(monkeypatch):
    calls = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: calls.append(a) or run(*a, **k))
    code = "import os\nassert eval('1') == True\n"
    choices = [(DEFAULT_SELECT, DEFAULT_IGNORE), (("S",), ("S101",)), (DEFAULT_SELECT, ("F401",)), (("S",), ())]
    shared = [lint(code, *choice) for choice in choices]
    assert len(calls) == 1
    assert shared == [lint_many([code, ""], *choice)[0] for choice in choices]
    assert [finding.rule for finding in lint(code, DEFAULT_SELECT, ("E",))] == ["F401", "E712"]


def test_an_unknown_rule_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match=r"ruff failed with exit code 2: .*XYZ99"):
        lint("x = 1\n", ("XYZ99",))


def test_no_ignored_rules_is_fine():
    assert [finding.rule for finding in lint("a == True\n", ("E712",), ())] == ["E712"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (OSError("no such file"), "ruff cannot be started"),
        (subprocess.TimeoutExpired("ruff", 30), "ruff took more than 30 s"),
        (subprocess.CompletedProcess([], -9, b"", b""), "exit code -9: it said nothing"),
        (subprocess.CompletedProcess([], 0, b"{oops", b""), "output cannot be read"),
        (subprocess.CompletedProcess([], 0, b'[{"filename": "a"}]', b""), "output cannot be read"),
    ],
)
def test_a_broken_ruff_is_no_verdict(monkeypatch, outcome, words):
    def run(*_arguments, **_keywords):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(module.subprocess, "run", run)
    with pytest.raises(CannotJudgeError, match=words):
        lint("x = 1\n")
