"""Behaviours of arithmetic: sums, extremes, averages, fizzbuzz."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import integers
from pytest_aiassert.behaviours.readings import as_one_list, spread
from pytest_aiassert.sandbox import Returned


def _add(a: float, b: float) -> float:
    return a + b


def _fizz(n: int) -> str:
    return "Fizz" * (n % 3 == 0) + "Buzz" * (n % 5 == 0) or str(n)


def _fizzbuzz(n: int) -> list[str]:
    return [_fizz(i) for i in range(1, n + 1)]


def _list_or_one(example: Example, answer: Returned) -> bool:
    numbers = [int(item) if item.isdigit() else item for item in example.returns]
    rights = [example.returns, numbers, example.returns[-1], numbers[-1], "\n".join(example.returns)]
    return any(alike(right, answer.value) for right in rights)


def _other_average(example: Example, answer: Returned) -> str | None:
    exact = statistics.mean(example.args[0])
    return "it rounds down" if exact % 1 and alike(exact // 1, answer.value) else None


def _other_median(example: Example, answer: Returned) -> str | None:
    numbers: Sequence[float] = example.args[0]
    if numbers != sorted(numbers) and alike(statistics.median_high([numbers[len(numbers) // 2]]), answer.value):
        return "it does not sort the numbers first"
    return None


def _number(draw: Draw) -> float:
    """Draw an integer, or a fraction that a float holds exactly."""
    number = draw.integer(-1000, 1000)
    return number / 4 if draw.boolean() else number


def _below(middle: float, numbers: Sequence[float]) -> tuple[int, int]:
    """Return how many numbers are below and above."""
    return sum(number < middle for number in numbers), sum(number > middle for number in numbers)


ADDITION = BuiltIn(
    name="addition",
    aliases=("add", "add two numbers", "sum of two numbers", "adding two numbers"),
    names=("add", "sum", "plus", "total"),
    summary="Adds two numbers.",
    signature="add(a, b)",
    reference=_add,
    inputs=lambda draw: (_number(draw), _number(draw)),
    properties={
        "the sum less one number is the other": lambda total, a, b: math.isclose(
            total - b, a, rel_tol=1e-9, abs_tol=1e-9
        ),
    },
    cases=((2, 3), (0, 0), (0, -1), (-4, 4), (7, 0), (-2, -3), (0.5, 0.25), (0.1, 0.2), (10**15, 1), (2**70, 1)),
    readings=(as_one_list,),
    accepted="the two numbers as one list",
)

MAXIMUM = BuiltIn(
    name="maximum",
    aliases=("max", "largest number", "largest element", "maximum of a list", "find the maximum"),
    names=("max", "largest", "biggest", "greatest"),
    summary="Returns the largest number of a list; what it does with an empty one is left open.",
    signature="maximum(numbers)",
    reference=max,
    inputs=lambda draw: (integers(draw, least=1),),
    properties={
        "it is one of the numbers": lambda most, numbers: most in numbers,
        "no number is greater": lambda most, numbers: all(number <= most for number in numbers),
    },
    cases=single([3], [1, 2], [2, 1], [-1], [-3, -1, -2], [0, 0], [1, 5, 2], [-5, 0], [2.5, 2], [4, 4, 1], [10**20, 7]),
    readings=(spread,),
    accepted="the numbers one by one",
)

AVERAGE = BuiltIn(
    name="average",
    aliases=("mean", "arithmetic mean", "average of a list", "average of numbers"),
    names=("mean", "average", "avg"),
    summary="Returns the arithmetic mean of a list of numbers; what it does with an empty one is left open.",
    signature="average(numbers)",
    reference=statistics.mean,
    inputs=lambda draw: (integers(draw, least=1),),
    properties={
        "it is between the least and the greatest": lambda mean, numbers: min(numbers) <= mean <= max(numbers),
    },
    cases=single([2], [0], [1, 3], [1, 2], [-1, 1], [1, 2, 3], [0.5, 1.5], [-1, -2], [1, 2, 4], [10, 20, 30, 45]),
    explains=_other_average,
    readings=(spread,),
    accepted="the numbers one by one",
)

MEDIAN = BuiltIn(
    name="median",
    aliases=("median of a list", "find the median", "middle value"),
    names=("median",),
    summary="Returns the median of a list of numbers, of an even count the mean of the middle two.",
    signature="median(numbers)",
    reference=statistics.median,
    inputs=lambda draw: (integers(draw, least=1),),
    properties={
        "at most half are below, and at most half above": lambda middle, numbers: (
            2 * max(_below(middle, numbers)) <= len(numbers)
        ),
    },
    cases=single(
        [5], [1, 2], [2, 1], [1, 3], [3, 1, 2], [4, 1, 3, 2], [2, 2, 1], [-1, -5, 0], [7, 1, 9, 3, 5], [1, 9, 2, 8]
    ),
    explains=_other_median,
    readings=(spread,),
    accepted="the numbers one by one",
)

FIZZBUZZ = BuiltIn(
    name="fizzbuzz",
    aliases=("fizz buzz",),
    names=("fizz", "buzz"),
    summary="Returns what FizzBuzz says for 1 to n: Fizz for multiples of 3, Buzz for those of 5, FizzBuzz for both.",
    signature="fizzbuzz(n)",
    reference=_fizzbuzz,
    inputs=lambda draw: (draw.integer(1, 60),),
    properties={
        "something is said for each number": lambda said, n: len(said) == n,
    },
    cases=single(1, 2, 3, 4, 5, 6, 7, 9, 10, 14, 15, 16, 30, 45, 100),
    accepts=_list_or_one,
    accepted="what is said for n alone, numbers as such, all in one text of lines",
)

BEHAVIOURS = (ADDITION, MAXIMUM, AVERAGE, MEDIAN, FIZZBUZZ)
