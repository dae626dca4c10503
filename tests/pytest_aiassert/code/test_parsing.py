"""Parsing: places of errors, and a verdict for any size and depth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.code import KNOWN_LANGUAGES, syntax_errors
from pytest_aiassert.code.parsing import (
    DEEPEST_PARSED,
    LONGEST_OTHER,
    LONGEST_PYTHON,
    parses_cleanly,
    python_tree,
    tree,
)


def test_python_says_what_the_interpreter_says():
    (issue,) = syntax_errors("a = 1\nb = (", "python")
    assert str(issue) == "line 2, column 5: '(' was never closed"
    assert syntax_errors("x = 1", "python") == ()
    assert "outside function" in syntax_errors("return 1", "python")[0].message


def test_an_invalid_escape_leaks_no_warning():
    assert syntax_errors("a = '\\d'", "python") == ()
    assert python_tree("a = '\\d'") is not None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("a = 1\nb\0", "null byte"),
        ("a = 1\nb = '\ud800'", "lone surrogate"),
        ("if a: pass\n" + "elif a: pass\n" * 10_000, "nested too deeply"),
        ("(" * 20_000, "nested"),
        ("import a" + ".a" * 10_000, "a line of 20,008 characters; at most 20,000 are parsed"),
        ("#" * (LONGEST_PYTHON + 1), "at most 200,000 are parsed"),
    ],
)
def test_extreme_python_gets_a_verdict(code, words):
    (issue,) = syntax_errors(code, "python")
    assert words in issue.message
    assert python_tree(code) is None


@pytest.mark.parametrize("code", ["not " * 4_900 + "1", "a" + ".b" * 9_900])
def test_what_only_some_pythons_can_parse_has_a_tree_or_a_reason(code):
    issues = syntax_errors(code, "python")
    assert [issue.message.partition(" for ")[0] for issue in issues] in ([], ["nested too deeply"])
    assert (python_tree(code) is None) == bool(issues)


def test_the_place_of_a_surrogate_is_told():
    (issue,) = syntax_errors("a = 1\nb = '\ud800'", "python")
    assert (issue.line, issue.column) == (2, 6)


def test_other_languages_mark_every_place():
    issues = syntax_errors("let a = 1;\nlet = = 2;\nlet b = 3;\nfunction ( {\n", "javascript")
    assert issues[0].line == 2
    assert "unexpected" in issues[0].message
    assert all(issue.column >= 1 for issue in issues)


def test_a_missing_piece_is_named():
    assert [issue.message for issue in syntax_errors("int main() { return 0 }", "c")] == ["missing ';'"]


def test_a_long_error_is_quoted_shortly():
    (issue,) = syntax_errors("@" * 500, "json")
    assert len(issue.message) < 80


@pytest.mark.parametrize("language", [name for name in KNOWN_LANGUAGES if name != "python"])
def test_too_long_or_too_deep_code_is_an_error_not_a_crash(language):
    assert "open at once" in syntax_errors("[{" * DEEPEST_PARSED, language)[0].message
    assert "are parsed" in syntax_errors(" " * (LONGEST_OTHER + 1), language)[0].message
    assert not parses_cleanly("[{" * DEEPEST_PARSED, language)
    assert tree("(" * (DEEPEST_PARSED + 1), language) is None


def test_clean_code_parses_cleanly():
    assert parses_cleanly('{"a": [1, 2]}', "json")
    assert not parses_cleanly('{"a": [1, 2}', "json")


@given(st.text(max_size=200), st.sampled_from(KNOWN_LANGUAGES))
def test_any_text_gets_a_verdict(code, language):
    lines = code.count("\n") + code.count("\r") + code.count("\f") + 1
    for issue in syntax_errors(code, language):
        assert 1 <= issue.line <= lines + 1
        assert issue.column >= 1
        assert issue.message


def test_places_are_told_up_to_a_limit():
    assert len(syntax_errors("let = = 1;\n\nlet a = 1;\n" * 60, "javascript")) == 20
