"""When an answer is right, and how it is said that it is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.behaviours import Example, same, show
from pytest_aiassert.sandbox import Iterated, Lost, Opaque, Raised, Returned

LIST = Iterated(type_name="generator", items=(1, 2), complete=True)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, None),
        (1, 1),
        (1, 1.0),
        (1, True),
        (True, 1),
        (True, True),
        (0.3, 0.1 + 0.2),
        (1e300, 1e300 * (1 + 1e-12)),
        (0.0, 1e-13),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (10**400, 10**400),
        (1 + 2j, 1 + 2j),
        (1 + 2j, 1 + 2.0000000000001j),
        ([1, 2], (1, 2)),
        ([[1], [0.3]], [(1,), [0.1 + 0.2]]),
        ((1, 2), (1, 2)),
        ({"a": [1]}, {"a": (1,)}),
        ({1, 2}, frozenset({2, 1})),
        (b"x", b"x"),
        ("é", "é"),
    ],
)
def test_these_are_the_same(expected, actual):
    assert same(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (None, 0),
        (None, False),
        (0, None),
        (1, 2),
        (1, "1"),
        (True, 2),
        (True, "True"),
        (False, None),
        (True, 1.0),
        (1.0, 1.001),
        (10**400, 1.0),
        (10**20, 10**20 + 1),
        (math.inf, -math.inf),
        (math.nan, 1.0),
        (1 + 2j, 1 + 3j),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ([1, 2], LIST),
        ((1, 2), [1, 2]),
        ([1], {1}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, [("a", 1)]),
        ({1}, {2}),
        ({1}, [1]),
        ("x", b"x"),
        ("x", Opaque(type_name="str")),
        (4, Opaque(type_name="Anything")),
        (object(), 1),
    ],
)
def test_these_are_not(expected, actual):
    assert not same(expected, actual)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values)
def test_a_value_is_the_same_as_itself(value):
    assert same(value, value)


@given(values, values)
def test_sameness_never_raises(one, other):
    assert same(one, other) in (True, False)


@pytest.mark.parametrize(
    ("answer", "agrees"),
    [
        (Raised(error="KeyError", message="", bases=("KeyError", "LookupError")), True),
        (Raised(error="ValueError", message="", bases=("ValueError",)), False),
        (Returned(value=None, args=()), False),
        (Lost(outcome="killed", detail="was killed"), False),
    ],
)
def test_an_exception_is_matched_by_its_name_or_a_base(answer, agrees):
    assert Example(raises="LookupError").agrees(answer) is agrees


def test_a_value_is_asked_for_not_an_exception():
    assert not Example(returns=1).agrees(Raised(error="E", message=""))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Returned(value=1, args=()), "f(1, k='x') returned 1, expected 5"),
        (Returned(value=1, args=(), stdout="5\n"), "f(1, k='x') returned 1, expected 5"),
        (Returned(value=None, args=(), stdout="5\n"), "f(1, k='x') printed '5' and returned None, expected 5"),
        (Returned(value=LIST, args=()), "f(1, k='x') returned a generator object of [1, 2], expected 5"),
        (Raised(error="E", message="no"), "f(1, k='x') raised E: no, expected 5"),
        (Raised(error="E", message=""), "f(1, k='x') raised E, expected 5"),
        (Lost(outcome="timeout", detail="ran longer than 3 s"), "f(1, k='x') ran longer than 3 s, expected 5"),
    ],
)
def test_a_wrong_answer_is_told_as_a_call(answer, words):
    assert Example(args=(1,), kwargs={"k": "x"}, returns=5).against("f", answer) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Opaque(type_name="Box"), "an object of type Box"),
        (Opaque(type_name="list", note="nested too deep"), "an object of type list (nested too deep)"),
        (Iterated(type_name="map", items=(1,), complete=False), "a map object of [1, …]"),
        (
            Iterated(type_name="map", items=tuple(range(30)), complete=True),
            f"a map object of [{', '.join(map(str, range(20)))}, …]",
        ),
        (10**5000, "an integer of 16610 bits"),
        ([10**5000], "a value too long to show"),
        ("x" * 200, "'" + "x" * 99 + "…" + "x" * 14 + "'"),
    ],
    ids=range(7),
)
def test_values_are_shown_briefly(value, words):
    assert show(value) == words
