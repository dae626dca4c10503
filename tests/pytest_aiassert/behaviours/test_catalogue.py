"""The ten behaviours: what satisfies them, what does not, and how they are named."""

from __future__ import annotations

import re

import pytest

from pytest_aiassert.behaviours import Behaviour, all_behaviours, best_attempt, find_behaviour, use_behaviours
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import outline

BUBBLE = """
def bubble(xs):
    for i in range(len(xs)):
        for j in range(len(xs) - 1):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return xs
"""

BISECT = """
from bisect import bisect_left
def f(xs, x):
    i = bisect_left(xs, x)
    return i if i < len(xs) and xs[i] == x else -1
"""

RECURSIVE_SEARCH = """
def search(xs, low, high, x):
    if low > high:
        return -1
    m = (low + high) // 2
    if xs[m] == x:
        return m
    return search(xs, low, m - 1, x) if xs[m] > x else search(xs, m + 1, high, x)
"""

FIBONACCI_LIST = """
def fib(n):
    xs = [0, 1]
    while len(xs) < n:
        xs.append(xs[-1] + xs[-2])
    return xs[:n]
"""

FIBONACCI_GENERATOR = """
def fib(n):
    a, b = 0, 1
    for _ in range(n):
        yield a
        a, b = b, a + b
"""

DEFAULT_DICT = """
from collections import defaultdict
def f(text):
    found = defaultdict(int)
    for word in text.split():
        found[word] += 1
    return found
"""

WORDS_BY_PATTERN = r"""
import re
def f(text):
    found = {}
    for word in re.findall(r'\b\w+\b', text.lower()):
        found[word] = found.get(word, 0) + 1
    return found
"""

RIGHT = {
    "addition": [
        "def f(a, b): return a + b",
        "def total(*numbers): return sum(numbers)",
        "def add_all(numbers): return sum(numbers)",
        "class Calculator:\n    def add(self, a, b): return a + b",
        "add = lambda a, b: a + b",
        "async def add(a, b): return a + b",
        "from decimal import Decimal\ndef add(a: float, b: float = 0) -> float:\n    return a + b",
    ],
    "factorial": [
        "def f(n): return 1 if n < 2 else n * f(n - 1)",
        "import math\ndef fact(n):\n    if n < 0: raise ValueError\n    return math.factorial(n)",
    ],
    "fibonacci": [
        "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
        "from functools import lru_cache\n@lru_cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)",
    ],
    "is_prime": ["def check(n): return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))"],
    "palindrome": [
        "def check(s): return s == s[::-1]",
        "def check(s):\n    s = ''.join(c.lower() for c in s if c.isalnum())\n    return s == s[::-1]",
        "def check(s): return list(s) == list(reversed(s))",
    ],
    "reverse_string": ["def rev(s): return s[::-1]", "def rev(s): return ''.join(reversed(s))"],
    "sorting": [
        "def order(xs): return sorted(xs)",
        "def order(xs): xs.sort()",
        BUBBLE,
    ],
    "binary_search": [
        BISECT,
        "def find(x, xs): return xs.index(x) if x in xs else None",
        "def last(xs, x): return max((i for i, y in enumerate(xs) if y == x), default=-1)",
        RECURSIVE_SEARCH,
        "def search(xs, x, low, high):\n    return next((i for i in range(low, high + 1) if xs[i] == x), -1)",
        "class Solution:\n    def search(self, nums, target): return nums.index(target) if target in nums else -1",
    ],
    "gcd": [
        "def f(a, b):\n    while b: a, b = b, a % b\n    return a",
        "import math\ndef divisor(*n): return math.gcd(*n)",
    ],
    "word_count": [
        "from collections import Counter\ndef f(t): return Counter(t.split())",
        DEFAULT_DICT,
        WORDS_BY_PATTERN,
    ],
}

