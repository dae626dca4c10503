import pytest

from pytest_aiassert.reports.prose import Passage, inline, passages


def test_text_and_fenced_code_are_told_apart():
    assert passages("Here:\n```Python title=x\na = 1\n```\nDone.") == [
        Passage(text="Here:"),
        Passage(text="a = 1", language="python"),
        Passage(text="Done."),
    ]


def test_a_fence_without_language_is_code():
    assert passages("~~~\nx\n~~~") == [Passage(text="x", language="")]


def test_a_longer_fence_holds_shorter_ones():
    assert passages("````md\n```py\nx\n```\n````") == [Passage(text="```py\nx\n```", language="md")]


def test_an_unclosed_fence_runs_to_the_end_and_says_so():
    assert passages("```go\nx\n\ny") == [Passage(text="x\n\ny", language="go", closed=False)]


def test_empty_code_stays_empty_text_goes():
    assert passages("\n\n```\n```\n\n") == [Passage(text="", language="")]
    assert passages("") == []


def test_backticks_within_a_line_open_no_fence():
    assert passages("```not a fence``` here") == [Passage(text="```not a fence``` here")]


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a `b < c` d", "a <code>b &lt; c</code> d"),
        ("**bold** and ** not", "<strong>bold</strong> and ** not"),
        ("## Title `x`", "<strong>Title <code>x</code></strong>"),
        ("#hashtag", "#hashtag"),
        ("``", "``"),
        ("```", "```"),
        ("****", "****"),
        ("\n\na\n\nb\n", "a\n\nb"),
        ("<b>`<i>`</b> **<u>**", "&lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt; <strong>&lt;u&gt;</strong>"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ],
)
def test_inline_marks_up_little_and_escapes_all_else(text, markup):
    assert inline(text) == markup
