"""Behaviours of numbers: addition, factorial, fibonacci, is_prime, gcd."""

from __future__ import annotations

import math
from typing import Any

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.sandbox import Returned


def _add(a: float, b: float) -> float:
    return a + b


def _fibonacci(n: int) -> int:
    one, next_one = 0, 1
    for _ in range(n):
        one, next_one = next_one, one + next_one
    return one


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % divisor for divisor in range(2, math.isqrt(n) + 1))


def _as_one_list(args: tuple[Any, ...]) -> tuple[Any, ...]:
    return (list(args),)


def _other_fibonacci(example: Example, answer: Returned) -> str | None:
    (n,) = example.args
    items = getattr(answer.value, "items", answer.value)
    if isinstance(items, (list, tuple)):
        for length, words in ((n, "n"), (n + 1, "n + 1")):
            if list(items) == [_fibonacci(i) for i in range(length)]:
                return f"it gives the first {words} numbers, not the n-th"
        return "it gives a sequence, not the n-th number"
    if n > 2 and same(_fibonacci(n + 1), answer.value):  # noqa: PLR2004 - below, the readings coincide
        return "it is one ahead: fib(0) is 0 and fib(1) is 1"
    if n > 2 and same(_fibonacci(n - 1), answer.value):  # noqa: PLR2004 - the same
        return "it is one behind: fib(0) is 0 and fib(1) is 1"
    return None


ADDITION = Behaviour(
    name="addition",
    aliases=("add", "add two numbers", "sum of two numbers"),
    names=("add", "sum", "plus", "total"),
    summary="Adds two numbers.",
    signature="add(a, b)",
    reference=_add,
    cases=((2, 3), (0, 0), (0, -1), (-4, 4), (7, 0), (-2, -3), (0.5, 0.25), (0.1, 0.2), (10**15, 1), (2**70, 1)),
    readings=(_as_one_list,),
)

FACTORIAL = Behaviour(
    name="factorial",
    aliases=("factorial of n", "n!"),
    names=("fact",),
    summary="Returns n! for n ≥ 0; what it does below zero is left open.",
    signature="factorial(n)",
    reference=math.factorial,
    cases=((0,), (1,), (2,), (3,), (5,), (10,), (20,), (25,)),
)

FIBONACCI = Behaviour(
    name="fibonacci",
    aliases=("fib", "nth fibonacci number", "n-th fibonacci number"),
    names=("fib",),
    summary="Returns the n-th Fibonacci number, with fib(0) = 0 and fib(1) = 1.",
    signature="fibonacci(n)",
    reference=_fibonacci,
    cases=((0,), (1,), (2,), (3,), (4,), (7,), (10,), (20,)),
    explains=_other_fibonacci,
)

IS_PRIME = Behaviour(
    name="is_prime",
    aliases=("prime", "primality", "prime check", "check prime"),
    names=("prime",),
    summary="Tells whether an integer is prime; nothing below 2 is.",
    signature="is_prime(n)",
    reference=_is_prime,
    cases=tuple((n,) for n in (2, 3, 4, 1, 0, -7, 5, 9, 15, 17, 25, 49, 97, 121, 561, 7919, 7921)),
)

GCD = Behaviour(
    name="gcd",
    aliases=("greatest common divisor", "greatest common factor", "hcf", "highest common factor"),
    names=("gcd", "divisor", "hcf"),
    summary="Returns the greatest common divisor of two non-negative integers, not both zero.",
    signature="gcd(a, b)",
    reference=math.gcd,
    cases=(
        (12, 18),
        (18, 12),
        (17, 5),
        (1, 1),
        (7, 7),
        (0, 5),
        (5, 0),
        (1, 9),
        (1071, 462),
        (6765, 4181),
        (4096, 6144),
    ),
    readings=(_as_one_list,),
)
