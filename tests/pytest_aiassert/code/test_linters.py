"""Linters by name: found, asked, and never believed where they fail."""

from __future__ import annotations

import time

import pytest

from pytest_aiassert import Finding, Linter, passes_lint
from pytest_aiassert.code.linters import find_linter, use_linters
from pytest_aiassert.errors import CannotJudgeError, UsageError

REPLY = "```sql\nselect * from orders\n```"


def stars(code, language):
    return [
        Finding(line=number, rule="star", message=f"name the columns ({language})")
        for number, line in enumerate(code.split("\n"), 1)
        if "*" in line
    ]


def linter(lint=stars, **keywords):
    return Linter(**{"name": "sqlstars", "languages": ["postgresql", "text"], "lint": lint, **keywords})


def test_a_linter_of_ones_own_judges_its_languages():
    with use_linters(linter()):
        matcher = passes_lint(linter="sqlstars")
    assert matcher.check(REPLY).reason == "1 finding: line 2: star name the columns (sql)"
    assert matcher.check(REPLY.replace("*", "id")).reason == "sqlstars finds nothing in 1 sql block, at line 2"
    assert matcher.check("```python\nx\n```").reason == "no sql or text code: found python at line 2"
    both = matcher.check(f"{REPLY.replace('*', 'id')}\n```text\nid\n```")
    assert both.reason == "sqlstars finds nothing in 2 blocks, at lines 2 and 5"
    assert repr(matcher) == "passes_lint(linter='sqlstars')"


def test_the_last_linter_of_a_name_counts_while_its_context_lasts():
    other = linter(lint=lambda _code, _language: [])
    with use_linters(linter()):
        with use_linters(other):
            assert find_linter("sqlstars") is other
        assert find_linter("sqlstars") is not other
    with pytest.raises(UsageError, match="unknown linter 'sqlstars'"):
        find_linter("sqlstars")


def fails(_code, _language):
    raise RuntimeError("boom at line 7")


def cannot(_code, _language):
    raise CannotJudgeError("install it first")


def unsure(_code, _language):
    yield Finding(line=1, rule="a", message="b")
    raise ValueError("lost")


def sleeps(_code, _language):
    time.sleep(3)
    return []


@pytest.mark.parametrize(
    ("lint", "words"),
    [
        (fails, r"the linter 'sqlstars' raised RuntimeError: boom at line 7"),
        (cannot, r"^install it first$"),
        (unsure, r"raised ValueError: lost"),
        (sleeps, r"the linter 'sqlstars' took more than 0\.2 s on a reply"),
        (lambda _code, _language: None, r"raised TypeError: .*not iterable"),
        (lambda _code, _language: ["line 3: bad"], r"found 'line 3: bad'; expected a Finding"),
        (lambda _code, _language: "ok", r"found 'o'; expected a Finding"),
        (lambda _code, _language: [Finding(line="3", rule="a", message="b")], r"found Finding\(line='3'"),
        (lambda _code, _language: [Finding(line=3, rule=None, message="b")], r"rule=None"),
        (lambda _code, _language: [Finding(line=0, rule="a", message="b")], r"line=0"),
        (list, r"raised TypeError: "),
    ],
)
def test_a_linter_that_fails_hangs_or_talks_nonsense_cannot_judge(lint, words):
    with use_linters(linter(lint, seconds=0.2)):
        matcher = passes_lint(linter="sqlstars")
    with pytest.raises(CannotJudgeError, match=words):
        matcher.check(REPLY)
    with pytest.raises(CannotJudgeError, match=words):
        (~matcher).check(REPLY)


def test_huge_code_is_a_finding_and_never_given_to_a_linter():
    with use_linters(linter(fails)):
        matcher = passes_lint(linter="sqlstars")
    assert "at most 200,000 are linted" in matcher.check(f"```sql\n{'select 1;' * 30_000}\n```").reason


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"name": ""}, "name is ''"),
        ({"name": 3}, "name is 3"),
        ({"name": "ruff"}, "name is 'ruff'; expected a name of its own"),
        ({"languages": "sql"}, "languages is 'sql'; expected a list"),
        ({"languages": []}, "languages is"),
        ({"languages": ["klingon"]}, "languages is 'klingon', an unknown language"),
        ({"lint": 3}, "lint is 3; expected a function"),
        ({"seconds": 0}, "seconds is 0; expected more than 0"),
        ({"seconds": "5"}, "seconds is '5'; expected more than 0"),
    ],
)
def test_a_linter_that_cannot_be_is_refused(keywords, words):
    with pytest.raises(UsageError, match=words):
        linter(**keywords)


def test_what_is_no_linter_is_refused():
    with pytest.raises(UsageError, match="linters: got 5; expected a Linter"), use_linters(5):
        pass


def test_an_unknown_linter_is_told_when_the_matcher_is_made():
    with pytest.raises(UsageError, match="passes_lint: unknown linter 'oxlin'; did you mean 'oxlint'"):
        passes_lint(linter="oxlin")
    with pytest.raises(UsageError, match="passes_lint: unknown linter 3"):
        passes_lint(linter=3)
    with pytest.raises(UsageError, match="select and ignore are rules of ruff; leave them out with linter='oxlint'"):
        passes_lint("F", linter="oxlint")
    assert passes_lint(linter="ruff") == passes_lint()
