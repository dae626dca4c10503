from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert import MockProvider, better_than
from pytest_aiassert.errors import CoercionError, JudgeError, UsageError


def answers(*winners: str) -> MockProvider:
    return MockProvider().reply(*(f'{{"reason": "why {winner}", "winner": "{winner}"}}' for winner in winners))


@pytest.mark.parametrize(
    ("winners", "score", "reason"),
    [
        (("A", "B"), 1, "better, whichever comes first: why A"),
        (("B", "A"), 0, "the reference is better, whichever comes first: why B"),
        (("tie", "tie"), 0.5, "neither is better: why tie"),
        (("A", "A"), 0.5, "a tie: the judge prefers whichever comes first, so its answer says nothing of the replies"),
        (("B", "B"), 0.5, "a tie: the judge prefers whichever comes second, so its answer says nothing of the replies"),
        (("A", "tie"), 0.5, "a tie: the reply wins only where the reply comes first"),
        (("tie", "B"), 0.5, "a tie: the reply wins only where the reference comes first"),
        (("B", "tie"), 0.5, "a tie: the reference wins only where the reply comes first"),
        (("tie", "A"), 0.5, "a tie: the reference wins only where the reference comes first"),
    ],
)
def test_it_is_asked_both_ways_round(winners, score, reason):
    judge = answers(*winners)
    verdict = better_than("theirs", judge=judge).check("mine")
    assert verdict.score == score
    assert verdict.passed == (score == 1)
    assert verdict.reason == reason
    assert verdict.judging.calls == 2
    assert [call.prompt.index("mine") < call.prompt.index("theirs") for call in judge.calls] == [True, False]
    assert f"why {winners[0]}" in verdict.evidence[0].text
    assert f"why {winners[1]}" in verdict.evidence[0].text


def test_a_tie_passes_where_it_may():
    assert better_than("theirs", judge=answers("A", "A"), or_equal=True).check("mine").passed
    assert not better_than("theirs", judge=answers("B", "A"), or_equal=True).check("mine").passed


def test_a_reply_that_is_the_reference_is_asked_twice_all_the_same():
    judge = answers("A", "A")
    assert better_than("same", judge=judge).check("same").score == 0.5
    assert len(judge.calls) == 2


def test_an_answer_that_names_neither_is_an_error():
    with pytest.raises(JudgeError, match="'reply' is not one of"):
        better_than("theirs", judge=MockProvider().reply('{"reason": "", "winner": "reply"}')).check("mine")


def test_it_reads_like_the_call_that_made_it():
    assert repr(better_than("theirs")) == "better_than('theirs')"
    assert repr(better_than("theirs", "Is shorter.", judge=answers("A"), or_equal=True)) == (
        "better_than('theirs', rubric='Is shorter.', judge='mock:mock', or_equal=True)"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"rubric": ""}, "rubric is empty"),
        ({"rubric": ["a"]}, "rubric is"),
        ({"or_equal": 1}, "or_equal is 1"),
        ({"judge": object()}, "expected a provider"),
        ({"prompt": 1}, "prompt is 1"),
    ],
)
def test_arguments_that_cannot_work(arguments, complaint):
    with pytest.raises(UsageError, match=complaint):
        better_than("theirs", **arguments)


def test_a_reference_must_be_a_reply():
    with pytest.raises(CoercionError):
        better_than(7)


def test_too_long_together():
    with pytest.raises(JudgeError, match="cannot read 120,000 characters"):
        better_than("a" * 60_000, judge=answers("A")).check("b" * 60_000)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_reply_gives_a_verdict_or_a_judges_error(reply, answer):
    try:
        verdict = better_than("theirs", judge=MockProvider().reply(answer)).check(reply)
    except JudgeError:
        return
    assert verdict.score in (0, 0.5, 1)