WRONG = {
    "addition": [
        ("def add(a, b): return a - b", "add(2, 3) returned -1, expected 5"),
        ("def add(a, b): return a + abs(b)", "add(0, -1) returned 1, expected -1"),
        ("def add(a, b): return int(a) + int(b)", "add(0.1, 0.2) returned 0, expected 0.30000000000000004"),
        ("def add(a, b): print(a + b)", "printed '5' and returned None, expected 5"),
        ("def add(a, b): return str(a + b)", "returned '5', expected 5"),
        ("def add(a, b): raise TypeError('no')", "raised TypeError: no, expected 5"),
        ("def add(a, b): return input()", "raised EOFError"),
    ],
    "factorial": [
        ("def f(n): return 0 if n == 0 else n * (f(n - 1) or 1)", "f(0) returned 0, expected 1"),
        ("def f(n): return sum(range(n + 1))", "f(0) returned 0, expected 1"),
    ],
    "fibonacci": [
        (
            FIBONACCI_LIST,
            "it gives the first n numbers, not the n-th",
        ),
        (
            FIBONACCI_GENERATOR,
            "it gives the first n numbers, not the n-th",
        ),
        ("def fib(n): return 1 if n < 2 else fib(n - 1) + fib(n - 2)", "fib(0) returned 1, expected 0"),
        ("def fib(n): return n // 2 if n < 3 else fib(n - 1) + fib(n - 2)", "it is one behind"),
        ("def fib(n): return [n]", "it gives a sequence, not the n-th number"),
    ],
    "is_prime": [
        ("def f(n): return all(n % d for d in range(2, n))", "f(1) returned True, expected False"),
        ("def f(n): return n > 1 and n % 2 == 1", "f(2) returned False, expected True"),
        (
            "def f(n): return n > 1 and all(n % d for d in range(2, int(n ** 0.5)))",
            "f(4) returned True, expected False",
        ),
    ],
    "palindrome": [
        ("def f(s): return s[0] == s[-1]", "f('') raised IndexError"),
        ("def f(s): return s[::-1]", "f('') returned '', expected True"),
    ],
    "reverse_string": [
        ("def f(s): return list(reversed(s))", "f('') returned [], expected ''"),
        ("def f(s): return reversed(s)", "returned a reversed object of [], expected ''"),
        ("def f(s): return ' '.join(s.split()[::-1])", "f('abc') returned 'abc', expected 'cba'"),
    ],
    "sorting": [
        ("def f(xs): return sorted(xs, reverse=True)", "it sorts in descending order"),
        ("def f(xs): return sorted(set(xs))", "f([0, 0, 0]) returned [0], expected [0, 0, 0]"),
        ("def f(xs): return iter(sorted(xs))", "returned a list_iterator object of [], expected []"),
        ("def f(xs): return None", "returned None, expected [1, 2]"),
    ],
    "binary_search": [
        ("def f(xs, x): return x in xs", "it tells whether the item is there, not where"),
        ("def f(xs, x): return xs.index(x) + 1 if x in xs else -1", "f([2], 2) returned 1, expected 0"),
        ("def f(xs, x): return xs.index(x)", "f([], 1) raised ValueError"),
        ("def f(xs, x): return -1", "f([2], 2) returned -1, expected 0"),
    ],
    "gcd": [
        ("def f(a, b): return a * b", "f(7, 7) returned 49, expected 7"),
        (
            "def f(a, b): return max(d for d in range(1, min(a, b) + 1) if a % d == b % d == 0)",
            "f(0, 5) raised ValueError",
        ),
    ],
    "word_count": [
        ("def f(t): return len(t.split())", "it counts all words together, not each word"),
        (
            "def f(t):\n    d = {}\n    for w in t.split(' '): d[w] = d.get(w, 0) + 1\n    return d",
            "f('') returned {'': 1}, expected {}",
        ),
    ],
}


def pairs(table):
    return [pytest.param(name, item, id=f"{name}-{n}") for name, items in table.items() for n, item in enumerate(items)]


def test_every_behaviour_is_tried_both_ways():
    names = [behaviour.name for behaviour in all_behaviours()]

    assert len(names) == 10
    assert sorted(RIGHT) == sorted(WRONG) == sorted(names)


@pytest.mark.parametrize(("name", "code"), pairs(RIGHT))
def test_what_is_right_satisfies(name, code):
    attempt = best_attempt(code, find_behaviour(name))

    assert attempt.counterexample is None
    assert attempt.satisfied
    assert attempt.score == 1.0


@pytest.mark.parametrize(("name", "wrong"), pairs(WRONG))
def test_what_is_wrong_is_refuted_with_a_counterexample(name, wrong):
    code, counterexample = wrong
    attempt = best_attempt(code, find_behaviour(name))

    assert not attempt.satisfied
    assert counterexample in attempt.counterexample
    assert attempt.score < 1.0


@pytest.mark.parametrize("behaviour", all_behaviours(), ids=lambda b: b.name)
def test_a_behaviour_describes_itself(behaviour):
    (function,) = outline(f"def {behaviour.signature}: pass")

    assert behaviour.summary.endswith(".")
    assert all(function.takes(len(args)) for args in behaviour.cases)
    assert len({repr(args) for args in behaviour.cases}) == len(behaviour.cases)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("addition", "addition"),
        ("Add Two Numbers", "addition"),
        ("is prime", "is_prime"),
        ("IS-PRIME", "is_prime"),
        ("binary search", "binary_search"),
        ("sort", "sorting"),
        ("  word   count ", "word_count"),
    ],
)
def test_a_behaviour_is_found_by_name_and_alias(name, found):
    assert find_behaviour(name).name == found


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("adition", "did you mean 'addition'"),
        ("fibonaci", "did you mean 'fibonacci'"),
        ("zzz", "unknown behaviour 'zzz'; Known: addition,"),
    ],
)
def test_an_unknown_behaviour_is_an_error_with_the_nearest_names(name, hint):
    with pytest.raises(UsageError, match=re.escape(hint)):
        find_behaviour(name)


def test_behaviours_can_be_added_and_replaced_for_a_while():
    double = Behaviour(
        name="double",
        summary="Doubles.",
        signature="double(n)",
        reference=lambda n: 2 * n,
        cases=((1,), (0,)),
        aliases=("add",),
    )
    sorting = Behaviour(name="sorting", summary="Sorts.", signature="f(x)", reference=sorted, cases=(([2, 1],),))
    with use_behaviours(double, sorting):
        assert find_behaviour("double") is double
        assert find_behaviour("sorting") is sorting
        assert find_behaviour("add").name == "addition"
        assert len(all_behaviours()) == 11

    assert len(all_behaviours()) == 10
    with pytest.raises(UsageError):
        find_behaviour("double")


def test_a_reference_that_raises_asks_for_the_same_exception():
    half = Behaviour(name="half", summary="Halves.", signature="half(n)", reference=lambda n: 1 / n, cases=((0,), (2,)))

    assert best_attempt("def half(n): return 1 / n", half).satisfied
    refuted = best_attempt("def half(n): return 1 / n if n else 0", half)
    assert refuted.counterexample == "half(0) returned 0, expected it to raise ZeroDivisionError"
