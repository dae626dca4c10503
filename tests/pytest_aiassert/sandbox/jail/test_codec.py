"""Values cross exactly or not at all, and rubbish is refused."""

from __future__ import annotations

import collections
import enum
import json
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_aiassert.sandbox.jail import codec
from pytest_aiassert.sandbox.jail.codec import Iterated, Opaque, decode, encode

any_text = st.text(st.characters(exclude_categories=()))
hashable = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | any_text | st.binary()
keys = hashable | st.tuples(hashable, hashable) | st.frozensets(hashable, max_size=3)
plain = st.recursive(
    keys | st.complex_numbers(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.sets(keys, max_size=3)
    ),
    max_leaves=12,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["t", "v", "of", "note", "complete"]), inner)
        | st.fixed_dictionaries(
            {
                "t": st.sampled_from(["int", "float", "str", "bytes", "dict", "set", "tuple", "complex", "opaque"]),
                "v": inner,
            }
        )
    ),
    max_leaves=10,
)


def shape(value):
    """Make types visible, which == hides: True and 1, 1 and 1.0."""
    if isinstance(value, (list, tuple)):
        return (type(value), [shape(item) for item in value])
    if isinstance(value, dict):
        return (dict, [(shape(k), shape(v)) for k, v in value.items()])
    if isinstance(value, (set, frozenset)):
        return (type(value), sorted(map(repr, map(shape, value))))
    return (type(value), repr(value))


def across(value):
    return decode(json.loads(json.dumps(encode(value))))


@settings(deadline=None)
@given(plain)
def test_plain_values_cross_exactly(value):
    assert shape(across(value)) == shape(value)


@settings(deadline=None)
@given(json_values)
def test_rubbish_is_a_value_error_or_a_value(node):
    try:
        decode(node)
    except ValueError:
        return


@pytest.mark.parametrize(
    "value", [2**53, -(2**200), 10**6000, "\ud83d\ude00", "\ud800", math.inf, -math.inf], ids=range(7)
)
def test_values_that_json_would_spoil_cross_exactly(value):
    crossed = across(value)

    assert type(crossed) is type(value)
    assert crossed == value


def test_nan_crosses():
    assert math.isnan(across(math.nan))


@pytest.mark.parametrize(
    "value",
    [
        collections.Counter("aab"),
        collections.OrderedDict(a=2, b=1),
        collections.defaultdict(int, a=2, b=1),
    ],
)
def test_dicts_of_the_standard_library_cross_as_dict(value):
    assert shape(across(value)) == shape({"a": 2, "b": 1})


class Sub(int):
    pass


class Colour(enum.IntEnum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "name"),
    [(Sub(4), "Sub"), (Colour.RED, "Colour"), (object(), "object"), (len, "builtin_function_or_method"), (int, "type")],
)
def test_other_values_are_opaque(value, name):
    assert across([value]) == [Opaque(type_name=name)]


@pytest.mark.parametrize(
    ("value", "name", "items"),
    [
        ((n for n in (1, 2)), "generator", (1, 2)),
        (map(str, [1]), "map", ("1",)),
        (range(3), "range", (0, 1, 2)),
        ({1: 2}.keys(), "dict_keys", (1,)),
        (collections.deque([1]), "deque", (1,)),
        (iter([]), "list_iterator", ()),
    ],
)
def test_iterators_cross_as_what_they_give(value, name, items):
    assert across(value) == Iterated(type_name=name, items=items, complete=True)


def test_an_endless_iterator_is_cut():
    def naturals():
        n = 0
        while True:
            yield n
            n += 1

    crossed = across(naturals())

    assert len(crossed.items) == codec.MAX_ITERATED
    assert not crossed.complete


def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "note"),
    [
        (nest(1000), "nested more than 60 deep"),
        (list(range(30_000)), "more than 20000 parts"),
        ("x" * 2_000_000, "more than 1000000 characters of text"),
        (1 << 8_000_000, "more than 1000000 characters of text"),
        (set(range(6_000)), "a set of more than 5000 items"),
    ],
    ids=["depth", "parts", "text", "digits", "set"],
)
def test_a_value_over_a_cap_is_opaque_and_says_which(value, note):
    assert across(value) == Opaque(type_name=type(value).__name__, note=note)


@pytest.mark.parametrize(
    ("node", "problem"),
    [
        ({"t": "pickle", "v": []}, "unknown tag 'pickle'"),
        ({"t": "set", "v": [*range(6_000)]}, "a set of more than 5000 items"),
        ({"t": "set", "v": [[]]}, "not a tagged value: unhashable type: 'list'"),
        ({"v": 1}, "not a tagged value: 't'"),
        (nest(90), "nested too deep"),
        (object(), "a object is no JSON"),
    ],
)
def test_what_encode_does_not_write_is_refused(node, problem):
    with pytest.raises(ValueError, match=re.escape(problem)):
        decode(node)
