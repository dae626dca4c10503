"""How behaviours are described, named, found and added."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_aiassert.behaviours import (
    Behaviour,
    all_behaviours,
    behaviours_by_kind,
    driver,
    find_behaviour,
    use_behaviours,
)
from pytest_aiassert.behaviours.catalogue import _plain
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import Iterated, Opaque, Returned, outline

FUNCTIONS = [behaviour for behaviour in all_behaviours() if isinstance(behaviour, Behaviour)]
CLASSES = [behaviour for behaviour in all_behaviours() if not isinstance(behaviour, Behaviour)]


def test_there_are_many_behaviours_of_every_kind():
    assert len(all_behaviours()) >= 60
    assert all(len(behaviours) >= 3 for behaviours in behaviours_by_kind().values())
    assert len(CLASSES) >= 10


@pytest.mark.parametrize("behaviour", all_behaviours(), ids=lambda b: b.name)
def test_a_behaviour_describes_itself(behaviour):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", behaviour.name)
    assert behaviour.summary.endswith(".")
    assert not behaviour.accepted.endswith(".")
    assert behaviour.aliases
    assert behaviour.likeness(behaviour.name) == 2


@pytest.mark.parametrize("behaviour", FUNCTIONS, ids=lambda b: b.name)
def test_cases_fit_and_differ(behaviour):
    (function,) = outline(f"def {behaviour.signature}: pass")

    assert all(function.takes(len(example.args)) for example in behaviour.examples)
    assert len({repr(args) for args in behaviour.cases}) == len(behaviour.cases) >= 4
    assert len({repr(example.returns) for example in behaviour.examples}) > 1, "a constant would satisfy it"


@pytest.mark.parametrize("behaviour", CLASSES, ids=lambda b: b.name)
def test_scripts_use_every_method_and_differ(behaviour):
    called = {step.method.name for script in behaviour.examples for step in script.steps if step.method}

    assert called == {method.name for method in behaviour.methods}
    assert len(set(behaviour.scripts)) == len(behaviour.scripts) >= 6
    assert all(script.startswith(behaviour.signature.partition("(")[0] + "(") for script in behaviour.scripts)


def test_no_name_means_two_behaviours():
    names = [_plain(name) for b in all_behaviours() for name in dict.fromkeys(map(_plain, (b.name, *b.aliases)))]

    assert not {name for name in names if names.count(name) > 1}


def test_no_alias_is_given_twice():
    for behaviour in all_behaviours():
        plain = [_plain(name) for name in (behaviour.name, *behaviour.aliases)]

        assert len(set(plain)) == len(plain), behaviour.name


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(Opaque(type_name="Match")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.lists(inner, max_size=3).map(lambda items: Iterated(type_name="map", items=tuple(items), complete=True))
        | st.frozensets(st.integers() | st.text(), max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values)
def test_no_answer_upsets_a_behaviour(value):
    for behaviour in FUNCTIONS:
        for example in behaviour.examples[:5]:
            answer = Returned(value=value, args=())
            assert behaviour.accepts(example, answer) in (True, False)
            assert behaviour.explains is None or isinstance(behaviour.explains(example, answer), str | None)


@pytest.mark.parametrize("behaviour", FUNCTIONS, ids=lambda b: b.name)
def test_strange_answers_are_refused(behaviour):
    strange = [Opaque(type_name="Thing"), object.__name__, [[[]]], {"no": "such"}, -987.25]
    for value in strange:
        answer = Returned(value=value, args=())
        assert not all(behaviour.accepts(example, answer) for example in behaviour.examples)


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
        ("reverse the string", "reverse_string"),
        ("LRU cache", "lru_cache"),
        ("Dijkstra's algorithm", "dijkstra"),
    ],
)
def test_a_behaviour_is_found_by_name_and_alias(name, found):
    assert find_behaviour(name).name == found


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("adition", "unknown behaviour 'adition'; did you mean 'addition'?"),
        ("fibonaci", "did you mean 'fibonacci'"),
        ("merge sorted list", "did you mean 'merge_sorted'"),
        ("zzz", "unknown behaviour 'zzz'; Known: addition,"),
    ],
)
def test_an_unknown_behaviour_is_an_error_with_the_nearest_names(name, hint):
    with pytest.raises(UsageError, match=re.escape(hint)):
        find_behaviour(name)


def test_behaviours_can_be_added_and_replaced_for_a_while():
    before = len(all_behaviours())
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
        assert len(all_behaviours()) == before + 1

    assert len(all_behaviours()) == before
    with pytest.raises(UsageError):
        find_behaviour("double")


def test_only_behaviours_can_be_added():
    problem = re.escape("got 'double' of type str; expected a Behaviour or ClassBehaviour")
    with pytest.raises(UsageError, match=problem), use_behaviours("double"):
        pass


def test_the_driver_stands_alone():
    nodes = list(ast.walk(ast.parse(Path(driver.__file__).read_text(encoding="utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}

    assert not imported - (sys.stdlib_module_names | {"collections.abc"})
