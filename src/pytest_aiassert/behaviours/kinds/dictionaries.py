"""Behaviours of dictionaries: counting, inverting, merging, grouping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise, product
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, alike_in_any_order, in_place, items_of
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import LETTERS, Draw
from pytest_aiassert.behaviours.examples import Example
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import different, integers, words
from pytest_aiassert.sandbox import Returned


def _count_words(text: str) -> dict[str, int]:
    return dict(Counter(text.split()))


def _count(items: Iterable[Any]) -> dict[Any, int]:
    return dict(Counter(items))


def _invert(mapping: dict[Any, Any]) -> dict[Any, Any]:
    return {value: key for key, value in mapping.items()}


def _merge(a: dict[Any, Any], b: dict[Any, Any]) -> dict[Any, Any]:
    return {**a, **b}


def _group_anagrams(words: list[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for word in words:
        groups.setdefault("".join(sorted(word)), []).append(word)
    return list(groups.values())


def _sort_by_value(mapping: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(mapping.items(), key=lambda pair: pair[1])


def _groups(example: Example, answer: Returned) -> bool:
    groups = list(answer.value.values()) if isinstance(answer.value, dict) else answer.value
    return alike_in_any_order(example.returns, groups, depth=2)


def _pairs_or_dict(example: Example, answer: Returned) -> bool:
    return alike(example.returns, list(answer.value.items()) if isinstance(answer.value, dict) else answer.value)


def _other_count(example: Example, answer: Returned) -> str | None:
    if type(answer.value) is int and answer.value == sum(example.returns.values()):
        return "it counts all words together, not each word"
    return None


def _other_merge(example: Example, answer: Returned) -> str | None:
    a, b = example.args
    if a.keys() & b.keys() and alike({**b, **a}, answer.value):
        return "the first dict wins, not the second"
    return None


def _other_order(example: Example, answer: Returned) -> str | None:
    pairs = list(answer.value.items()) if isinstance(answer.value, dict) else items_of(answer.value)
    if len(example.returns) > 1 and alike(example.returns[::-1], pairs):
        return "it sorts in descending order"
    return None


def _letters(draw: Draw) -> dict[str, int]:
    return {letter: draw.integer(0, 9) for letter in draw.distinct("abcd", 0, 3)}


_SHORT_WORDS = [*"abc", *("".join(pair) for pair in product("abc", repeat=2)), "aab", "aba", "abb", "abc", "cab", "bca"]


WORD_COUNT = BuiltIn(
    name="word_count",
    aliases=("word frequency", "word frequencies", "count words", "word counter"),
    names=("word", "count", "freq"),
    summary="Counts how often each word of a text occurs, as a dict; words are separated by whitespace.",
    signature="word_count(text)",
    reference=_count_words,
    inputs=lambda draw: (" ".join(words(draw, "ab", most=7, longest=2)),),
    properties={
        "the counts add up to the number of words": lambda counts, text: sum(counts.values()) == len(text.split()),
    },
    cases=single(
        *("the cat the dog", "", "one", "a an a", "a  b", "one\ntwo\tone", " edge ", "été café été"),
        "x y " * 100,
    ),
    explains=_other_count,
)

CHARACTER_COUNT = BuiltIn(
    name="character_count",
    aliases=("char count", "character frequency", "letter frequency", "count characters", "count letters"),
    names=("char", "letter", "freq", "count"),
    summary="Counts how often each character of a text occurs, as a dict; asked only for small letters.",
    signature="count_characters(text)",
    reference=_count,
    inputs=lambda draw: (draw.text("abcd"),),
    properties={
        "the counts add up to the length": lambda counts, text: sum(counts.values()) == len(text),
    },
    cases=single("", "a", "aa", "ab", "aba", "abcabc", "hello", "mississippi"),
)

FREQUENCY = BuiltIn(
    name="frequency",
    aliases=("count items", "count occurrences", "frequency of elements", "element frequency", "frequency count"),
    names=("freq", "count", "occur"),
    summary="Counts how often each item of a list occurs, as a dict.",
    signature="frequency(items)",
    reference=_count,
    inputs=lambda draw: (integers(draw, 0, 4, most=8),),
    properties={
        "the counts add up to the number of items": lambda counts, items: sum(counts.values()) == len(items),
    },
    cases=single([], [1], [1, 1], [1, 2], [1, 2, 1], ["b", "a", "b"], [0, 0, 0, 5], [3, 1, 3, 2, 1, 3]),
)

INVERT_DICT = BuiltIn(
    name="invert_dict",
    aliases=("invert a dictionary", "reverse a dictionary", "swap keys and values"),
    names=("invert", "swap", "reverse", "flip"),
    summary="Returns a dict from values to keys; asked only where no value repeats.",
    signature="invert(mapping)",
    reference=_invert,
    inputs=lambda draw: (dict(zip(draw.distinct(LETTERS, 0, 4), different(draw, 0, 9, 4, 4), strict=False)),),
    properties={
        "inverted again, it is the dict": lambda inverse, mapping: _invert(inverse) == mapping,
    },
    cases=single({}, {"a": 1}, {"a": 1, "b": 2}, {1: "x", 2: "y", 3: "z"}, {"one": "eins", "two": "zwei"}),
)

MERGE_DICTS = BuiltIn(
    name="merge_dicts",
    aliases=("merge dictionaries", "merge two dictionaries", "combine dictionaries", "combine two dictionaries"),
    names=("merge", "combine", "union"),
    summary="Returns a dict of the items of two; of a key in both, the second's value is kept.",
    signature="merge(a, b)",
    reference=_merge,
    inputs=lambda draw: (_letters(draw), _letters(draw)),
    properties={
        "it has the keys of both": lambda merged, a, b: merged.keys() == a.keys() | b.keys(),
        "it holds all of the second": lambda merged, _a, b: b.items() <= merged.items(),
    },
    cases=(
        *(({}, {}), ({"a": 1}, {}), ({}, {"a": 1}), ({"a": 1}, {"b": 2}), ({"a": 1}, {"a": 2})),
        *(({"a": 1, "b": 2}, {"b": 3, "c": 4}), ({1: [1]}, {1: [2]}), ({"a": {"x": 1}}, {"b": {"x": 2}})),
    ),
    accepts=in_place,
    explains=_other_merge,
    accepted="the first dict in place",
)

GROUP_ANAGRAMS = BuiltIn(
    name="group_anagrams",
    aliases=("anagram groups", "grouping anagrams"),
    names=("group", "anagram"),
    summary="Returns the words of a list in groups of anagrams.",
    signature="group_anagrams(words)",
    reference=_group_anagrams,
    inputs=lambda draw: (draw.distinct(_SHORT_WORDS, 0, 6),),
    properties={
        "every word is in one group": lambda groups, words: (
            sorted(word for group in groups for word in group) == sorted(words)
        ),
    },
    cases=single(
        *([], ["a"], [""], ["ab", "ba"], ["a", "b"], ["aab", "abb"], ["ab", "c", "ba"], ["ad", "bc"]),
        ["eat", "tea", "tan", "ate", "nat", "bat"],
    ),
    accepts=_groups,
    accepted="groups and words in any order, a dict whose values are the groups",
)

SORT_DICT_BY_VALUE = BuiltIn(
    name="sort_dict_by_value",
    aliases=("sort dictionary by value", "sort a dictionary by its values", "sort dict"),
    names=("sort",),
    summary="Returns the items of a dict in ascending order of their values; asked only where no value repeats.",
    signature="sort_by_value(mapping)",
    reference=_sort_by_value,
    inputs=lambda draw: (dict(zip(draw.distinct(LETTERS, 0, 5), different(draw, -9, 9, 5, 5), strict=False)),),
    properties={
        "the values ascend": lambda pairs, _mapping: all(one[1] < other[1] for one, other in pairwise(pairs)),
        "it holds the items": lambda pairs, mapping: dict(pairs) == mapping,
    },
    cases=single(
        {}, {"a": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 1}, {"b": 3, "a": 1, "c": 2}, {"x": 0, "y": -1, "z": 10}
    ),
    accepts=_pairs_or_dict,
    explains=_other_order,
    accepted="a dict in this order, a list of pairs",
)

BEHAVIOURS = (*(WORD_COUNT, CHARACTER_COUNT, FREQUENCY, INVERT_DICT, MERGE_DICTS, GROUP_ANAGRAMS, SORT_DICT_BY_VALUE),)
