"""Use a matcher of your own (words.py); conftest.py gives it a name, so that golden sets can use it too."""

from words import AtMostWords

from pytest_aiassert.matchers.registry import build_check


def test_short_enough(expect):
    expect("Binary search runs in O(log n).").to(AtMostWords(10))


def test_it_composes():
    assert "one two three" == ~AtMostWords(2)


def test_golden_sets_know_it_by_name():
    assert build_check({"at_most_words": 10}) == AtMostWords(10)
