"""applies_to and edits_only, on real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import textwrap

import pytest

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import applies_to, edits_only
from pytest_aiassert.matchers.code import repository_tests
from pytest_aiassert.matchers.registry import build_check

IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"} | {
    f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}
FILES = {
    "src/shop/__init__.py": "",
    "src/shop/price.py": "def total(prices):\n    return prices[0]\n",
    "tests/test_price.py": """
        from shop.price import total


        def test_total():
            assert total([1, 2]) == 3


        def test_empty():
            assert total([]) == 0
        """,
}
FIX = """The total must add:

```diff
--- a/src/shop/price.py
+++ b/src/shop/price.py
@@ -1,2 +1,2 @@
 def total(prices):
-    return prices[0]
+    return sum(prices)
```
"""


def commit(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "one"]):
        subprocess.run(["git", *arguments], cwd=folder, env=os.environ | IDENTITY, capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def committed(tmp_path_factory):
    return commit(tmp_path_factory.mktemp("committed"), FILES)


@pytest.fixture
def repo(committed, tmp_path):
    return shutil.copytree(committed, tmp_path / "repo")


def test_a_patch_that_applies_and_passes(repo):
    before = {path: path.lstat().st_mtime_ns for path in repo.rglob("*")}
    verdict = applies_to(repo).check(FIX)
    assert (verdict.passed, verdict.score) == (True, 1.0)
    assert verdict.reason == (
        "the patch of 1 change to src/shop/price.py applies exactly; all 2 tests pass"
        "; the patch shares a process with the tests"
    )
    assert {path: path.lstat().st_mtime_ns for path in repo.rglob("*")} == before


def test_a_patch_whose_tests_fail_scores_by_the_tests_that_pass(repo):
    verdict = applies_to(repo).check(FIX.replace("sum(prices)", "sum(prices) or 1"))
    assert not verdict.passed
    assert verdict.score == pytest.approx(0.5 + 0.49 / 2)
    assert "applies exactly, but 1 test of 2 fail: tests/test_price.py::test_empty: assert 1 == 0" in verdict.reason
    assert "test_empty" in verdict.evidence[-1].text


def test_a_patch_that_does_not_fix_fails_although_the_tests_failed_before(repo):
    verdict = applies_to(repo).check(FIX.replace("sum(prices)", "prices[-1]"))
    assert not verdict.passed
    assert "2 tests of 2 fail" in verdict.reason


def test_a_patch_that_does_not_apply_says_where(repo):
    verdict = applies_to(repo).check(FIX.replace("return prices[0]", "return prices"))
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason.startswith("the patch does not apply: src/shop/price.py does not fit: `return prices` is no")
    assert verdict.evidence[0].marks == (4,)


def test_whether_it_applies_can_be_all_that_is_asked(repo):
    verdict = applies_to(repo, tests=False).check(FIX.replace("sum(prices)", "0"))
    assert verdict.reason == "the patch of 1 change to src/shop/price.py applies exactly"


@pytest.mark.parametrize("path", ["../x.py", "/tmp/x.py", ".git/hooks/post-checkout", "src/../../x.py"])
def test_paths_that_escape_are_refused_with_the_reason(repo, path):
    verdict = applies_to(repo).check(f"```diff\n--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+x\n```")
    assert not verdict.passed
    assert f"refused: '{path}'" in verdict.reason
    assert not (repo / ".git/hooks/post-checkout").exists()


def test_the_repositorys_own_tests_count(repo):
    cheat = FIX.replace("sum(prices)", "0") + (
        "```diff\n--- a/tests/test_price.py\n+++ b/tests/test_price.py\n@@ -5,1 +5,1 @@\n"
        "-    assert total([1, 2]) == 3\n+    assert True\n```\n"
    )
    verdict = applies_to(repo).check(cheat)
    assert not verdict.passed
    assert "what it changes in tests/test_price.py is left out" in verdict.reason


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "raise SystemExit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import sys; print('passed: 2', flush=True); sys.stdout.close(); import os; os._exit(0)",
        "import time; time.sleep(60)",
    ],
)
def test_leaving_early_is_no_pass(repo, code):
    verdict = applies_to(repo, seconds=6).check(FIX.replace("return sum(prices)", code))
    assert not verdict.passed


def test_a_patch_that_breaks_the_tests_import_fails(repo):
    verdict = applies_to(repo).check(FIX.replace("    return sum(prices)", "    return (", 1))
    assert not verdict.passed
    assert "the tests in tests/test_price.py cannot be loaded" in verdict.reason


def test_tests_that_the_sandbox_cannot_run_judge_nothing(tmp_path):
    missing = commit(tmp_path / "a", FILES | {"tests/test_price.py": "import no_such_package_at_all\n"})
    with pytest.raises(
        CannotJudgeError, match=r"cannot be run in the sandbox, with the patch or without: .*no_such_pac"
    ):
        applies_to(missing).check(FIX)
    network = "import socket\n\n\ndef test_network():\n    socket.create_connection(('127.0.0.1', 9))\n"
    refused = commit(tmp_path / "b", FILES | {"tests/test_network.py": network})
    with pytest.raises(CannotJudgeError, match="test_network: PermissionError"):
        applies_to(refused).check(FIX)


def test_without_tests_there_is_nothing_to_run(tmp_path):
    repo = commit(tmp_path, {"src/shop/price.py": FILES["src/shop/price.py"]})
    with pytest.raises(CannotJudgeError, match="no tests that pytest would find; give tests=, or tests=False"):
        applies_to(repo).check(FIX)


def test_too_large_a_repository_is_not_judged(repo, monkeypatch):
    monkeypatch.setattr(repository_tests, "_MOST_FILES", 2)
    with pytest.raises(CannotJudgeError, match=r"has 3 files .* the sandbox holds 2 files"):
        applies_to(repo).check(FIX)


def test_a_command_chooses_the_tests(repo):
    good = FIX.replace("sum(prices)", "sum(prices) or 1")
    assert applies_to(repo, tests="pytest tests -k total").check(good).passed
    assert applies_to(repo, tests=["tests/test_price.py::test_total"]).check(good).passed
    assert not applies_to(repo, tests="python -m pytest -k nothing_like_it").check(FIX).passed


def test_unittest_runs(tmp_path):
    test = """
        import unittest
        from shop.price import total


        class TestTotal(unittest.TestCase):
            def test_total(self):
                self.assertEqual(total([1, 2]), 3)
        """
    repo = commit(tmp_path, FILES | {"tests/test_price.py": test})
    matcher = applies_to(repo, tests="python -m unittest discover tests")
    assert matcher.check(FIX).passed
    verdict = matcher.check(FIX.replace("sum(prices)", "4"))
    assert "1 test of 1 fail: test_total" in verdict.reason
    assert "AssertionError: 4 != 3" in verdict.reason


@pytest.mark.skipif(not repository_tests.shutil.which("node"), reason="needs node")
def test_node_runs(tmp_path):
    files = {
        "add.mjs": "export const add = (a, b) => a - b\n",
        "add.test.mjs": """
            import test from 'node:test'
            import assert from 'node:assert'
            import { add } from './add.mjs'
            test('adds', () => assert.equal(add(1, 2), 3))
            """,
    }
    matcher = applies_to(commit(tmp_path, files), tests="node --test")
    patch = "add.mjs\n<<<<<<< SEARCH\na - b\n=======\na + b\n>>>>>>> REPLACE\n"
    patch = patch.replace("a - b", "export const add = (a, b) => a - b").replace(
        "a + b", "export const add = (a, b) => a + b"
    )
    assert matcher.check(patch).reason.endswith("the test passes; the patch shares a process with the tests")
    assert "1 test of 1 fail: adds" in matcher.check(patch.replace("a + b", "a * b")).reason


def test_without_git_nothing_is_judged_and_the_matcher_can_be_made(repo, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotJudgeError, match="needs git"):
        applies_to(repo).check(FIX)


def test_a_repository_that_has_gone_is_not_judged(repo):
    matcher = applies_to(repo)
    (repo / ".git").rename(repo / "gone")
    with pytest.raises(CannotJudgeError, match="not a git repository"):
        matcher.check(FIX)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"repo": "/no/where"}, "applies_to: /no/where is no folder"),
        ({"at": "v9"}, "git finds no commit 'v9'"),
        ({"at": ""}, "at is empty"),
        ({"tests": "make test"}, "the sandbox runs `pytest …`, `python -m unittest …` and `node --test …`"),
        ({"tests": "pytest 'x"}, "which is no command"),
        ({"tests": []}, r"tests is \[\]; expected True, False, a command or a list"),
        ({"tests": 3}, "tests is 3"),
        ({"seconds": 0}, "seconds is 0"),
        ({"strict": 1}, "strict is 1"),
    ],
)
def test_impossible_arguments(repo, keywords, words):
    with pytest.raises(UsageError, match=words):
        applies_to(**{"repo": repo, **keywords})


def test_repr_is_the_call(repo):
    made = build_check({"applies_to": {"repo": str(repo), "tests": "pytest -q", "at": "HEAD~0", "strict": True}})
    assert repr(made) == f"applies_to({str(repo)!r}, tests='pytest -q', at='HEAD~0', strict=True)"
    assert repr(applies_to(str(repo), tests=["a"], seconds=5)) == f"applies_to({str(repo)!r}, tests=('a',), seconds=5)"


@pytest.mark.parametrize(
    ("globs", "passed"),
    [
        (["src/**"], True),
        (["src/"], True),
        (["*.py"], True),
        (["price.py"], True),
        (["src/*/price.py"], True),
        (["**/price.py"], True),
        (["src/shop/[op]rice.p?"], True),
        (["tests/**", "src/shop/*.py"], True),
        (["src/*.py"], False),
        (["/src/**".lstrip("/") + "x"], False),
        (["tests/**"], False),
        (["src/shop/[!p]*"], False),
        (["*.PY"], False),
        (["price"], False),
    ],
)
def test_edits_only_matches_whole_paths(globs, passed):
    assert edits_only(*globs).check(FIX).passed == passed


def test_edits_only_names_what_it_may_not_touch():
    reply = FIX + "```diff\n--- a/setup.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n```\n"
    verdict = edits_only("src/**", "docs/**").check(reply)
    assert (verdict.passed, verdict.score) == (False, 0.5)
    assert verdict.reason == "it touches setup.py, allowed is 'src/**' or 'docs/**'"
    renamed = "diff --git a/src/a.py b/b.py\nrename from src/a.py\nrename to b.py\n"
    assert "it touches b.py" in edits_only("src/**").check(renamed).reason
    escaping = edits_only("**").check("diff --git a/a.py b/b.py\nrename from a.py\nrename to ../b.py\n")
    assert escaping.reason == "'../b.py' leads out of the repository"


@pytest.mark.parametrize(
    ("globs", "words"),
    [
        ([], r"needs at least one pattern"),
        ([""], "a pattern is empty"),
        ([3], "a pattern is 3"),
        (["../x"], "leads out"),
    ],
)
def test_edits_only_refuses_impossible_patterns(globs, words):
    with pytest.raises(UsageError, match=words):
        edits_only(*globs)


@pytest.mark.parametrize("reply", ["", "No change is needed.", "```python\nx = 1\n```"])
def test_a_reply_without_a_patch_fails(repo, reply):
    assert "no patch" in applies_to(repo).check(reply).reason
    assert "no patch" in edits_only("**").check(reply).reason


def test_names_cannot_paint_the_terminal(repo):
    name = '"b/\\033[2Jevil.py"'
    reply = f"--- /dev/null\n+++ {name}\n@@ -0,0 +1 @@\n+x\n"
    for matcher in (edits_only("src/**"), applies_to(repo, tests=False)):
        reason = matcher.check(reply).reason
        assert "\x1b" not in reason
        assert "evil.py" in reason
