"""Judges among other matchers: asked last, and only while they can change the outcome."""

from __future__ import annotations

import pytest

from assistant.messages import Completion, ToolCall
from pytest_aiassert import (
    MockProvider,
    all_of,
    any_of,
    at_least,
    better_than,
    calls_tool,
    judged_by,
    mentions,
    not_,
    weighted,
)
from pytest_aiassert.errors import CannotJudgeError, JudgeError

A, B = mentions("a"), mentions("b")


def _judge(score: float = 1.0):
    provider = MockProvider().reply(f'{{"reason": "so", "score": {score}}}')
    return judged_by("Is kind.", judge=provider), provider


@pytest.mark.parametrize(
    ("compose", "reply", "passed", "calls"),
    [
        (lambda j: j & A, "b", False, 0),
        (lambda j: j & A, "a", True, 1),
        (lambda j: all_of(A, j, B), "a", False, 0),
        (lambda j: j | A, "a", True, 0),
        (lambda j: j | A, "b", True, 1),
        (lambda j: any_of(j, A, B), "b", True, 0),
        (lambda j: at_least(2, j, A, B), "ab", True, 0),
        (lambda j: at_least(2, j, A, B), "a", True, 1),
        (lambda j: at_least(2, j, A, B), "c", False, 0),
        (lambda j: A & (B | j), "c", False, 0),
        (lambda j: A & ~(B & j), "c", False, 0),
        (lambda j: A & not_(j), "c", False, 0),
        (lambda j: A & weighted({j: 1, B: 1}, min=0.5), "c", False, 0),
        (lambda j: weighted({j: 1, B: 3}, min=0.75), "b", True, 1),
        (lambda j: weighted({j: 1, B: 3}, min=0.75), "c", False, 1),
    ],
)
def test_a_judge_is_asked_only_where_it_can_change_the_outcome(compose, reply, passed, calls):
    judge, provider = _judge()

    verdict = compose(judge).check(reply)

    assert verdict.passed == passed
    assert len(provider.calls) == calls
    assert ("not asked" in verdict.reason) == (calls == 0)


def test_the_reason_and_the_parts_say_who_was_not_asked():
    judge, _ = _judge()

    verdict = (judge & A & B).check("b")

    assert verdict.reason == (
        "mentions('a'): 'a' does not occur in the reply (1 character); "
        "that decides, so not asked: judged_by('Is kind.', judge='mock:mock')"
    )
    assert [part.matcher for part in verdict.parts] == ["mentions('a')", "mentions('b')"]
    assert verdict.score == 0.0


def test_the_verdicts_keep_the_order_of_the_matchers():
    judge, _ = _judge(0.8)

    verdict = (judge & A).check("a")

    assert [part.matcher for part in verdict.parts] == [repr(judge), "mentions('a')"]
    assert verdict.score == 0.8


def test_what_is_not_asked_counts_as_nothing_in_the_score_of_at_least():
    judge, _ = _judge()

    assert at_least(2, judge, A, B).check("c").score == 0.0
    assert at_least(2, judge, A, B).check("c").reason.startswith("0 of 3 matchers pass, 2 needed")


def test_a_judge_that_has_decided_spares_the_next():
    (first, asked), (second, unasked) = _judge(0), _judge(1)
    second = judged_by("Is brief.", judge=second.asker.judge)

    assert not (first & second).check("a").passed
    assert (len(asked.calls), len(unasked.calls)) == (1, 0)


def test_a_comparison_is_a_judge_too():
    provider = MockProvider().reply('{"reason": "so", "winner": "A"}')

    assert not (better_than("x", judge=provider) & A).check("b").passed
    assert not provider.calls


def test_a_judge_of_arguments_is_one():
    judge, provider = _judge()
    reply = Completion(text="", tool_calls=(ToolCall(id="1", name="send", arguments={"body": "Dear sir"}),))

    assert not (calls_tool("send", {"body": judge}) & A).check(reply).passed
    assert not (calls_tool("send", judge) & A).check(reply).passed
    assert not provider.calls
    assert calls_tool("send", {"body": judge}).check(reply).passed
    assert len(provider.calls) == 1


def test_a_judge_that_fails_is_an_error_only_where_it_is_asked():
    broken = judged_by("x", judge=MockProvider().reply("rubbish"))

    assert not (broken & A).check("b").passed
    with pytest.raises(JudgeError):
        (broken & A).check("a")


def test_what_cannot_be_judged_comes_before_the_judge_is_paid(monkeypatch):
    judge, provider = _judge()

    def missing(_self, _reply):
        raise CannotJudgeError("no tool")

    monkeypatch.setattr(type(A), "judge", missing)
    with pytest.raises(CannotJudgeError):
        (judge & A).check("a")
    assert not provider.calls


def test_expect_asks_every_matcher(expect):
    judge, provider = _judge()

    with pytest.raises(AssertionError, match="1 of 2 expectations failed"):
        expect("b").to(A, judge)
    assert len(provider.calls) == 1
