"""What the built-in behaviours draw suits them, and their properties can fail."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import MissingExtraError
from pytest_aiassert.behaviours import Behaviour, all_behaviours, find_behaviour
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import Drawn
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import Returned

ALL = [pytest.param(behaviour, id=behaviour.name) for behaviour in all_behaviours()]
FUNCTIONS = [case for case in ALL if isinstance(case.values[0], Behaviour)]
FEW = {"hanoi": 2, "pascals_triangle": 3}  # there are no more within reason


@pytest.mark.parametrize("behaviour", ALL)
def test_every_behaviour_draws_inputs_that_its_reference_answers(behaviour):
    assert len(behaviour.drawn) >= FEW.get(behaviour.name, 10)


def test_a_behaviour_of_our_own_asks_nothing_before_it_is_used():
    asked = []
    made = BuiltIn(name="f", summary="", signature="f(n)", reference=asked.append, cases=((1,),))

    assert asked == []
    assert made.parameters == ("n",)
    with pytest.raises(UsageError, match="there are no cases"):
        _ = BuiltIn(name="f", summary="", signature="f(n)", reference=abs).examples


@pytest.mark.parametrize("behaviour", FUNCTIONS)
def test_every_property_fails_for_some_wrong_answer(behaviour):
    examples = [*behaviour.examples, *(example for _, example in behaviour.drawn)]
    answers = [example.returns for example in examples if example.raises is None]
    lists = [answer for answer in answers if isinstance(answer, list)]
    numbers = [answer for answer in answers if type(answer) in (int, float)]
    answers += [[*answer, *answer] for answer in lists] + [[*answer, 2 * answer[-1]] for answer in lists if answer]
    answers += [-number for number in numbers] + [number + 1 for number in numbers]
    broken = {
        words
        for example in examples
        for answer in answers
        for words in behaviour.broken(example, Returned(value=answer, args=()))
    }

    assert behaviour.properties
    assert broken == set(behaviour.properties)


@pytest.mark.parametrize("behaviour", ALL)
def test_what_hypothesis_draws_suits_the_reference_too(behaviour):
    @settings(max_examples=5, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(behaviour.strategy())
    def every(value):
        assert len(behaviour.answered([Drawn(value=value, choices=())])) == 1

    every()


def test_hypothesis_makes_the_inputs_of_a_behaviour_small():
    found = []

    @settings(derandomize=True, database=None, deadline=None, max_examples=200)
    @given(find_behaviour("gcd").strategy())
    def small(pair):
        if pair[0] > 5 and pair[1] > 7:
            found.append(pair)
            raise ArithmeticError("wrong here")

    with pytest.raises(ArithmeticError, match="wrong here"):
        small()
    assert found[-1] == (6, 8)


def test_a_strategy_is_one_of_hypothesis():
    assert isinstance(find_behaviour("stack").strategy(), st.SearchStrategy)


def test_without_hypothesis_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "hypothesis", None)

    with pytest.raises(MissingExtraError, match=r"pip install 'pytest-aiassert\[hypothesis\]'"):
        find_behaviour("gcd").strategy()


def test_a_behaviour_of_cases_alone_has_no_strategy():
    only = Behaviour(name="f", summary="", signature="f(n)", reference=abs, cases=((1,),))

    assert only.drawn == ()
    with pytest.raises(UsageError, match="behaviour 'f': it has no `inputs` to draw from, only cases"):
        only.strategy()
