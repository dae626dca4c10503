"""is_secure: unsafe calls and secrets."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import is_secure
from pytest_aiassert.matchers.registry import build_check

KEY = "sk-proj-" + "aB3dE6gH9kL2nP5q"
UNSAFE = f"""```python
import subprocess

TOKEN = "{KEY}"


def show(name):
    subprocess.run("ls " + name, shell=True)
    assert name
```"""


def test_unsafe_lines_and_secrets_are_told_and_marked():
    verdict = is_secure().check(UNSAFE)
    assert not verdict.passed
    assert verdict.score == pytest.approx(3 / 5)
    assert verdict.reason == (
        "2 findings: line 4: an OpenAI key stands in the code; read it from the environment; "
        "line 8: S602 `subprocess` call with `shell=True` identified, security issue"
    )
    assert verdict.evidence[0].marks == (3, 7)


def test_a_secret_is_not_repeated():
    verdict = is_secure().check(UNSAFE)
    assert KEY not in str(verdict)
    assert KEY not in str(is_secure().check(f"```python\nKEY = ('{KEY}'\n```"))


def test_what_is_fine_in_a_snippet_passes():
    reply = "```python\nimport random\n\ntry:\n    assert random.random()\nexcept ValueError:\n    pass\n```"
    assert is_secure().check(reply).reason == "nothing unsafe found in 1 python block"
    assert reply != is_secure(ignore=[])


def test_many_findings_are_cut():
    many = "\n".join("eval(x)" for _ in range(12))
    assert is_secure().check(f"```python\n{many}\n```").reason.endswith("; and 4 more")


def test_code_that_does_not_parse_is_never_passed():
    assert is_secure().check("words").reason.startswith("no python code")
    verdict = is_secure().check("```python\nx = 1\n```\n```python\nx = (\n```")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason.startswith("the python block at line 5 does not parse")


def test_golden_sets_write_rules():
    assert repr(build_check("is_secure")) == "is_secure()"
    assert repr(build_check({"is_secure": {"ignore": ["S101", "S3"]}})) == "is_secure(ignore=('S101', 'S3'))"
    assert repr(is_secure("S101, S3")) == "is_secure(ignore=('S101', 'S3'))"


@pytest.mark.parametrize("ignore", [3, "E501", ["S"], [None]])
def test_impossible_rules_are_refused(ignore):
    with pytest.raises(UsageError, match="is_secure: ignore "):
        is_secure(ignore)
