"""Behaviours of number theory: primes, divisors, digits, sequences and numerals."""

from __future__ import annotations

import math
from collections import Counter

from pytest_aiassert.behaviours.acceptance import alike, alike_in_any_order, items_of
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.readings import as_one_list
from pytest_aiassert.sandbox import Returned

_NUMERALS: dict[str, int] = dict(
    zip(
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        strict=True,
    )
)
_AMBIGUOUS = 2  # up to it, other readings of the sequence coincide
_NUMBERS = (1, 2, 3, 4, 5, 6, 8, 9, 10, 14, 40, 49, 58, 90, 99, 100, 400, 444, 500, 900, 1994, 2024, 3999)


def _fibonacci(n: int) -> int:
    one, next_one = 0, 1
    for _ in range(n):
        one, next_one = next_one, one + next_one
    return one


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % divisor for divisor in range(2, math.isqrt(n) + 1))


def _primes_up_to(n: int) -> list[int]:
    return [number for number in range(2, n + 1) if _is_prime(number)]


def _prime_factors(n: int) -> list[int]:
    factors: list[int] = []
    divisor = 2
    while n > 1:
        while n % divisor == 0:
            factors.append(divisor)
            n //= divisor
        divisor += 1
    return factors


def _digit_sum(n: int) -> int:
    return sum(map(int, str(n)))


def _is_armstrong(n: int) -> bool:
    digits = [int(digit) for digit in str(n)]
    return bool(n == sum(digit ** len(digits) for digit in digits))


def _to_binary(n: int) -> str:
    return f"{n:b}"


