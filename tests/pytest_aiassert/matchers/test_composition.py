"""Composition: operators, reasons, parts, and what cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from assistant.messages import Completion
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import Matcher, all_of, any_of, contains_code, mentions, not_
from pytest_aiassert.matchers.composition import AllOf, AnyOf


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Unjudgeable(Matcher):
    def judge(self, _reply):
        raise CannotJudgeError("no tool")

    def __repr__(self):
        return "unjudgeable()"


A, B, C = mentions("a"), mentions("b"), mentions("c")


def test_all_of_names_the_first_that_fails():
    verdict = (A & B & C).check("a c")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason == "mentions('b'): 'b' does not occur in the reply (3 characters)"
    assert [part.passed for part in verdict.parts] == [True, False, True]


def test_all_of_passes_with_every_reason():
    verdict = (A & B).check("a b")
    assert verdict.passed
    assert verdict.reason == "mentions 'a' once, on line 1; mentions 'b' once, on line 1"
    assert verdict.evidence


def test_any_of_names_the_first_that_passes_or_all():
    assert (A | B | C).check("c b").reason.startswith("mentions('b'): mentions 'b' once")
    verdict = (A | contains_code(min_blocks=2)).check("```python\nx = 1\n```")
    assert (verdict.passed, verdict.score) == (False, 0.5)
    assert verdict.reason.startswith("none of 2 matchers passes: mentions('a'): ")


def test_not_turns_a_verdict_round():
    verdict = (~A).check("a")
    assert (verdict.passed, verdict.score, verdict.reason) == (False, 0.0, "unwanted: mentions 'a' once, on line 1")
    assert not_(A).check("b").passed
    assert ~~A is A


def test_what_cannot_be_judged_stays_so():
    for matcher in (~Unjudgeable(), A & Unjudgeable(), A | Unjudgeable()):
        with pytest.raises(CannotJudgeError):
            matcher.check("a")


def test_operators_flatten():
    assert (A & (B & C)).matchers == (A, B, C)
    assert ((A | B) | C).matchers == (A, B, C)
    assert isinstance((A | B) & C, AllOf)
    assert isinstance((A & B) | C, AnyOf)


def test_reprs_read_like_the_source():
    assert repr(contains_code("python") & ~mentions("eval(")) == "contains_code('python') & ~mentions('eval(')"
    assert repr((A | B) & C) == "(mentions('a') | mentions('b')) & mentions('c')"
    assert repr(~(A & B) | C) == "~(mentions('a') & mentions('b')) | mentions('c')"
    assert (repr(all_of(A)), repr(any_of(A))) == ("all_of(mentions('a'))", "any_of(mentions('a'))")


def test_equality_is_of_kind_and_repr_or_a_judgement():
    assert mentions("a") == A
    assert A != B
    assert hash(A & B) == hash(all_of(A, B))
    assert A == "a"
    assert Completion(text="b") != A


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (all_of, r"all_of\(\) needs at least one matcher"),
        (lambda: A & contains_code, r"all_of: contains_code is not called; write contains_code\(…\), with brackets"),
        (lambda: A | 3, "any_of: 3 is not a matcher"),
        (lambda: not_("a"), "not_: 'a' is not a matcher"),
    ],
)
def test_only_matchers_compose(make, words):
    with pytest.raises(UsageError, match=words):
        make()
