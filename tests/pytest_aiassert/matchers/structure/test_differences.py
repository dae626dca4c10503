"""Differences of JSON values, place by place."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.matchers.structure.differences import Comparer, read_pattern, written

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def told(wanted, said, ignore=(), **options):
    comparer = Comparer(ignore=tuple(map(read_pattern, ignore)), **options)
    return [str(each) for each in comparer.differences(wanted, said)]


@pytest.mark.parametrize(
    ("wanted", "said", "differences"),
    [
        ({"items": [{"price": 3}, {"price": 3}]}, {"items": [{"price": 3}, {"price": 4}]}, ["$.items[1].price 3 → 4"]),
        ({"a": 1, "b": 2}, {"b": 2, "c": 3}, ["$.a is missing (1 expected)", "$.c is not expected (3)"]),
        ([1, 2], [1], ["$[1] is missing (2 expected)"]),
        ([], [None], ["$[0] is not expected (null)"]),
        ({"a b": "x"}, {"a b": "y"}, ['$[\'a b\'] "x" → "y"']),
        (True, 1, ["$ true → 1"]),
        (1, 1.0, []),
        ("1", 1, ['$ "1" → 1']),
        ({}, [], ["$ {} → []"]),
        ("a" * 100, None, [f'$ "{"a" * 58}… → null']),
        (10**400, 0.5, ["$ " + "1" + "0" * 58 + "… → 0.5"]),
        (float("1e999"), 1.0, ["$ Infinity → 1.0"]),
    ],
)
def test_each_place_is_named(wanted, said, differences):
    assert told(wanted, said) == differences


@given(value=VALUES)
def test_a_value_is_equal_to_itself_and_to_its_copy(value):
    assert told(value, json.loads(json.dumps(value))) == []
    assert told(value, value, ignore_order=True) == []


@given(wanted=VALUES, said=VALUES)
def test_values_differ_both_ways_or_neither(wanted, said):
    assert bool(told(wanted, said)) == bool(told(said, wanted))
    assert not told(wanted, said, ignore_order=True) or told(wanted, said)


@given(items=st.lists(VALUES, max_size=5), data=st.data())
def test_order_can_be_ignored(items, data):
    assert told(items, data.draw(st.permutations(items)), ignore_order=True) == []


def test_what_is_left_of_lists_is_compared_in_their_order():
    assert told([1, 2, 3], [3, 1, 5], ignore_order=True) == ["$[1] 2 → 5"]
    assert told([1, 1], [1], ignore_order=True) == ["$[1] is missing (1 expected)"]
    assert told([1], [2, 1, 3], ignore_order=True) == ["$[0] is not expected (2)", "$[2] is not expected (3)"]


def test_lists_of_any_length_are_equal_in_any_order():
    items = [{"id": number, "in": [number, "x"]} for number in range(3_000)]
    assert told(items, items[::-1], ignore_order=True) == []
    assert len(told(items, [*items[:0:-1], {"id": -1}], ignore_order=True, tolerance=0.1)) == 2


@given(
    wanted=st.lists(st.integers(0, 8), max_size=6),
    said=st.lists(st.integers(0, 8), max_size=6),
    tolerance=st.sampled_from([0, 1, 2]),
)
def test_as_many_items_are_paired_as_can_be(wanted, said, tolerance):
    paired = max(
        sum(abs(a - b) <= tolerance for a, b in zip(wanted, order, strict=False)) for order in permutations(said)
    ) if len(wanted) <= len(said) else max(
        sum(abs(a - b) <= tolerance for a, b in zip(order, said, strict=False)) for order in permutations(wanted)
    )  # fmt: skip
    differences = told(wanted, said, ignore_order=True, tolerance=tolerance)
    assert len(differences) == max(len(wanted), len(said)) - paired


def test_numbers_may_differ_by_a_tolerance():
    assert told({"a": 1.5}, {"a": 2}, tolerance=0.5) == []
    assert told(1.5, 2.1, tolerance=0.5) == ["$ 1.5 → 2.1"]
    assert told(True, False, tolerance=5) == ["$ true → false"]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("$.id", 3),
        ("id", 3),
        ("$.items", 1),
        ("$.items[0]", 3),
        ("$.items[*].id", 2),
        ("$['items'][1]['id']", 3),
        ("$..id", 1),
        ("$.*[*].id", 2),
        ("$.*", 0),
        ("$.nothing", 4),
    ],
)
def test_paths_leave_out_what_is_below_them(path, left):
    wanted = {"id": 1, "items": [{"id": 1}, {"id": 2, "n": 1}]}
    said = {"id": 2, "items": [{"id": 3}, {"id": 4, "n": 2}]}
    assert len(told(wanted, said, ignore=[path])) == left


@pytest.mark.parametrize("path", ["", "$", "$.", "$..", "$[", "$[x]", "a b", "$.a[-1]", "..", "$.a..", "$[1"])
def test_what_is_no_path_is_told(path):
    assert read_pattern(path) is None


def test_paths_are_written_as_json_path():
    assert written(["a", 0, "b c", "d"]) == "$.a[0]['b c'].d"
