"""has_json and json_equals."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import has_json, json_equals

ORDER = {"id": 1, "items": [{"price": 3}, {"price": 4}]}


@pytest.mark.parametrize(
    ("reply", "passed", "reason"),
    [
        ('Sure: {"a": 1}', True, "the JSON at line 1 is an object"),
        ("```json\n[1]\n```", True, "the json block at line 2 is a list"),
        ("5", True, "the whole reply is a number"),
        ("null", True, "the whole reply is null"),
        ("true", True, "the whole reply is true or false"),
        ('"a"', True, "the whole reply is a string"),
        ('As in [1]: {"a": 1}', True, "the JSON at line 1 is an object"),
        ("See [1] and [2, 3].", False, "no JSON in the reply but '[1]' amid prose"),
        ("```python\nx = ['a']\ny = [\"a\"]\n```", False, "no JSON in the reply"),
        ("def f(x={}):\n    return x\n", False, "no JSON in the reply but '{}' amid prose"),
        ("Hello", False, "no JSON in the reply"),
        ("", False, "no JSON: the reply is empty"),
        ('{"a": 1', False, "the reply is not valid JSON: Expecting ',' delimiter at its line 1, column 8"),
    ],
)
def test_json_is_found_and_named(reply, passed, reason):
    verdict = has_json().check(reply)
    assert (verdict.passed, verdict.reason) == (passed, reason)


@pytest.mark.parametrize(
    ("matcher", "reply", "score", "reason"),
    [
        (json_equals(ORDER), '{"items": [{"price": 3.0}, {"price": 4}], "id": 1}', 1, "the whole reply is equal"),
        (json_equals(ORDER, ignore=["$.id", "$.items[*].price"]), '{"items": [{}, {}]}', 1,
         "the whole reply is equal but for what is ignored"),
        (json_equals(ORDER, ignore="$..id", tolerance=0.5, ignore_order=True),
         'It is {"items": [{"price": 4.2}, {"price": 2.9}]}.', 1,
         "the JSON at line 1 is equal but for what is ignored"),
        (json_equals([1, 2]), "The list is [1, 2].", 1, "the JSON at line 1 is equal"),
        (json_equals((1, 2)), "[1, 3]", 0.5, "the whole reply has 1 difference: $[1] 2 → 3"),
        (json_equals({"a": 1}), '```\n{"a": 2, "b": 1}\n```', 0.25,
         "the json block at line 2 has 2 differences: $.a 1 → 2; $.b is not expected (1)"),
        (json_equals(1), "none", 0, "no JSON in the reply"),
    ],
)  # fmt: skip
def test_differences_are_told_in_words(matcher, reply, score, reason):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (score == 1, score, reason)


def test_many_differences_are_counted():
    verdict = json_equals([]).check(str(list(range(50))))
    assert verdict.reason.startswith("the whole reply has 50 differences: $[0] is not expected (0); ")
    assert verdict.reason.endswith("; and 40 more")
    assert "at least 1,000 differences" in json_equals([]).check(str(list(range(5000)))).reason


def test_evidence_shows_what_was_expected():
    assert [each.title for each in json_equals({"a": 1}).check("{}").evidence] == ["the whole reply", "expected"]


@pytest.mark.parametrize("wanted", [[], [[[[]]]]])
def test_deep_json_gets_a_verdict(wanted):
    for depth in (*range(850, 1000, 7), 100_000):
        verdict = json_equals(wanted).check("[" * depth + "]" * depth)
        assert not verdict.passed
        assert len(verdict.reason) < 200


def test_a_later_change_of_the_value_does_not_count():
    value = {"a": [1]}
    matcher = json_equals(value)
    value["a"].append(2)
    assert matcher.check('{"a": [1]}').passed


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: json_equals({"a": {1: 2}}), r"json_equals: value\['a'\] has the key 1; keys of JSON are str"),
        (lambda: json_equals([float("nan")]), r"json_equals: value\[0\] is nan, which JSON cannot hold"),
        (lambda: json_equals({1, 2}), r"value is \{1, 2\}, which JSON cannot hold; expected a dict"),
        (lambda: json_equals(1, ignore=["$."]), r"json_equals: ignore has '\$.', which is no path"),
        (lambda: json_equals(1, ignore=3), "json_equals: ignore is 3; expected paths"),
        (lambda: json_equals(1, tolerance=-1), "json_equals: tolerance is -1"),
        (lambda: json_equals(1, ignore_order="no"), "json_equals: ignore_order is 'no'; expected True or False"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(UsageError, match="nested more than 100 levels deep, or holds itself"):
        json_equals(value)


def test_they_print_as_the_call():
    assert repr(has_json()) == "has_json()"
    assert repr(json_equals((1,))) == "json_equals([1])"
    assert repr(json_equals(1, ignore={"$.a"}, tolerance=0.1, ignore_order=True)) == (
        "json_equals(1, ignore=['$.a'], tolerance=0.1, ignore_order=True)"
    )
