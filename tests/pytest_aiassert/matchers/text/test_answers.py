"""Reading numbers and dates: what is written is read back, and nothing takes long."""

from __future__ import annotations

import datetime as dt
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.matchers.text.answers import choices, dates, numbers, words_of, yes_or_no
from pytest_aiassert.matchers.text.passages import find_answer

KINDS = [numbers(), dates(), choices(), yes_or_no(), words_of(["aa", "b c"], binding=True)]


@given(value=st.integers(-(10**12), 10**12), wrap=st.sampled_from(["{}", "It is {}.", "**{}**", r"\boxed{{{}}}"]))
def test_any_whole_number_is_read_back(value, wrap):
    answer = find_answer(wrap.format(f"{value:,}"), numbers())
    assert answer is not None
    assert answer.readings == (value,)


@given(value=st.decimals(-(10**9), 10**9, places=4))
def test_any_decimal_is_read_back(value):
    answer = find_answer(f"Answer: {value:f} m", numbers())
    assert answer is not None
    assert answer.readings == (Fraction(value),)


@given(value=st.dates(dt.date(1000, 1, 1)), form=st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%m/%d/%Y"]))
def test_any_date_is_read_back(value, form):
    answer = find_answer(f"It was {value.strftime(form)}.", dates())
    assert answer is not None
    assert value in answer.readings


@pytest.mark.parametrize(
    "text",
    ["1" * 200_000, "1," * 100_000, "1 " * 100_000, "1.1." * 50_000, "answer " * 30_000, "**1" * 70_000, "=" * 200_000,
     r"\boxed{" * 30_000, "<think>" * 30_000, "```\n" * 50_000, "May 1" * 40_000, "(A" * 100_000, "not " * 50_000,
     "1e999", "1/0", r"\frac{1}{0}", "9" * 5_000, "aa " * 70_000, ". " * 100_000, "**" + "a " * 95 + "**"],
    ids=lambda text: text[:8],
)  # fmt: skip
@pytest.mark.parametrize("kind", KINDS, ids=["number", "date", "choice", "yes", "words"])
def test_long_and_odd_texts_take_no_time(kind, text):
    started = time.process_time()
    find_answer(text, kind)
    assert time.process_time() - started < 3