def _to_roman(n: int) -> str:
    text = ""
    for numeral, value in _NUMERALS.items():
        text += numeral * (n // value)
        n %= value
    return text


def _from_roman(text: str) -> int:
    values = [_NUMERALS[letter] for letter in text]
    return sum(-one if one < other else one for one, other in zip(values, [*values[1:], 0], strict=True))


def _other_fibonacci(example: Example, answer: Returned) -> str | None:
    (n,) = example.args
    items = items_of(answer.value)
    if items is not None:
        for length, words in ((n, "n"), (n + 1, "n + 1")):
            if alike([_fibonacci(i) for i in range(length)], items):
                return f"it gives the first {words} numbers, not the n-th"
        return "it gives a sequence, not the n-th number"
    if n > _AMBIGUOUS and same(_fibonacci(n + 1), answer.value):
        return "it is one ahead: fib(0) is 0 and fib(1) is 1"
    if n > _AMBIGUOUS and same(_fibonacci(n - 1), answer.value):
        return "it is one behind: fib(0) is 0 and fib(1) is 1"
    return None


def _factors_or_powers(example: Example, answer: Returned) -> bool:
    return alike_in_any_order(example.returns, answer.value) or alike(dict(Counter(example.returns)), answer.value)


def _other_factors(example: Example, answer: Returned) -> str | None:
    distinct = sorted(set(example.returns))
    if distinct != example.returns and alike_in_any_order(distinct, answer.value):
        return "it gives each prime factor once"
    return None


def _other_binary(example: Example, answer: Returned) -> str | None:
    if len(example.returns) > 1 and answer.value == example.returns[::-1] != example.returns:
        return "it gives the digits backwards"
    return "it gives a number, not a text of digits" if same(int(example.returns), answer.value) else None


def _with_or_without_prefix(example: Example, answer: Returned) -> bool:
    return answer.value in (example.returns, f"0b{example.returns}")


def _not_prime(n: int) -> int:
    """Return the first number from n on that is not prime."""
    return n if not _is_prime(n) else _not_prime(n + 1)


FACTORIAL = BuiltIn(
    name="factorial",
    aliases=("factorial of n", "n!", "compute the factorial"),
    names=("fact",),
    summary="Returns n! for n ≥ 0; what it does below zero is left open.",
    signature="factorial(n)",
    reference=math.factorial,
    inputs=lambda draw: (draw.integer(0, 20),),
    properties={
        "all numbers up to n divide it": lambda product, n: all(product % number == 0 for number in range(1, n + 1)),
    },
    cases=single(0, 1, 2, 3, 5, 10, 20, 25),
)

FIBONACCI = BuiltIn(
    name="fibonacci",
    aliases=("fib", "nth fibonacci number", "n-th fibonacci number", "fibonacci number"),
    names=("fib",),
    summary="Returns the n-th Fibonacci number, with fib(0) = 0 and fib(1) = 1.",
    signature="fibonacci(n)",
    reference=_fibonacci,
    inputs=lambda draw: (draw.integer(0, 18),),
    properties={
        "5 F² + 4 or 5 F² - 4 is a square": lambda number, _n: any(
            math.isqrt(x) ** 2 == x for x in (5 * number**2 + 4, abs(5 * number**2 - 4))
        ),
    },
    cases=single(0, 1, 2, 3, 4, 7, 10, 20),
    explains=_other_fibonacci,
)

IS_PRIME = BuiltIn(
    name="is_prime",
    aliases=("prime", "primality", "primality test", "prime check", "check prime", "prime number"),
    names=("prime",),
    summary="Tells whether an integer is prime; nothing below 2 is.",
    signature="is_prime(n)",
    reference=_is_prime,
    inputs=lambda draw: (draw.integer(-20, 2000),),
    properties={
        "2, 3 and 5 divide no other prime": lambda prime, n: not prime or all(n % d or n == d for d in (2, 3, 5)),
    },
    cases=single(2, 3, 4, 1, 0, -7, 5, 9, 15, 17, 25, 49, 97, 121, 561, 7919, 7921),
)

GCD = BuiltIn(
    name="gcd",
    aliases=(
        "greatest common divisor",
        "greatest common factor",
        "hcf",
        "highest common factor",
        "euclidean algorithm",
    ),
    names=("gcd", "divisor", "hcf"),
    summary="Returns the greatest common divisor of two non-negative integers, not both zero.",
    signature="gcd(a, b)",
    reference=math.gcd,
    inputs=lambda draw: (draw.integer(0, 200), draw.integer(1, 200))[:: draw.one_of((1, -1))],
    properties={
        "it divides both": lambda divisor, a, b: a % divisor == b % divisor == 0,
        "what is left of both has no common divisor": lambda divisor, a, b: math.gcd(a // divisor, b // divisor) == 1,
    },
    cases=(
        *((12, 18), (18, 12), (17, 5), (1, 1), (7, 7), (0, 5), (5, 0)),
        *((1, 9), (1071, 462), (6765, 4181), (4096, 6144)),
    ),
    readings=(as_one_list,),
    accepted="the two numbers as one list",
)

LCM = BuiltIn(
    name="lcm",
    aliases=("least common multiple", "lowest common multiple", "smallest common multiple"),
    names=("lcm", "multiple"),
    summary="Returns the least common multiple of two positive integers.",
    signature="lcm(a, b)",
    reference=math.lcm,
    inputs=lambda draw: (draw.integer(1, 60), draw.integer(1, 60)),
    properties={
        "it is a multiple of both": lambda multiple, a, b: multiple % a == multiple % b == 0,
        "it is not above their product": lambda multiple, a, b: 0 < multiple <= a * b,
    },
    cases=((1, 1), (4, 6), (6, 4), (5, 5), (3, 7), (1, 9), (2, 8), (21, 6), (12, 18), (1000, 999)),
    readings=(as_one_list,),
    accepted="the two numbers as one list",
)

PRIMES_UP_TO = BuiltIn(
    name="primes_up_to",
    aliases=("sieve", "sieve of eratosthenes", "prime sieve", "list of primes", "primes below n", "all primes up to n"),
    names=("primes", "sieve"),
    summary="Returns the primes up to n, in ascending order; asked only for n that are not prime themselves.",
    signature="primes_up_to(n)",
    reference=_primes_up_to,
    inputs=lambda draw: (_not_prime(draw.integer(0, 120)),),
    properties={
        "they ascend": lambda primes, _n: primes == sorted(primes),
        "none is a multiple of another": lambda primes, _n: all(
            one % other for one in primes for other in primes if one != other
        ),
    },
    cases=single(4, 1, 0, 6, 9, 10, 30, 50, 100, 200),
)

PRIME_FACTORS = BuiltIn(
    name="prime_factors",
    aliases=("prime factorization", "prime factorisation", "factorize", "prime decomposition"),
    names=("factor",),
    summary="Returns the prime factors of n ≥ 2, each as often as it divides n.",
    signature="prime_factors(n)",
    reference=_prime_factors,
    inputs=lambda draw: (draw.integer(2, 500),),
    properties={
        "their product is n": lambda factors, n: math.prod(factors) == n,
    },
    cases=single(2, 3, 4, 6, 8, 9, 12, 13, 15, 49, 97, 100, 360, 1001, 7921),
    accepts=_factors_or_powers,
    explains=_other_factors,
    accepted="any order, a dict from factors to exponents",
)

DIGIT_SUM = BuiltIn(
    name="digit_sum",
    aliases=("sum of digits", "sum digits", "digital sum", "add the digits"),
    names=("digit",),
    summary="Returns the sum of the digits of a non-negative integer.",
    signature="digit_sum(n)",
    reference=_digit_sum,
    inputs=lambda draw: (draw.integer(0, 99_999),),
    properties={
        "divided by 9, it leaves what n leaves": lambda total, n: total % 9 == n % 9,
    },
    cases=single(0, 7, 10, 11, 99, 100, 123, 1000, 5050, 987654321),
)

ARMSTRONG_NUMBER = BuiltIn(
    name="armstrong_number",
    aliases=("armstrong", "is_armstrong", "narcissistic number", "check armstrong number"),
    names=("armstrong", "narcissistic"),
    summary="Tells whether a positive integer equals the sum of its digits, each to the power of their count.",
    signature="is_armstrong(n)",
    reference=_is_armstrong,
    inputs=lambda draw: (draw.integer(1, 999),),
    properties={
        "all numbers of one digit are, none of two": lambda yes, n: yes if n < 10 else not yes or n >= 100,
    },
    cases=single(1, 2, 9, 10, 100, 153, 154, 370, 371, 407, 1000, 1634, 8208, 9474, 9475, 54748),
)

TO_BINARY = BuiltIn(
    name="to_binary",
    aliases=("decimal to binary", "binary representation", "int to binary", "convert to binary"),
    names=("binary", "bin"),
    summary="Writes a non-negative integer in binary digits, as a text.",
    signature="to_binary(n)",
    reference=_to_binary,
    inputs=lambda draw: (draw.integer(0, 1000),),
    properties={
        "read again, it is n": lambda text, n: int(text, 2) == n,
    },
    cases=single(0, 1, 2, 3, 4, 5, 8, 10, 19, 255, 1024),
    accepts=_with_or_without_prefix,
    explains=_other_binary,
    accepted="the prefix 0b",
)

TO_ROMAN = BuiltIn(
    name="to_roman",
    aliases=("int to roman", "integer to roman", "roman numeral", "convert to roman numerals"),
    names=("roman",),
    summary="Writes an integer from 1 to 3999 as a Roman numeral.",
    signature="to_roman(n)",
    reference=_to_roman,
    inputs=lambda draw: (draw.integer(1, 3999),),
    properties={
        "read again, it is n": lambda text, n: _from_roman(text) == n,
    },
    cases=single(*_NUMBERS),
)

FROM_ROMAN = BuiltIn(
    name="from_roman",
    aliases=("roman to int", "roman to integer", "parse roman numeral", "roman numeral to integer"),
    names=("roman",),
    summary="Returns the value of a Roman numeral.",
    signature="from_roman(text)",
    reference=_from_roman,
    inputs=lambda draw: (_to_roman(draw.integer(1, 3999)),),
    properties={
        "written again, it is the text": lambda n, text: _to_roman(n) == text,
    },
    cases=single(*map(_to_roman, _NUMBERS)),
)

BEHAVIOURS = (
    *(FACTORIAL, FIBONACCI, IS_PRIME, GCD, LCM, PRIMES_UP_TO, PRIME_FACTORS, DIGIT_SUM),
    *(ARMSTRONG_NUMBER, TO_BINARY, TO_ROMAN, FROM_ROMAN),
)
