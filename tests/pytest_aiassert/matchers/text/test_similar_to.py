"""equals and similar_to."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import equals, similar_to
from pytest_aiassert.matchers.text.distance import LONGEST_COMPARED


@pytest.mark.parametrize(
    ("matcher", "reply"),
    [
        (equals("Paris"), " Paris\n"),
        (equals("a b"), "a\n  b"),
        (equals("Paris", ignore_case=True), "PARIS"),
        (equals("a  b", ignore_space=False), "a  b"),
        (equals(""), " \n"),
        (similar_to("hello world"), "hello wurld"),
        (similar_to("hello big world", by="tokens"), "World hello"),
        (similar_to("a", min=0), "b"),
    ],
)
def test_equal_and_similar_texts_pass(matcher, reply):
    verdict = matcher.check(reply)
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize(
    ("matcher", "reply", "reason"),
    [
        (equals("Paris"), "paris", "differs from 'Paris' in upper and lower case only"),
        (equals("a b", ignore_space=False), "a  b", "differs from 'a b' in white space only"),
        (equals("Paris"), "It is Paris.", "says more than 'Paris': 'It is Paris.'"),
        (equals("x"), "", "the reply is empty; expected 'x'"),
        (equals(""), "x", "the reply has 'x' where '' is expected (at character 1)"),
        (
            equals("the quick brown fox jumps"),
            "the quick brown fox limps",
            "the reply has 'the quick brown fox limps' where 'the quick brown fox jumps' is expected (at character 21)",
        ),
        (
            similar_to("hello world"),
            "goodbye",
            "9% of the characters agree, 80% needed; first difference: 'goodbye', expected 'hello world'",
        ),
        (similar_to("abc", by="tokens"), "", "the reply has no text; expected one like 'abc'"),
        (
            similar_to("one two", min=0.9, by="tokens"),
            "one",
            "66.6% of the words agree, 90% needed; first difference: 'one', expected 'one two'",
        ),
    ],
)
def test_the_reason_shows_the_first_difference(matcher, reply, reason):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.reason) == (False, reason)


def test_evidence_shows_both_sides():
    assert [each.title for each in equals("a").check("b").evidence] == ["reply", "expected"]


def test_what_lies_beyond_the_limit_counts_as_different():
    text = "ab" * LONGEST_COMPARED
    verdict = similar_to(text, min=0.4).check(f"x{text}")
    assert 0.4 <= verdict.score <= 0.6
    assert "the first 20,000 characters compared, the rest counted as different" in verdict.reason


@pytest.mark.parametrize(
    ("matcher", "written"),
    [
        (equals("a"), "equals('a')"),
        (equals("a", ignore_case=True, ignore_space=False), "equals('a', ignore_case=True, ignore_space=False)"),
        (similar_to("a"), "similar_to('a')"),
        (similar_to("a", 0.9, "tokens"), "similar_to('a', min=0.9, by='tokens')"),
    ],
)
def test_they_print_as_the_call(matcher, written):
    assert repr(matcher) == written


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: equals(3), r"equals: text is 3; expected a str \(in YAML, put it in quotes\)"),
        (lambda: equals("a", ignore_case=1), "equals: ignore_case is 1; expected True or False"),
        (lambda: similar_to(" "), "similar_to: text is ' ', which nothing can be like"),
        (lambda: similar_to("a", min=80), "similar_to: min is 80; expected a number, from 0 to 1"),
        (lambda: similar_to("a", by="edits"), "similar_to: by is 'edits'; did you mean 'edit'"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()
