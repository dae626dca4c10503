"""Behaviours of texts and lists: palindrome, reverse_string, sorting, binary_search, word_count."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Any

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.sandbox import Returned


def _is_palindrome(text: str) -> bool:
    return text == text[::-1]


def _reverse(text: str) -> str:
    return text[::-1]


def _count_words(text: str) -> dict[str, int]:
    return dict(Counter(text.split()))


def _search(items: list[Any], target: Any) -> int:
    at = bisect_left(items, target)
    return at if at < len(items) and items[at] == target else -1


def _sorted_or_in_place(example: Example, answer: Returned) -> bool:
    if answer.value is None:
        return bool(answer.args) and same(example.returns, answer.args[0])
    return same(example.returns, answer.value)


def _index_of_any(example: Example, answer: Returned) -> bool:
    items, target = example.args
    index = answer.value
    if example.returns == -1:
        return index is None or (type(index) is int and index == -1)
    return type(index) is int and 0 <= index < len(items) and items[index] == target


def _other_search(example: Example, answer: Returned) -> str | None:
    del example
    return "it tells whether the item is there, not where" if isinstance(answer.value, bool) else None


def _other_count(example: Example, answer: Returned) -> str | None:
    if type(answer.value) is int and answer.value == sum(example.returns.values()):
        return "it counts all words together, not each word"
    return None


def _other_sorting(example: Example, answer: Returned) -> str | None:
    if len(set(example.args[0])) > 1 and same(example.returns[::-1], answer.value):
        return "it sorts in descending order"
    return None


def _target_first(args: tuple[Any, ...]) -> tuple[Any, ...]:
    items, target = args
    return (target, items)


def _with_range_before(args: tuple[Any, ...]) -> tuple[Any, ...]:
    items, target = args
    return (items, 0, len(items) - 1, target)


def _with_range_after(args: tuple[Any, ...]) -> tuple[Any, ...]:
    items, target = args
    return (items, target, 0, len(items) - 1)


def _pseudo_random(count: int) -> list[int]:
    return [(index * 7919 + 13) % 1009 - 500 for index in range(count)]


_TENS = list(range(0, 1000, 10))

PALINDROME = Behaviour(
    name="palindrome",
    aliases=("is_palindrome", "palindrome check", "check palindrome"),
    names=("palindrome",),
    summary="Tells whether a text reads the same backwards; asked only where case and punctuation do not matter.",
    signature="is_palindrome(text)",
    reference=_is_palindrome,
    cases=tuple(
        (text,)
        for text in ("racecar", "hello", "a", "", "ab", "aa", "abba", "abca", "été", "12321", "1231", "xy" * 50 + "x")
    ),
)

REVERSE_STRING = Behaviour(
    name="reverse_string",
    aliases=("reverse", "reverse a string", "string reversal"),
    names=("reverse",),
    summary="Returns a text backwards, character by character.",
    signature="reverse(text)",
    reference=_reverse,
    cases=tuple(
        (text,) for text in ("abc", "", "a", "hello world", "  x", "Aa1!", "été", "日本語", "a\nb", "ab" * 100)
    ),
)

SORTING = Behaviour(
    name="sorting",
    aliases=("sort", "sort a list", "sort list"),
    names=("sort",),
    summary="Sorts a list of integers in ascending order, as a new list or in place.",
    signature="sort(items)",
    reference=sorted,
    cases=tuple(
        (items,)
        for items in (
            [3, 1, 2],
            [],
            [1],
            [2, 1],
            [1, 2, 3],
            [5, 4, 3, 2, 1],
            [2, 3, 2, 1, 3],
            [0, 0, 0],
            [-1, 5, -3, 0],
            _pseudo_random(100),
        )
    ),
    accepts=_sorted_or_in_place,
    explains=_other_sorting,
)

BINARY_SEARCH = Behaviour(
    name="binary_search",
    aliases=("binary search", "bisection", "search a sorted list"),
    names=("search", "bisect", "find"),
    summary="Returns an index of the target in a sorted list, or -1 or None where it is missing.",
    signature="binary_search(items, target)",
    reference=_search,
    cases=(
        ([1, 3, 5, 7], 5),
        ([1, 3, 5, 7], 1),
        ([1, 3, 5, 7], 7),
        ([1, 3, 5, 7], 4),
        ([1, 3, 5, 7], 0),
        ([1, 3, 5, 7], 9),
        ([], 1),
        ([2], 2),
        ([2], 3),
        ([1, 2], 2),
        ([-5, -1, 0, 8, 9], -1),
        ([1, 2, 2, 2, 3], 2),
        (_TENS, 990),
        (_TENS, 555),
    ),
    accepts=_index_of_any,
    explains=_other_search,
    readings=(_target_first, _with_range_before, _with_range_after),
)

WORD_COUNT = Behaviour(
    name="word_count",
    aliases=("word frequency", "word frequencies", "count words", "word counter"),
    names=("word", "count", "freq"),
    summary="Counts how often each word of a text occurs, as a dict; words are separated by whitespace.",
    signature="word_count(text)",
    reference=_count_words,
    cases=tuple(
        (text,)
        for text in (
            "the cat the dog",
            "",
            "one",
            "a a a",
            "a  b",
            "one\ntwo\tone",
            " edge ",
            "été café été",
            "x y " * 100,
        )
    ),
    explains=_other_count,
)
