"""Checks by name, as golden sets write them."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import mentions
from pytest_aiassert.matchers.registry import build_check, matcher_names, use_matchers


def polite(word: str = "please"):
    return mentions(word)


@pytest.mark.parametrize(
    ("spec", "made"),
    [
        ("passes_lint", "passes_lint()"),
        ({"passes_lint": None}, "passes_lint()"),
        ({"contains_code": "py"}, "contains_code('python')"),
        ({"contains_code": {}}, "contains_code()"),
        ({"contains_code": ["python", 2]}, "contains_code('python', min_blocks=2)"),
        ({"contains_code": {"min_blocks": 2}}, "contains_code(min_blocks=2)"),
        ({"has_tests": 3}, "has_tests(3)"),
        ({"matches_schema": {"type": "object"}}, "matches_schema({'type': 'object'})"),
        ({"not": {"mentions": "eval("}}, "~mentions('eval(')"),
        ({"not": "contains_code"}, "~contains_code()"),
        ({"all_of": ["contains_code", {"mentions": "a"}]}, "contains_code() & mentions('a')"),
        ({"any_of": [{"not": {"any_of": ["parses", "passes_lint"]}}, "has_tests"]},
         "~(parses() | passes_lint()) | has_tests()"),
        ({"quality_score": {"min": 80, "weights": {"lint": 1}}}, "quality_score(80, weights={'lint': 1})"),
        (mentions("a"), "mentions('a')"),
        ({"answers_with": 42}, "answers_with(42)"),
        ({"answers_with": {"value": 0.5, "tolerance": 0.1}}, "answers_with(0.5, tolerance=0.1)"),
        ({"one_of": ["a", "b"]}, "one_of('a', 'b')"),
        ({"equals": "a"}, "equals('a')"),
        ({"length": {"max": 5}}, "length(max=5)"),
        ({"similar_to": ["a", 0.5]}, "similar_to('a', min=0.5)"),
        ({"not": "is_refusal"}, "~is_refusal()"),
        ("has_no_secrets", "has_no_secrets()"),
        ("has_json", "has_json()"),
        ({"json_equals": {"value": {"a": [1]}, "ignore": ["$.b"]}}, "json_equals({'a': [1]}, ignore=['$.b'])"),
        ({"calls_tool": ["f", {"a": 1}]}, "calls_tool('f', {'a': 1})"),
        ({"calls_tools": ["f", "g"]}, "calls_tools('f', 'g')"),
        ({"never_calls": "f"}, "never_calls('f')"),
        ({"max_steps": 0}, "max_steps(0)"),
        ({"within": {"tokens": 10}}, "within(tokens=10)"),
        ({"at_least": [1, "parses", {"mentions": "a"}]}, "at_least(1, parses(), mentions('a'))"),
        ({"weighted": {"matchers": {"parses": 2}, "min": 0.5}}, "weighted({parses(): 2}, min=0.5)"),
        ({"weighted": {"matchers": [[{"mentions": "a"}, 1]], "min": 1}}, "weighted({mentions('a'): 1}, min=1)"),
    ],
)  # fmt: skip
def test_a_check_becomes_a_matcher(spec, made):
    assert repr(build_check(spec)) == made


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("contans_code", "unknown matcher 'contans_code'; did you mean 'contains_code'"),
        ({"zzzz": 1}, "unknown matcher 'zzzz'; Known: all_of, answers_with, any_of"),
        ({3: 1}, "unknown matcher 3"),
        ("Matcher", "unknown matcher 'Matcher'"),
        ("not", "not needs a check"),
        (3, "a check is 3; expected a matcher's name"),
        ({"a": 1, "b" * 100: 2}, "a check is .*…; expected"),
        ({"mentions": ["a", "b"]}, r"mentions\(text: 'str', \*, .*\): too many positional arguments"),
        ({"mentions": {"txt": "a"}}, r"mentions\(.*missing a required argument: 'text'"),
        ({"mentions": {}}, "missing a required argument"),
        ({"all_of": "contains_code"}, "all_of is given 'contains_code'; expected a list of checks"),
        ({"has_tests": 0}, "has_tests: min is 0"),
        ({"at_least": 2}, "at_least is given 2; expected a list: a number, and checks"),
        ({"at_least": []}, r"at_least is given \[\]; expected a list"),
        ({"at_least": [3, "parses"]}, "at_least: k is 3 of 1 matcher, which can never pass"),
        (
            {"weighted": {"matchers": ["parses"], "min": 1}},
            r"weighted: matchers is \['parses'\]; expected weights by name",
        ),
        ({"weighted": {"matchers": 3, "min": 1}}, "weighted: matchers is 3; expected weights by name"),
        ({"weighted": {"matchers": {"parses": 1}}}, "missing a required argument: 'min'"),
        ({"weighted": ["parses", 1]}, "weighted: matchers is 'parses'"),
        ({"json_equals": {"a": 1}}, r"json_equals\(value.*missing a required argument: 'value'"),
        ({"mentions": True}, "text is True; expected a str"),
    ],
)
def test_a_check_that_cannot_be_is_refused(spec, words):
    with pytest.raises(UsageError, match=words):
        build_check(spec)


def test_extra_matchers_are_known_while_in_use():
    with use_matchers({"polite": polite, "parses": polite}):
        assert repr(build_check({"polite": "thanks"})) == "mentions('thanks')"
        assert repr(build_check("parses")) == "mentions('please')"
        assert "polite" in matcher_names()
        with use_matchers({"not": polite}):
            assert repr(build_check("not")) == "mentions('please')"
    assert "polite" not in matcher_names()
    assert repr(build_check("parses")) == "parses()"


def test_extra_matchers_are_checked():
    with (
        pytest.raises(UsageError, match="the matcher name 'is polite' is not an identifier"),
        use_matchers({"is polite": polite}),
    ):
        pass
    with pytest.raises(UsageError, match="the matcher 'polite' is 3; expected a function"), use_matchers({"polite": 3}):
        pass
    with use_matchers({"polite": str}), pytest.raises(UsageError, match="returned 'x'; expected a Matcher"):
        build_check({"polite": "x"})


def test_every_matcher_has_a_name():
    assert {"contains_code", "implements", "not", "quality_score"} <= set(matcher_names())
    assert not {"Matcher", "not_"} & set(matcher_names())
