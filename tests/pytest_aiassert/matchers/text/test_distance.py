"""Distances, against their textbook definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.matchers.text.distance import edit_distance, edit_likeness, token_likeness

FEW = st.text("abc", max_size=12)


def textbook(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


@given(a=FEW | st.text(max_size=8), b=FEW | st.text(max_size=8))
def test_the_edit_distance_is_the_textbooks(a, b):
    assert edit_distance(a, b) == textbook(a, b)


@given(a=FEW, b=FEW)
def test_the_likeness_is_one_less_the_share_of_edits(a, b):
    longest = max(len(a), len(b))
    assert edit_likeness(a, b) == pytest.approx(1 - textbook(a, b) / longest if longest else 1.0)


@given(a=st.text(max_size=40), b=st.text(max_size=40))
def test_likenesses_lie_between_nothing_and_all_both_ways(a, b):
    for likeness in (edit_likeness, token_likeness):
        assert 0 <= likeness(a, b) <= 1
        assert likeness(a, b) == pytest.approx(likeness(b, a))
        assert likeness(a, a) == 1


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [("a b c d", "A B x y", 0.5), ("a a", "a", 2 / 3), ("a", "b", 0), ("", "", 1), ("", "a", 0), ("a.", "a .", 1)],
)
def test_tokens_are_counted_whatever_their_order_and_case(a, b, share):
    assert token_likeness(a, b) == pytest.approx(share)
