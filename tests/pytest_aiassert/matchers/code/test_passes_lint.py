"""passes_lint: findings by line, blocks that belong together, rules that cannot be."""

from __future__ import annotations

import pytest

from pytest_aiassert.code.lint import Finding
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import passes_lint
from pytest_aiassert.matchers.code.passes_lint import cleanliness, lint_blocks


def test_clean_code_passes(good):
    assert passes_lint().check(good).reason == "ruff finds nothing in 1 python block, at line 4"


def test_every_finding_is_listed_and_marked():
    verdict = passes_lint().check("```python\nimport os\n\n\ndef f(x=[]):\n    return x\n```")
    assert not verdict.passed
    assert verdict.reason.startswith("2 findings: line 2: F401 `os` imported but unused; line 5: B006 ")
    assert verdict.evidence[0].marks == (1, 4)
    assert verdict.score == pytest.approx(1 / 3)


def test_the_score_falls_with_findings_per_line():
    short = passes_lint().check("```python\nimport os\nx = 1\n```").score
    long = passes_lint().check("```python\nimport os\n" + "x = 1\n" * 20 + "```").score
    assert 0 < short < long < 1


def test_broken_code_scores_nothing():
    assert passes_lint().check("```python\nx = (\n```").score == 0


def test_blocks_of_one_reply_belong_together():
    reply = "```python\nimport os\ndef f(): return 1\n```\n```python\nprint(f(), os)\nprint(missing)\n```"
    verdict = passes_lint(select="F", ignore=()).check(reply)
    assert verdict.reason == "1 finding: line 7: F821 Undefined name `missing`"


def test_many_findings_are_cut():
    code = "\n".join(f"print(a{number})" for number in range(30))
    assert passes_lint().check(f"```python\n{code}\n```").reason.endswith("; and 10 more")


def test_a_reply_without_python_fails():
    assert passes_lint().check("```js\nf()\n```").reason == "no python code: found javascript at line 2"


def test_too_long_code_is_a_finding():
    huge = "x = 1\n" * 40_000
    assert "at most 200,000 are linted" in passes_lint().check(f"```python\n{huge}```").reason
    both = passes_lint().check(f"```python\n{huge}```\n```python\nx = 1\n```")
    assert both.reason.startswith("1 finding: line 2: invalid-syntax 239,999 characters")


def test_cleanliness_of_nothing_is_whole():
    assert cleanliness([], []) == 1
    assert lint_blocks([]) == []
    assert cleanliness([], [[Finding(line=1, column=1, rule="invalid-syntax", message="")]]) == 0


def test_rules_are_given_in_a_list_or_parted_by_commas():
    assert passes_lint("E, F401") == passes_lint(["E", "F401"])
    assert repr(passes_lint()) == "passes_lint()"
    assert repr(passes_lint("ALL", ignore=["D"])) == "passes_lint(select=('ALL',), ignore=('D',))"


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("not a rule", "select has 'not'; expected a code such as"),
        ([3], "select has 3"),
        (3, "select is 3; expected rule codes"),
        ("", "select is empty"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(select, words):
    with pytest.raises(UsageError, match=f"passes_lint: {words}"):
        passes_lint(select=select)


def test_a_rule_that_ruff_does_not_know_cannot_be_judged(good):
    with pytest.raises(CannotJudgeError, match="XYZ99"):
        passes_lint("XYZ99").check(good)
    assert passes_lint("E", ignore="").check(good).passed
