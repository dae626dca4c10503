"""Linting: by a process, a warm server or many at once, the same findings, and failures that are no verdicts."""

from __future__ import annotations

import random
import subprocess

import pytest
from benchmarks.replies import recorded_code

from pytest_aiassert.code import lint as module
from pytest_aiassert.code import tools
from pytest_aiassert.code.lint import DEFAULT_IGNORE, DEFAULT_SELECT, SECURITY_SELECT, lint, lint_many
from pytest_aiassert.code.warm import warm_ruff
from pytest_aiassert.errors import CannotJudgeError

USUAL = (*DEFAULT_SELECT, *SECURITY_SELECT)
INSERTED = (
    "\0",
    "\ud800",
    "\u200b",
    "\u202eshalom",
    "\x0c",
    "\u2028",
    "\t",
    "\r",
    "\r\n",
    '"""',
    "\\\n",
    "é𝒳",
    "# x",
    "(",
    ";",
)
DIRTY = "import os\n\ndef f(x=[]):\n    return x\n"


@pytest.fixture(autouse=True)
def _forget():
    lint.cache_clear()
    module.usual_findings.cache_clear()
    warm_ruff().close()


def test_findings_have_line_rule_and_message():
    findings = lint(DIRTY)
    assert [(finding.line, finding.rule) for finding in findings] == [(1, "F401"), (3, "B006")]
    assert str(findings[0]) == "line 1: F401 `os` imported but unused"


def altered(code, chance):
    place = chance.randrange(len(code))
    return code[:place] + chance.choice(INSERTED) + code[place + chance.randrange(9) :]


def by_server(code, select=USUAL, ignore=()):
    found = []
    settings = module.RuffSettings(select=select, ignore=ignore)
    while not found:
        found += [warm_ruff().ask(settings, lambda server: module._by_server(code, server), lambda _: True)]
        found = [each for each in found if each is not None]
    return found[0]


def test_every_recorded_reply_has_the_same_findings_by_server_and_by_folder():
    codes = recorded_code()
    assert len(codes) > 200
    many = lint_many(codes, USUAL, ())
    assert [module._one(code, USUAL, ()) for code in codes] == many
    assert sum(map(bool, many)) > 20
    sample = codes[::12]
    assert [module._by_process(code, USUAL, ()) for code in sample] == many[::12]


def test_odd_pieces_have_the_same_findings_by_server_folder_and_process():
    chance = random.Random(3)
    codes = [altered(altered(code, chance), chance) for code in recorded_code()[::3]]
    codes += ["", "\n", "import os", "import os\r\nimport re\r\n", 'x = "𝒳𝒳"; import os\n', "\ufeffimport os\n"]
    many = lint_many(codes, USUAL, ())
    assert [module._one(code, USUAL, ()) for code in codes] == many
    assert [module._by_process(code, USUAL, ()) for code in codes[::4]] == many[::4]


@pytest.mark.parametrize("select", [("ALL",), ("E", "W"), ("N", "UP", "I")])
def test_other_rules_have_the_same_findings_in_every_way(select):
    codes = ["import re, os\nclass a: pass\ndef F(X): \n\treturn X  \n" + f"x{number} = 1\n" for number in range(13)]
    assert by_server(codes[0], select) == module._by_process(codes[0], select, ())
    assert lint_many(codes, select, ()) == [module._by_process(code, select, ()) for code in codes]


def test_many_pieces_get_what_each_gets_alone():
    codes = [DIRTY, "x = 1\n", "def f(:\n", DIRTY]
    assert lint_many(codes) == [lint(code) for code in codes]
    assert lint_many(codes * 5) == [lint(code) for code in codes] * 5
    assert lint_many([]) == []


def test_folders_are_split_and_need_no_shared_memory(monkeypatch):
    monkeypatch.setattr(module, "_FEW", 1)
    monkeypatch.setattr(module, "_MOST_FILES", 2)
    monkeypatch.setattr(module, "_SHARED_MEMORY", "/dev/null")
    assert lint_many([DIRTY, "x = 1\n", DIRTY]) == [lint(DIRTY), (), lint(DIRTY)]


def test_ignored_folders_are_linted_all_the_same(monkeypatch, tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*\n")
    (tmp_path / "build").mkdir()
    monkeypatch.setattr(module, "_SHARED_MEMORY", str(tmp_path / "build"))
    assert lint_many([DIRTY] * 13) == [lint(DIRTY)] * 13


def test_broken_code_is_a_syntax_finding():
    assert all(finding.is_syntax_error for finding in lint("def f(:\n"))


def test_comments_and_the_environment_silence_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("RUFF_OUTPUT_FILE", str(tmp_path / "out"))
    for comment in ("# noqa", "# NOQA: F401", "# ruff: noqa", "# flake8: noqa", "# ruff: disable[F401]"):
        for code in (f"import os  {comment}\n", f"{comment}\nimport os\n"):
            assert [finding.rule for finding in lint(code)] == ["F401"]
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
    assert shared == [module._folder([code], *choice)[0] for choice in choices]
    assert [finding.rule for finding in lint(code, DEFAULT_SELECT, ("E",))] == ["F401", "E712"]


def test_an_unknown_rule_cannot_be_judged():
    with pytest.raises(CannotJudgeError, match=r"ruff failed with exit code 2: .*XYZ99"):
        lint("x = 1\n", ("XYZ99",))
    with pytest.raises(CannotJudgeError, match="XYZ99"):
        lint("x = 2\n", ("XYZ99",))


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

    monkeypatch.setattr(tools.subprocess, "run", run)
    with pytest.raises(CannotJudgeError, match=words):
        lint("x = 1\n")


def test_without_ruff_nothing_is_judged(monkeypatch):
    def missing():
        raise FileNotFoundError("no such binary")

    monkeypatch.setattr("pytest_aiassert.code.ruff.ruff_binary", missing)
    monkeypatch.setattr("pytest_aiassert.code.ruffserver.ruff_binary", missing)
    for number in range(4):
        with pytest.raises(CannotJudgeError, match=r"ruff cannot be found \(no such binary\); repair it with: pip"):
            lint(f"x = {number}\n")


def test_a_server_that_finds_something_else_is_not_asked(monkeypatch):
    by_server = module._by_server
    monkeypatch.setattr(module, "_by_server", lambda code, server: by_server(code, server)[1:])
    assert [lint(f"import os\nx = {number}\n")[0].rule for number in range(3)] == ["F401"] * 3


def test_a_diagnostic_that_cannot_be_read_is_no_answer():
    class Odd:
        def diagnostics(self, code):
            return [{"message": code}]

    with pytest.raises(ConnectionError, match="unusual diagnostic"):
        module._by_server("x", Odd())


def test_configuration_of_user_and_project_does_not_leak_in(monkeypatch, tmp_path):
    for folder in (tmp_path / "config" / "ruff", tmp_path):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ruff.toml").write_text('exclude = ["*"]\n[lint]\nselect = ["E"]\nignore = ["F401", "B006"]\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "ruff.toml"))
    monkeypatch.chdir(tmp_path)
    assert [each.rule for each in by_server(DIRTY)] == ["F401", "B006"]
    assert [[each.rule for each in found] for found in lint_many([DIRTY] * 13)] == [["F401", "B006"]] * 13
