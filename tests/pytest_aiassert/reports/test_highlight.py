import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.reports.excerpt import Line
from pytest_aiassert.reports.highlight import Highlighter


def plain(markup: str) -> str:
    return unescape(re.sub(r"</?span[^>]*>", "", markup))


def test_lines_are_numbered_and_marked():
    assert Highlighter().code("x = 1\n# y", "python", marks={2}) == (
        '<span data-n="1">x = <span class="n">1</span>\n</span>'
        '<span data-n="2" class="m"><span class="c"># y</span>\n</span>'
    )


def test_a_string_over_several_lines_is_closed_on_each():
    lines = Highlighter().lines('"""a\nb"""', "python")
    assert lines == ['<span class="s">&#34;&#34;&#34;a</span>', '<span class="s">b&#34;&#34;&#34;</span>']


@pytest.mark.parametrize("language", [None, "", "no such language", "<script>"])
def test_an_unknown_language_is_plain(language):
    assert Highlighter().lines("<b>", language) == ["&lt;b&gt;"]


def test_code_beyond_the_budget_is_plain_and_a_repeat_is_free():
    highlighter = Highlighter(budget=8)
    assert "<span" in highlighter.lines("x = 1", "python")[0]
    assert "<span" not in highlighter.lines("y = 22", "python")[0]
    assert "<span" in highlighter.lines("x = 1", "python")[0]


def test_very_long_code_is_plain():
    assert Highlighter().lines("x = 1\n" * 4_000, "python")[0] == "x = 1"


def test_an_excerpt_keeps_its_numbers_and_counts_its_gaps():
    shown = [Line(number=None, skipped=1), Line(number=2, marked=True), Line(number=None, skipped=2)]
    assert Highlighter().excerpt(shown, "a\nb\nc\nd", None) == (
        '<span class="gap">1 line left out\n</span>'
        '<span data-n="2" class="m">b\n</span>'
        '<span class="gap">2 lines left out\n</span>'
    )


def test_a_lexer_that_changes_lines_is_not_trusted(monkeypatch):
    from pygments.lexers import PythonLexer

    monkeypatch.setattr(PythonLexer, "get_tokens", lambda _lexer, _code: [((), "x\n\n\n")])
    assert Highlighter().lines("a\nb", "python") == ["a", "b"]


@given(
    code=st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\r"), max_size=60),
    language=st.sampled_from(["python", "javascript", "json", "html", "go", "rust", "bash", "php", None]),
)
def test_highlighting_changes_no_character_and_no_line(code, language):
    lines = Highlighter().lines(code, language)
    assert [plain(line) for line in lines] == code.split("\n")
    assert all(line.count("<span") == line.count("</span>") for line in lines)
