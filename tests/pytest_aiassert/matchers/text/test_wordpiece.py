"""Texts as numbers; expected are those of tokenizers 0.23 with all-MiniLM-L6-v2's own file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.matchers.text.wordpiece import numbered

START, END = 101, 102


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Hello, world!", [7592, 1010, 2088, 999]),
        ("Ünïcödé naïve café", [27260, 15743, 7668]),
        ("日本語 text", [1864, 1876, 1950, 3793]),
        ("a" * 101, [100]),
        ("unaffordable tokenization", [14477, 4246, 8551, 3085, 19204, 3989]),
        ("\u200b\u202eabc\ufeff", [5925]),
        ("don't stop—now… «x»", [2123, 1005, 1056, 2644, 1517, 2085, 1529, 1077, 1060, 1090]),
        ("İstanbul ΑΣ", [9960, 1155, 29733]),
        ("def f(x):\n    return x + 1", [13366, 1042, 1006, 1060, 1007, 1024, 2709, 1060, 1009, 1015]),
        ("\x00a\tb 😀", [1037, 1038, 100]),
    ],
)
def test_a_text_has_the_numbers_that_the_model_was_made_with(text, pieces):
    assert numbered(text, most=100) == [[START, *pieces, END]]


def test_long_texts_are_cut_into_runs():
    runs = numbered("one two three four five", most=4)
    assert [len(run) for run in runs] == [4, 4, 3]
    assert all(run[0] == START and run[-1] == END for run in runs)


@given(st.text())
def test_any_text_has_numbers(text):
    assert all(0 <= number < 30_522 for run in numbered(text, most=16) for number in run)
