"""Behaviours of sorting and searching."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, in_place
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import different, integers
from pytest_aiassert.behaviours.readings import swapped
from pytest_aiassert.sandbox import Returned


def _search(items: list[Any], target: Any) -> int:
    at = bisect_left(items, target)
    return at if at < len(items) and items[at] == target else -1


def _is_sorted(items: list[Any]) -> bool:
    return items == sorted(items)


def _kth_largest(items: list[Any], k: int) -> Any:
    return sorted(items, reverse=True)[k - 1]


def _index_of_any(example: Example, answer: Returned) -> bool:
    items, target = example.args
    index = answer.value
    if example.returns == -1:
        return index is None or (type(index) is int and index == -1)
    return type(index) is int and 0 <= index < len(items) and items[index] == target


def _other_search(example: Example, answer: Returned) -> str | None:
    del example
    return "it tells whether the item is there, not where" if isinstance(answer.value, bool) else None


def _other_sorting(example: Example, answer: Returned) -> str | None:
    if len(set(example.args[0])) > 1 and alike(example.returns[::-1], answer.value):
        return "it sorts in descending order"
    return None


def _other_rank(example: Example, answer: Returned) -> str | None:
    items, k = example.args
    if 2 * k != len(items) + 1 and alike(sorted(items)[k - 1], answer.value):
        return "it gives the k-th smallest"
    return None


def _with_range_before(args: tuple[Any, ...]) -> tuple[Any, ...]:
    items, target = args
    return (items, 0, len(items) - 1, target)


def _with_range_after(args: tuple[Any, ...]) -> tuple[Any, ...]:
    items, target = args
    return (items, target, 0, len(items) - 1)


def _pseudo_random(count: int) -> list[int]:
    return [(index * 7919 + 13) % 1009 - 500 for index in range(count)]


def _maybe_sorted(items: list[int], *, sort: bool) -> list[int]:
    return sorted(items) if sort else items


def _with_rank(draw: Draw) -> tuple[list[int], int]:
    items = different(draw, least=1)
    return items, draw.integer(1, len(items))


_TENS = list(range(0, 1000, 10))

SORTING = BuiltIn(
    name="sorting",
    aliases=(
        *("sort", "sort a list", "bubble sort", "insertion sort", "selection sort", "merge sort"),
        *("mergesort", "quicksort", "quick sort", "heap sort", "heapsort", "shell sort"),
    ),
    names=("sort",),
    summary="Sorts a list of integers in ascending order, as a new list or in place.",
    signature="sort(items)",
    reference=sorted,
    inputs=lambda draw: (integers(draw, most=8),),
    properties={
        "it is a permutation of the items": lambda ordered, items: Counter(ordered) == Counter(items),
        "it ascends": lambda ordered, _items: all(one <= other for one, other in pairwise(ordered)),
    },
    cases=single(
        *([3, 1, 2], [], [1], [2, 1], [1, 2, 3], [5, 4, 3, 2, 1], [2, 3, 2, 1, 3], [0, 0, 0], [-1, 5, -3, 0]),
        _pseudo_random(100),
    ),
    accepts=in_place,
    explains=_other_sorting,
    readings=(
        lambda args: (args[0], len(args[0])),
        lambda args: (args[0], 0, len(args[0]) - 1),
    ),
    accepted="in place, with the length, or with the first and last place",
)

BINARY_SEARCH = BuiltIn(
    name="binary_search",
    aliases=("bisection", "search a sorted list", "linear search", "search in a sorted array"),
    names=("search", "bisect", "find"),
    summary="Returns an index of the target in a sorted list, or -1 or None where it is missing.",
    signature="binary_search(items, target)",
    reference=_search,
    inputs=lambda draw: (sorted(integers(draw, -9, 9, most=8)), draw.integer(-9, 9)),
    properties={
        "the target is where it says": lambda at, items, target: at == -1 or items[at] == target,
        "-1 is for a missing target": lambda at, items, target: (at == -1) == (target not in items),
    },
    cases=(
        *(([1, 3, 5, 7], 5), ([1, 3, 5, 7], 1), ([1, 3, 5, 7], 7), ([1, 3, 5, 7], 4), ([1, 3, 5, 7], 0)),
        *(([1, 3, 5, 7], 9), ([], 1), ([2], 2), ([2], 3), ([1, 2], 2), ([-5, -1, 0, 8, 9], -1)),
        *(([1, 2, 2, 2, 3], 2), (_TENS, 990), (_TENS, 555)),
    ),
    accepts=_index_of_any,
    explains=_other_search,
    readings=(swapped, _with_range_before, _with_range_after),
    accepted="any index of a repeated item, the target first, with a range before or behind the target",
)

IS_SORTED = BuiltIn(
    name="is_sorted",
    aliases=("check sorted", "check if a list is sorted", "sorted check"),
    names=("sorted", "order", "ascending"),
    summary="Tells whether a list is in ascending order, repetitions allowed.",
    signature="is_sorted(items)",
    reference=_is_sorted,
    inputs=lambda draw: (_maybe_sorted(integers(draw, -9, 9), sort=draw.boolean()),),
    properties={
        "the first is not above the last where it is": lambda yes, items: not yes or items[:1] <= items[-1:],
    },
    cases=single(
        [], [1], [1, 2], [2, 1], [1, 1], [1, 3, 2], [-1, 0, 1], [0, -1], [1, 2, 3, 0], [2, 1, 3], [1, 2, 2, 3]
    ),
)

KTH_LARGEST = BuiltIn(
    name="kth_largest",
    aliases=("k-th largest element", "kth largest element", "kth largest number"),
    names=("kth", "largest"),
    summary="Returns the k-th largest item of a list, the largest for k = 1; asked only where no item repeats.",
    signature="kth_largest(items, k)",
    reference=_kth_largest,
    inputs=_with_rank,
    properties={
        "k - 1 items are larger": lambda item, items, k: sum(other > item for other in items) == k - 1,
    },
    cases=(
        *(([1], 1), ([1, 2], 1), ([2, 1], 2), ([3, 1, 2], 1), ([3, 1, 2], 3), ([-1, -2], 2), ([4, 9, 2, 7], 2)),
        *(([3, 2, 1, 5, 6, 4], 2), ([7, 10, 4, 3, 20, 15], 3)),
    ),
    explains=_other_rank,
    readings=(swapped,),
    accepted="k first",
)

BEHAVIOURS = (SORTING, BINARY_SEARCH, IS_SORTED, KTH_LARGEST)
