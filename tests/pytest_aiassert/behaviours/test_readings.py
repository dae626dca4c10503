"""The same arguments reach differently declared functions."""

from __future__ import annotations

import pytest

from pytest_aiassert.behaviours import Behaviour, best_attempt
from pytest_aiassert.behaviours.readings import as_one_list, spread, swapped

POWER = Behaviour(
    name="power",
    summary="Raises to a power.",
    signature="power(base, exponent)",
    reference=pow,
    cases=((2, 3), (3, 2), (5, 0)),
)


@pytest.mark.parametrize(
    "code",
    [
        "def power(b, e): return b ** e",
        "def power(exponent, base): return base ** exponent",
        "def power(*, exponent, base): return base ** exponent",
        "def power(exponent, *, base): return base ** exponent",
        "def power(*, b, e): return b ** e",
        "def power(b, *, e): return b ** e",
        "def power(b, e, verbose=False): return b ** e",
        "def power(*args): return args[0] ** args[1]",
        "class Maths:\n    def power(self, exponent, base): return base ** exponent",
    ],
)
def test_arguments_are_passed_as_they_are_declared(code):
    assert best_attempt(code, POWER).satisfied


@pytest.mark.parametrize(
    ("code", "counterexample"),
    [
        ("def power(e, b): return b ** e", "power(2, 3) returned 9, expected 8"),
        ("def power(*, exponent, base): return exponent ** base", "power(exponent=3, base=2) returned 9, expected 8"),
        ("def power(base, *, e): return 0", "power(2, e=3) returned 0, expected 8"),
    ],
)
def test_the_order_is_not_guessed_where_nothing_tells_it(code, counterexample):
    assert best_attempt(code, POWER).counterexample == counterexample


@pytest.mark.parametrize(
    "code", ["def power(*, a, b, c): return 1", "def power(base): return base", "def power(*, b): return b"]
)
def test_what_cannot_take_the_arguments_is_not_tried(code):
    assert best_attempt(code, POWER) is None


def test_readings():
    assert as_one_list((1, 2)) == ([1, 2],)
    assert spread(([1, 2],)) == (1, 2)
    assert swapped((1, 2, 3)) == (2, 1, 3)


def test_a_list_may_be_asked_for_one_by_one_by_name():
    behaviour = Behaviour(
        name="most",
        summary="Most.",
        signature="most(xs)",
        reference=max,
        cases=(([1, 2],), ([3, 1],)),
        readings=(spread,),
    )

    assert best_attempt("def most(*, a, b): return a if a > b else b", behaviour).satisfied
