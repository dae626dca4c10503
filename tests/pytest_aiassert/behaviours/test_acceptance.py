"""What stands for what, and in which order."""

from __future__ import annotations

import pytest

from pytest_aiassert.behaviours import Example
from pytest_aiassert.behaviours.acceptance import alike, in_any_order, in_any_order_throughout, in_place
from pytest_aiassert.sandbox import Iterated, Opaque, Returned

MAP = Iterated(type_name="map", items=(1, (2, 3)), complete=True)
ENDLESS = Iterated(type_name="count", items=(1, 2), complete=False)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([1, [2, 3]], MAP),
        ((1, [2, 3]), MAP),
        ((1, 2), [1, 2]),
        ({"a": [1, [2, 3]]}, {"a": MAP}),
        ([0.3], [0.1 + 0.2]),
        ("ab", "ab"),
    ],
)
def test_these_are_alike(expected, actual):
    assert alike(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([1, 2], ENDLESS),
        ([1, 2], {1, 2}),
        ([1], [1, 1]),
        (["a", "b"], "ab"),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, [("a", 1)]),
        ("ab", MAP),
        ([1], Opaque(type_name="list")),
    ],
)
def test_these_are_not(expected, actual):
    assert not alike(expected, actual)


def accepted(accepts, expected, value, *args):
    return accepts(Example(returns=expected), Returned(value=value, args=args))


def test_in_place():
    assert accepted(in_place, [1, 2], None, [1, 2])
    assert accepted(in_place, [1, 2], [1, 2], [2, 1])
    assert not accepted(in_place, [1, 2], None, [2, 1])
    assert not accepted(in_place, [1, 2], [2, 1], [1, 2])
    assert not accepted(in_place, [1, 2], None)


def test_in_any_order():
    assert accepted(in_any_order, [1, 2, 2], (2, 1, 2))
    assert accepted(in_any_order, [1, 2], frozenset({1, 2}))
    assert not accepted(in_any_order, [1, 2, 2], [1, 1, 2])
    assert not accepted(in_any_order, [[1, 2]], [[2, 1]])
    assert not accepted(in_any_order, [1], 1)


def test_in_any_order_throughout():
    assert accepted(in_any_order_throughout, [[1, 2], []], [set(), {2, 1}])
    assert accepted(in_any_order_throughout, [[1, 2]], {frozenset({1, 2})})
    assert not accepted(in_any_order_throughout, [[1, 2]], [[1, 1]])
    assert not accepted(in_any_order_throughout, [[1, 2]], [3])
