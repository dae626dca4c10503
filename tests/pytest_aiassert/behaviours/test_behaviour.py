"""A behaviour that is wrong in itself is refused when it is made, not told of the code it judges."""

from __future__ import annotations

import re
from itertools import count

import pytest

from pytest_aiassert.behaviours import Behaviour, best_attempt
from pytest_aiassert.behaviours.acceptance import in_place
from pytest_aiassert.errors import UsageError

ONCE = count()


def clamp(x, low, high):
    return max(low, min(x, high))


def made(**changes):
    usual = {
        "name": "clamp",
        "summary": "Limits a number to a range.",
        "signature": "clamp(x, low, high)",
        "reference": clamp,
        "cases": ((5, 0, 3), (-1, 0, 3), (2, 0, 3)),
    }
    return Behaviour(**{**usual, **changes})


def test_the_reference_says_what_is_right():
    assert [(example.args, example.returns) for example in made().examples] == [
        ((5, 0, 3), 3),
        ((-1, 0, 3), 0),
        ((2, 0, 3), 2),
    ]


def test_known_answers_are_cases_too_and_come_first():
    behaviour = made(known=(((9, 0, 3), 3), ((2, 0, 3), 2)))

    assert [example.args for example in behaviour.examples] == [(9, 0, 3), (2, 0, 3), (5, 0, 3), (-1, 0, 3)]


def test_known_answers_are_enough():
    assert len(made(cases=(), known=(((9, 0, 3), 3),)).examples) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"cases": ()}, "there are no cases; give at least one tuple of arguments"),
        ({"cases": (5, 0, 3)}, "case 1 is 5; expected a tuple of arguments, as in (5,)"),
        ({"cases": ((5, 0),)}, "case 1 is (5, 0), which does not fit the signature clamp(x, low, high)"),
        ({"cases": ((1, 0, 3), (object, 0, 3))}, "case 2 is (<class 'object'>, 0, 3); only plain values"),
        ({"cases": ((1, "a", 3),)}, "its reference raised TypeError for clamp(1, 'a', 3): '>' not supported"),
        ({"signature": "clamp"}, "cannot read the signature 'clamp'; expected for example 'add(a, b)'"),
        ({"signature": "clamp(x"}, "cannot read the signature"),
        (
            {"reference": lambda *args: iter(args)},
            "its reference returns a tuple_iterator for clamp(5, 0, 3); only plain",
        ),
        ({"reference": lambda *_, n=ONCE: next(n)}, "answers clamp(5, 0, 3) once so and once otherwise"),
        ({"known": (((5, 0, 3), 5),)}, "its reference returns 3 for clamp(5, 0, 3), known is 5"),
        ({"known": ((5, 0, 3),)}, "known pair 1 is (5, 0, 3); expected (arguments, answer), as in ((2, 3), 5)"),
        (
            {"accepts": lambda *_: False},
            "`accepts` refuses what the reference returns for clamp(5, 0, 3): 3",
        ),
    ],
    ids=range(12),
)
def test_a_behaviour_that_is_wrong_in_itself_is_refused(changes, problem):
    with pytest.raises(UsageError, match="behaviour 'clamp': ") as caught:
        made(**changes)

    assert problem in str(caught.value)


def test_an_exception_must_be_allowed_to_be_right():
    def half(n):
        return 1 / n

    cases = ((0,), (2,))
    with pytest.raises(UsageError, match=re.escape("where that is right, say raises=(ZeroDivisionError,)")):
        made(signature="half(n)", reference=half, cases=cases)
    behaviour = made(signature="half(n)", reference=half, cases=cases, raises=(ArithmeticError,))
    assert best_attempt("def half(n): return 1 / n", behaviour).satisfied
    refuted = best_attempt("def half(n): return 1 / n if n else 0", behaviour)
    assert refuted.counterexample == "half(0) returned 0, expected it to raise ZeroDivisionError"


def test_a_known_answer_is_no_exception():
    with pytest.raises(UsageError, match=re.escape("its reference raises ValueError for f([]), known is 0")):
        made(signature="f(x)", reference=max, cases=(), known=((([],), 0),), raises=(ValueError,))


def test_a_reference_that_changes_its_argument_spoils_no_case():
    behaviour = made(
        signature="f(x)",
        reference=lambda x: x.sort() or x,
        cases=(([2, 1],),),
        accepts=in_place,
        known=(([3, 1],),)[:0],
    )

    assert behaviour.examples[0].args == ([2, 1],)
    assert behaviour.examples[0].returns == [1, 2]
