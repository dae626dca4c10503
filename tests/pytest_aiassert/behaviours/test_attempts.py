"""Which function is taken, and what is said of it."""

from __future__ import annotations

import time

import pytest

from pytest_aiassert.behaviours import Example, attempt_named, attempts, best_attempt, find_behaviour
from pytest_aiassert.sandbox import Limits

ADDITION = find_behaviour("addition")


def test_the_function_that_satisfies_wins_over_the_one_that_sounds_right():
    attempt = best_attempt("def add(a, b): return a - b\ndef combine(a, b): return a + b", ADDITION)

    assert attempt.satisfied
    assert (attempt.name, attempt.line) == ("combine", 2)


def test_where_none_satisfies_the_one_that_sounds_right_is_reported():
    attempt = best_attempt("def left(a, b): return a + abs(b)\ndef add(a, b): return a * b", ADDITION)

    assert attempt.name == "add"


def test_where_none_sounds_right_the_one_that_agrees_most_is_reported():
    attempt = best_attempt("def f(a, b): return a * b\ndef g(a, b): return a + abs(b)", ADDITION)

    assert attempt.name == "g"


@pytest.mark.parametrize(
    "code", ["", "x = 1", "def add(a, b, c): return a", "def test_add(a, b): return a + b", "def add(): pass"]
)
def test_where_nothing_can_be_called_there_is_no_attempt(code):
    assert best_attempt(code, ADDITION) is None


def test_the_last_definition_of_a_name_counts():
    code = "def add(a, b): return a + b\ndef add(a, b): return a - b"

    assert best_attempt(code, ADDITION).line == 2


def test_a_function_that_hangs_does_not_hide_the_next_one():
    code = "def add(a, b):\n    while True: pass\ndef plus(a, b): return a + b"
    attempt = best_attempt(code, ADDITION, Limits(wall=1))

    assert attempt.satisfied
    assert attempt.name == "plus"


def test_a_slow_function_does_not_use_up_the_time_of_the_next():
    code = "import time\ndef add(a, b): time.sleep(0.15)\ndef plus(a, b):\n    time.sleep(0.15)\n    return a + b"
    attempt = best_attempt(code, ADDITION, Limits(wall=2.5))

    assert attempt.name == "plus"
    assert attempt.satisfied


def test_patience_ends(monkeypatch):
    monkeypatch.setattr(attempts, "_PATIENCE", 0.5)
    code = "\n".join(f"def f{n}(a, b):\n    while True: pass" for n in range(20))
    started = time.monotonic()
    attempt = best_attempt(code, ADDITION, Limits(wall=1))

    assert time.monotonic() - started < 8
    assert attempt.counterexample == "f0(2, 3) ran longer than 1 s, expected 5"
    assert (attempt.agreed, attempt.total) == (0, 10)


def test_no_patience_at_all_means_no_attempt(monkeypatch):
    monkeypatch.setattr(attempts, "_PATIENCE", -1.0)

    assert best_attempt("def add(a, b): return a + b", ADDITION) is None


def test_another_reading_is_named_only_where_it_explains_most_wrong_answers():
    backwards = "def sort_list(xs): return xs[::-1]"
    descending = "def sort_list(xs): return sorted(xs, reverse=True)"
    sorting = find_behaviour("sorting")

    assert "descending" not in best_attempt(backwards, sorting).counterexample
    assert "(it sorts in descending order)" in best_attempt(descending, sorting).counterexample


def test_examples_after_a_single_loss_still_count():
    code = "import os\ndef f(n):\n    if n == 1: os._exit(0)\n    return n"
    examples = [Example(args=(n,), returns=n) for n in range(4)]
    attempt = attempt_named(code, "f", examples)

    assert (attempt.agreed, attempt.total) == (3, 4)
    assert attempt.counterexample == "f(1) exited with status 0, expected 1"


def test_a_likely_name_is_one_that_holds_a_part():
    assert [ADDITION.likeness(name) for name in ("add", "Calc.add_two", "combine")] == [2, 1, 0]


EUCLID = "while b: a, b = b, a % b"


@pytest.mark.parametrize(
    "code",
    [
        f"def gcd(a, b):\n    {EUCLID}\n    return a",
        f"def hcf(b, a):\n    {EUCLID}\n    return a",
        f"def gcd(*, a, b):\n    {EUCLID}\n    return a",
        f"def gcd(pair):\n    a, b = pair\n    {EUCLID}\n    return a",
        f"def gcd(*pair):\n    a, b = pair\n    {EUCLID}\n    return a",
        f"def gcd(a, *others):\n    b, = others\n    {EUCLID}\n    return a",
        f"async def gcd(a, b):\n    {EUCLID}\n    return a",
        f"class Maths:\n    def gcd(self, a, b):\n        {EUCLID}\n        return a",
        f"class Maths:\n    @classmethod\n    def gcd(cls, a, b):\n        {EUCLID}\n        return a",
        f"class Maths:\n    @staticmethod\n    async def gcd(a, b):\n        {EUCLID}\n        return a",
        (
            f"try:\n    from numpy import gcd\nexcept ImportError:\n    pass\nif True:\n    def gcd(a, b):\n"
            f"        {EUCLID}\n        return a"
        ),
        "gcd = lambda a, b: a if not b else gcd(b, a % b)",
    ],
    ids=range(12),
)
def test_a_function_is_found_in_every_dress_and_asked_what_is_drawn(code):
    attempt = best_attempt(code, find_behaviour("gcd"))

    assert attempt.satisfied
    assert attempt.drawn > 30


def test_what_was_changed_in_place_and_wrongly_is_told():
    code = "def sort(xs):\n    for i in range(len(xs) - 1): xs[i], xs[i + 1] = sorted(xs[i:i + 2])"

    assert best_attempt(code, find_behaviour("sorting")).counterexample == (
        "sort([-1, 5, -3, 0]) returned None and left [-1, -3, 0, 5], expected [-3, -1, 0, 5]"
    )
