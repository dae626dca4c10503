"""Behaviours of lists: flattening, chunks, duplicates, pairs and sums."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, pairwise
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike, equal, in_place, items_of
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import different, integers
from pytest_aiassert.behaviours.readings import spread, swapped
from pytest_aiassert.sandbox import Returned

_TWO = 2


def _flatten(nested: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in nested:
        flat += _flatten(item) if isinstance(item, list) else [item]
    return flat


def _unique(items: list[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def _chunk(items: list[Any], size: int) -> list[list[Any]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _second_largest(numbers: list[Any]) -> Any:
    return sorted(numbers)[-2]


def _merge_sorted(a: list[Any], b: list[Any]) -> list[Any]:
    return sorted([*a, *b])


def _two_sum(numbers: list[int], target: int) -> list[int]:
    places = range(len(numbers))
    return next([i, j] for i in places for j in places if i < j and numbers[i] + numbers[j] == target)


def _max_subarray(numbers: list[int]) -> int:
    sums = [sum(numbers[start:end]) for end in range(len(numbers) + 1) for start in range(end)]
    return max(sums)


def _move_zeros(numbers: list[int]) -> list[int]:
    return sorted(numbers, key=lambda number: number == 0)


def _cumulative_sum(numbers: list[float]) -> list[float]:
    return list(accumulate(numbers))


def _places(example: Example, answer: Returned) -> bool:
    places = items_of(answer.value)
    numbers, target = example.args
    if places is None or len(places) != _TWO or not all(type(at) is int and 0 <= at < len(numbers) for at in places):
        return False
    return places[0] != places[1] and bool(numbers[places[0]] + numbers[places[1]] == target)


def _other_two_sum(example: Example, answer: Returned) -> str | None:
    numbers, target = example.args
    items = items_of(answer.value)
    if items is None or len(items) != _TWO or not all(type(item) is int for item in items):
        return None
    if sum(items) == target and all(item in numbers for item in items):
        return "it gives the numbers, not their places"
    one, other = sorted(items)
    return "it counts places from 1" if alike(example.returns, [one - 1, other - 1]) else None


def _other_flattening(example: Example, answer: Returned) -> str | None:
    once = [inner for item in example.args[0] for inner in (item if isinstance(item, list) else [item])]
    return "it flattens one level only" if once != example.returns and alike(once, answer.value) else None


def _other_unique(example: Example, answer: Returned) -> str | None:
    given = answer.value if isinstance(answer.value, (set, frozenset)) else items_of(answer.value) or ()
    if len(given) == len(example.returns) and all(item in given for item in example.returns):
        return "it does not keep the order"
    return None


def _other_maximum(example: Example, answer: Returned) -> str | None:
    if alike(max(0, example.returns), answer.value):
        return "it takes an empty part, of sum 0, for the best"
    return None


def _other_zeros(example: Example, answer: Returned) -> str | None:
    return "it moves the zeros to the front" if alike(sorted(example.args[0], key=bool), answer.value) else None


def _nested(draw: Draw, depth: int) -> list[Any]:
    """Draw a list of digits and such lists."""

    def item() -> Any:
        return _nested(draw, depth - 1) if depth > 1 and draw.boolean() else draw.integer(0, 9)

    return draw.items(item, 0, 4)


def _with_target(draw: Draw) -> tuple[list[int], int]:
    """Draw numbers, and what two of them add up to."""
    numbers = integers(draw, -9, 20, least=2)
    one, other = draw.distinct(numbers, 2, 2)
    return numbers, one + other


FLATTEN = BuiltIn(
    name="flatten",
    aliases=("flatten a list", "flatten a nested list"),
    names=("flat",),
    summary="Returns the numbers of a list nested to any depth as one flat list.",
    signature="flatten(nested)",
    reference=_flatten,
    inputs=lambda draw: (_nested(draw, 3),),
    properties={
        "it holds the numbers in their order": lambda flat, nested: (
            [int(digit) for digit in str(nested) if digit.isdecimal()] == flat
        ),
    },
    cases=single(
        *([], [1], [[1]], [[]], [1, [2]], [[1], 2], [[1, 2], [3]], [[[1]]], [1, [], 2]),
        *([1, [2, [3]]], [1, [2, [3, [4]]], 5], [[[]], [[1, [2]]]]),
    ),
    explains=_other_flattening,
)

UNIQUE = BuiltIn(
    name="unique",
    aliases=("deduplicate", "remove duplicates", "remove duplicates from a list", "dedupe", "unique elements"),
    names=("unique", "dedup", "distinct", "duplicate"),
    summary="Returns the items of a list without repetitions, in the order of their first occurrence.",
    signature="unique(items)",
    reference=_unique,
    inputs=lambda draw: (integers(draw, 0, 4, most=8),),
    properties={
        "no item is there twice": lambda left, _items: len(left) == len(set(left)),
        "every item is there": lambda left, items: set(left) == set(items),
    },
    cases=single([], [1], [1, 1], [2, 1], [2, 1, 2], ["b", "a", "b"], [3, 1, 3, 2, 1], [0, 0, 0], [9, 8, 9, 7, 8]),
    accepts=in_place,
    explains=_other_unique,
    accepted="in place",
)

CHUNK = BuiltIn(
    name="chunk",
    aliases=("chunks", "chunk a list", "split a list into chunks", "split into chunks", "batch"),
    names=("chunk", "batch", "split"),
    summary="Splits a list into parts of a size, the last of which may be shorter.",
    signature="chunk(items, size)",
    reference=_chunk,
    inputs=lambda draw: (integers(draw, 0, 9, most=7), draw.integer(1, 5)),
    properties={
        "joined, the parts are the list": lambda parts, items, _size: (
            [item for part in parts for item in part] == items
        ),
        "no part is empty or too long": lambda parts, _items, size: all(1 <= len(part) <= size for part in parts),
    },
    cases=(
        *(([], 3), ([1], 1), ([1], 2), ([1, 2], 1), ([1, 2], 2), ([1, 2, 3], 2), ([1, 2, 3, 4], 2), ([1, 2, 3], 3)),
        ([1, 2, 3, 4, 5], 3),
    ),
    readings=(swapped,),
    accepted="the size first",
)

SECOND_LARGEST = BuiltIn(
    name="second_largest",
    aliases=("second largest number", "second maximum", "second highest", "find the second largest"),
    names=("second",),
    summary="Returns the second largest number of a list; asked only where the largest is there once.",
    signature="second_largest(numbers)",
    reference=_second_largest,
    inputs=lambda draw: (different(draw, least=2),),
    properties={
        "one number is larger": lambda second, numbers: sum(number > second for number in numbers) == 1,
    },
    cases=single([1, 2], [2, 1], [3, 1, 2], [1, 2, 3], [-1, -2], [0, -1], [2, 1, 1], [5, 3, 9, 7], [-5, -3, -9, -7]),
    readings=(spread,),
    accepted="the numbers one by one",
)

MERGE_SORTED = BuiltIn(
    name="merge_sorted",
    aliases=("merge two sorted lists", "merge sorted lists", "merge sorted arrays", "merge lists"),
    names=("merge",),
    summary="Merges two sorted lists into one sorted list, repetitions included.",
    signature="merge(a, b)",
    reference=_merge_sorted,
    inputs=lambda draw: (sorted(integers(draw, -9, 9)), sorted(integers(draw, -9, 9))),
    properties={
        "it is sorted": lambda merged, _a, _b: all(one <= other for one, other in pairwise(merged)),
        "it holds the numbers of both": lambda merged, a, b: Counter(merged) == Counter([*a, *b]),
    },
    cases=(
        *(([], []), ([1], []), ([], [1]), ([1], [2]), ([2], [1]), ([1], [1]), ([1, 3], [2]), ([1, 1], [1])),
        *(([1, 2], [3, 4]), ([1, 3, 5], [2, 4, 6]), ([-3, 0, 7], [-2, 7])),
    ),
)

TWO_SUM = BuiltIn(
    name="two_sum",
    aliases=("two sum problem", "indices of two numbers that add up to a target"),
    names=("two_sum", "pair"),
    summary="Returns the places of two numbers of a list that add up to a target; there always are such.",
    signature="two_sum(numbers, target)",
    reference=_two_sum,
    inputs=_with_target,
    properties={
        "the numbers there add up to the target": lambda places, numbers, target: (
            sum(numbers[at] for at in places) == target
        ),
    },
    cases=(
        *(([1, 2], 3), ([3, 3], 6), ([3, 2, 4], 6), ([2, 7, 11, 15], 9), ([0, 4, 0], 0), ([-1, 1, 5], 0)),
        *(([-3, -7, 2], -10), ([1, 2, 3, 9], 12), ([5, 5, 1, 2], 10)),
    ),
    accepts=_places,
    explains=_other_two_sum,
    readings=(swapped,),
    accepted="the places in any order, any right pair, the target first",
)

MAX_SUBARRAY = BuiltIn(
    name="max_subarray",
    aliases=("maximum subarray", "maximum subarray sum", "kadane", "largest sum of a contiguous subarray"),
    names=("sub", "kadane", "max_sum"),
    summary="Returns the largest sum of a part of a list, at least one number long.",
    signature="max_subarray(numbers)",
    reference=_max_subarray,
    inputs=lambda draw: (integers(draw, -9, 9, least=1, most=7),),
    properties={
        "no number and no sum of all is larger": lambda best, numbers: best >= max(*numbers, sum(numbers), numbers[0]),
    },
    cases=single(
        *([1], [-1], [0], [1, 2], [-2, 1], [1, -2], [-2, -1], [2, -1, 2], [1, -3, 2], [3, -1, 4, -9]),
        [-2, 1, -3, 4, -1, 2, 1, -5, 4],
    ),
    explains=_other_maximum,
)

MOVE_ZEROS = BuiltIn(
    name="move_zeros",
    aliases=("move zeroes", "move zeros to the end", "move all zeroes to the end"),
    names=("zero",),
    summary="Moves the zeros of a list to its end and keeps the order of the other numbers.",
    signature="move_zeros(numbers)",
    reference=_move_zeros,
    inputs=lambda draw: (integers(draw, -2, 3, most=7),),
    properties={
        "it holds the same numbers": lambda moved, numbers: Counter(moved) == Counter(numbers),
        "no number stands behind a zero": lambda moved, _numbers: (
            not any(other and not one for one, other in pairwise(moved))
        ),
    },
    cases=single([], [0], [1], [0, 1], [1, 0], [2, 1], [0, 0, 1], [0, 2, 0, 1], [0, 1, 0, 3, 12], [-1, 0, 5]),
    accepts=in_place,
    explains=_other_zeros,
    accepted="in place",
)

CUMULATIVE_SUM = BuiltIn(
    name="cumulative_sum",
    aliases=("running total", "running sum", "prefix sums", "prefix sum", "cumulative sums"),
    names=("cumul", "running", "prefix"),
    summary="Returns the sums of the first number, the first two, and so on.",
    signature="cumulative_sum(numbers)",
    reference=_cumulative_sum,
    inputs=lambda draw: (integers(draw, -9, 9),),
    properties={
        "there are as many sums as numbers": lambda sums, numbers: len(sums) == len(numbers),
        "the last one is the sum of all": lambda sums, numbers: not sums or sums[-1] == sum(numbers),
    },
    cases=single([], [1], [1, 2], [0, 0], [1, -1], [2, -3, 1], [1, 2, 3, 4], [0.5, 0.5], [-1, -2, -3]),
    accepts=lambda example, answer: equal(example, answer) or (bool(example.args[0]) and in_place(example, answer)),
    accepted="in place",
)

BEHAVIOURS = (
    *(FLATTEN, UNIQUE, CHUNK, SECOND_LARGEST, MERGE_SORTED, TWO_SUM, MAX_SUBARRAY, MOVE_ZEROS, CUMULATIVE_SUM),
)
