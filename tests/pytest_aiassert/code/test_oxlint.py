"""Oxlint, installed from npm for the test: what it finds, what it is kept from finding, and how it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from pytest_aiassert import passes_lint
from pytest_aiassert.code import oxlint as module
from pytest_aiassert.code.oxlint import find_oxlint, oxlint
from pytest_aiassert.errors import CannotJudgeError

TYPESCRIPT = """\
import z from "q";
function add(a, b) { const q = 1; return a }
const [x, {y}] = add();
type T = 1; class C {}
for (const w of []) {}
try { add() } catch (e) { add() }
"""


@pytest.fixture(scope="session")
def prefix(tmp_path_factory):
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("oxlint")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error", "oxlint@1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        pytest.skip(f"npm cannot install oxlint here: {done.stderr.strip()[:200]}")
    return folder


@pytest.fixture
def here(prefix, monkeypatch):
    monkeypatch.setenv("PATH", f"{prefix}/node_modules/.bin{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def fake(tmp_path, monkeypatch):
    def install(script):
        file = tmp_path / "oxlint"
        file.write_text(f"#!{sys.executable} -IS\nimport sys, time\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


def rules(code, language="javascript"):
    return [(each.line, each.column, each.rule) for each in oxlint(code, language)]


@pytest.mark.usefixtures("here")
def test_findings_have_line_column_rule_and_message():
    found = oxlint("const é = '𝒳𝒳'; debugger;\nif (é == NaN) {}\n", "javascript")
    assert sorted((each.line, each.column, each.rule) for each in found) == [
        (1, 17, "no-debugger"),
        (2, 10, "use-isnan"),
    ]
    assert "`debugger` statement is not allowed" in {each.message for each in found}


@pytest.mark.usefixtures("here")
def test_names_that_a_snippet_leaves_to_others_are_no_finding():
    unused = [(1, 8), (2, 28), (5, 12), (6, 22)]
    assert sorted(each[:2] for each in rules(TYPESCRIPT, "typescript")) == unused
    assert passes_lint(linter="oxlint").check("```js\nfunction add(a, b) { return a + b }\n```").passed


@pytest.mark.usefixtures("here")
def test_every_language_is_judged_as_itself():
    codes = {"ts": "const f = (x: number): number => x", "tsx": "export const a = <b>{f}</b>", "jsx": "let c = <i/>"}
    reply = "\n".join(f"```{language}\n{code}\n```" for language, code in codes.items())
    assert passes_lint(linter="oxlint").check(reply).reason == "oxlint finds nothing in 3 blocks, at lines 2, 5 and 8"
    assert rules("let x: number = 1", "javascript")[0][2] == "invalid-syntax"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("code", ["function f( {\n", "\0", "\ud800 {", "x = = 1", "'", "<div>", "\u202e)"])
def test_broken_code_scores_nothing(code):
    verdict = passes_lint(linter="oxlint").check(f"```ts\n{code}\n```")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert "invalid-syntax" in verdict.reason


@pytest.mark.usefixtures("here")
def test_comments_and_configuration_silence_nothing(tmp_path, monkeypatch):
    (tmp_path / ".oxlintrc.json").write_text('{"rules": {"no-debugger": "off"}, "ignorePatterns": ["**"]}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for comment in ("// eslint-disable-line", "// oxlint-disable-line no-debugger", "/* eslint-disable */"):
        assert rules(f"{comment}\ndebugger; {comment}\n") == [(2, 1, "no-debugger")]


def test_it_is_found_in_a_folder_of_modules_above(prefix, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    if shutil.which("oxlint") is not None:
        pytest.skip("oxlint is installed for everybody here")
    deep = prefix / "src" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_oxlint() == str(prefix / "node_modules" / ".bin" / "oxlint")
    monkeypatch.chdir(tmp_path)
    assert find_oxlint() is None
    with pytest.raises(CannotJudgeError, match="needs oxlint, which is not installed; npm install --save-dev oxlint"):
        passes_lint(linter="oxlint").check("```js\nf()\n```")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("sys.exit('thread main panicked')", "oxlint's output cannot be read .*: thread main panicked"),
        ("sys.stderr.write('no rules\\n'); sys.exit(70)", "oxlint failed with exit code 70: no rules"),
        ("print('all is well')", "oxlint's output cannot be read .*: all is well"),
        ("print('[]')", "oxlint's output cannot be read"),
        ("""print('{"diagnostics": [], "number_of_files": 0}')""", "oxlint did not look at the code"),
        ("""print('{"diagnostics": [{"message": "?"}], "number_of_files": 1}')""", "output cannot be read"),
        ("time.sleep(60)", r"oxlint took more than 0\.5 s on a reply"),
    ],
)
def test_an_oxlint_that_fails_cannot_judge(fake, monkeypatch, script, words):
    fake(script)
    monkeypatch.setattr(module, "_SECONDS", 0.5)
    with pytest.raises(CannotJudgeError, match=words):
        passes_lint(linter="oxlint").check("```js\nf()\n```")
