"""at_least and weighted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.messages import Completion
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import all_of, any_of, at_least, length, mentions, weighted, within

A, B, C = mentions("a"), mentions("b"), mentions("c")


@given(reply=st.text("abcd ", max_size=6), limits=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_at_least_lies_between_any_and_all(reply, limits):
    matchers = [length(limit, unit="characters") for limit in limits]
    first, last = at_least(1, *matchers).check(reply), at_least(len(matchers), *matchers).check(reply)
    either, every = any_of(*matchers).check(reply), all_of(*matchers).check(reply)
    assert (first.passed, first.score) == (either.passed, either.score)
    assert (last.passed, last.score) == (every.passed, every.score)


def test_at_least_says_what_fails():
    verdict = at_least(2, A, B, C).check("a")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason == (
        "1 of 3 matchers passes, 2 needed; mentions('b'): 'b' does not occur in the reply (1 character); "
        "mentions('c'): 'c' does not occur in the reply (1 character)"
    )
    assert [part.passed for part in verdict.parts] == [True, False, False]
    assert at_least(2, A, B, C).check("ab").reason == (
        "2 of 3 matchers pass, 2 needed; mentions('a'): mentions 'a' once, on line 1; "
        "mentions('b'): mentions 'b' once, on line 1"
    )


def test_weighted_is_a_mean_of_scores():
    verdict = weighted({A: 3, B: 1}, min=0.8).check("a")
    assert (verdict.passed, verdict.score) == (False, 0.75)
    assert verdict.reason == (
        "0.75, 0.8 needed: mentions('a') 1 × 3 · mentions('b') 0 × 1; "
        "mentions('b'): 'b' does not occur in the reply (1 character)"
    )
    assert weighted([(A, 3), (B, 1)], 0.75).check("a").passed
    assert weighted({A: 0.1, B: 0.1, C: 0.1}, min=1).check("abc").passed


@given(weights=st.lists(st.floats(0.01, 1e6), min_size=3, max_size=3), reply=st.text("abc", max_size=5))
def test_a_mean_lies_between_its_scores(weights, reply):
    verdict = weighted(zip((A, B, C), weights, strict=True), min=0.5).check(reply)
    scores = [part.score for part in verdict.parts]
    assert min(scores) <= verdict.score <= max(scores)


def test_what_cannot_be_judged_stays_so():
    for matcher in (at_least(1, A, within(cost=1)), weighted({A: 1, within(cost=1): 1}, min=0)):
        with pytest.raises(CannotJudgeError):
            matcher.check(Completion(text="a"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: at_least(1), r"at_least\(\) needs a number and matchers"),
        (lambda: at_least(0, A), "at_least: k is 0; expected a whole number, 1 or more"),
        (lambda: at_least(3, A, B), "at_least: k is 3 of 2 matchers, which can never pass"),
        (lambda: at_least(A, B), r"at_least: k is mentions\('a'\)"),
        (lambda: at_least(1, mentions), r"at_least: mentions is not called; write mentions\(…\)"),
        (lambda: weighted({}, min=0.5), r"weighted\(\) needs at least one matcher with a weight above 0"),
        (lambda: weighted({A: 0}, min=0.5), "needs at least one matcher with a weight above 0"),
        (lambda: weighted({A: -1}, min=0.5), r"weighted: the weight of mentions\('a'\) is -1; expected a number"),
        (lambda: weighted({"a": 1}, min=0.5), "weighted: 'a' is not a matcher"),
        (
            lambda: weighted([A, B], min=0.5),
            r"weighted: matchers has mentions\('a'\); expected a matcher and its weight",
        ),
        (lambda: weighted(A, min=0.5), "weighted: matchers is mentions"),
        (lambda: weighted([(A, 1), (mentions("a"), 2)], min=0.5), r"mentions\('a'\) is given twice"),
        (lambda: weighted({A: 1}, min=70), "weighted: min is 70; expected a number, from 0 to 1"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_they_print_as_the_call():
    assert repr(at_least(2, A, B | C)) == "at_least(2, mentions('a'), mentions('b') | mentions('c'))"
    assert repr(weighted([(A, 2), (B, 0.5)], 0.7)) == "weighted({mentions('a'): 2, mentions('b'): 0.5}, min=0.7)"
