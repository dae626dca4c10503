"""within: limits, and what a reply does not say."""

from __future__ import annotations

import pytest

from assistant.messages import Completion, Usage
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import within

REPLY = Completion(
    text="a", usage=Usage(input_tokens=1_200, output_tokens=300), latency=2.0, cost=0.004, first_token=0.5
)


@pytest.mark.parametrize(
    ("matcher", "passed", "score", "reason"),
    [
        (within(latency=2), True, 1, "2 s, 2 s allowed"),
        (within(latency=1), False, 0.5, "2 s, 1 s allowed"),
        (within(tokens=1_500), True, 1, "1,500 tokens, 1,500 allowed"),
        (within(tokens=750), False, 0.5, "1,500 tokens, 750 allowed"),
        (within(cost=0.001), False, 0.25, "$0.004, $0.001 allowed"),
        (within(2, 2_000, 0.01), True, 1, "2 s, 2 s allowed; 1,500 tokens, 2,000 allowed; $0.004, $0.01 allowed"),
        (within(latency=3, tokens=750, cost=0.001), False, 0.25, "1,500 tokens, 750 allowed; $0.004, $0.001 allowed"),
        (within(latency=0), False, 0, "2 s, 0 s allowed"),
        (within(first_token=0.5), True, 1, "0.5 s to the first token, 0.5 s allowed"),
        (within(first_token=0.25), False, 0.5, "0.5 s to the first token, 0.25 s allowed"),
    ],
)
def test_every_limit_is_held(matcher, passed, score, reason):
    verdict = matcher.check(REPLY)
    assert (verdict.passed, verdict.score, verdict.reason) == (passed, score, reason)


def test_a_free_and_instant_reply_is_within_nothing():
    assert within(latency=0, cost=0).check(Completion(latency=0.0, cost=0.0)).passed


def test_several_limits_are_parts():
    assert [part.matcher for part in within(latency=1, cost=1).check(REPLY).parts] == ["within.latency", "within.cost"]
    assert within(latency=1).check(REPLY).parts == ()


@pytest.mark.parametrize(
    ("matcher", "reply", "words"),
    [
        (within(latency=1), "text", "does not say its latency; judge the Completion that a provider returned"),
        (within(tokens=1), Completion(latency=1.0), "does not say its tokens; .*some servers do not count"),
        (within(cost=1), Completion(latency=1.0), "does not say its cost; .*a model that has a price"),
        (within(latency=1), Completion(latency=float("nan")), "does not say its latency"),
        (within(latency=1), Completion(latency=-1.0), "does not say its latency"),
        (within(first_token=1), Completion(latency=1.0), r"does not say its first_token; .*Completion.of_chunks\("),
        (~within(latency=1), "text", "does not say its latency"),
    ],
)
def test_what_a_reply_does_not_say_is_never_a_verdict(matcher, reply, words):
    with pytest.raises(CannotJudgeError, match=words):
        matcher.check(reply)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (within, r"within\(\) needs latency, tokens, cost or first_token"),
        (lambda: within(first_token=-1), "within: first_token is -1"),
        (lambda: within(latency=-1), "within: latency is -1; expected a number, 0 or more"),
        (lambda: within(tokens=1.5), "within: tokens is 1.5; expected a whole number"),
        (lambda: within(cost="1"), "within: cost is '1'"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_it_prints_as_the_call():
    assert repr(within(1.5, cost=0.01)) == "within(latency=1.5, cost=0.01)"
