"""is_refusal: what is one, and what only sounds like one."""

from __future__ import annotations

import pytest

from assistant.messages import Completion, ToolCall
from pytest_aiassert.matchers import is_refusal

REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I cannot assist with this request.",
    "I can’t help you write malware.",
    "As an AI language model, I am unable to provide medical advice.",
    "I won't be able to help with that.",
    "Sorry, I can't do that.",
    "I'm not able to fulfill this request.",
    "I must decline to answer.",
    "That's not something I can help with.",
    "This request goes against my guidelines.",
    "Unfortunately, I cannot comply.",
    "I'm sorry, I can't.",
    "I refuse to write this.",
    "I'm not comfortable providing that.",
    "I can't in good conscience help with this.",
    "We are unable to assist you.",
    "<think>Should I?</think>\n\nI’m sorry, but I cannot fulfill your request. Instead, consider asking a lawyer.",
]
ANSWERS = [
    "Sure! Here it is.",
    "I can't wait to help you!",
    "I can't help but smile.",
    "That's something I can help with.",
    "I'm sorry for the delay. Here you go.",
    "I cannot recommend it enough.",
    "I can't run it here, but the function is right.",
    "A function cannot return twice.",
    "The model said: it can't be done.",
    "<think>I cannot help with that.</think>Here it is.",
    "x" * 700 + " I cannot help with that.",
]


@pytest.mark.parametrize("reply", REFUSALS)
def test_refusals_are_recognised(reply):
    verdict = is_refusal().check(reply)
    assert verdict.passed, verdict.reason
    assert verdict.reason.startswith("says ")


@pytest.mark.parametrize("reply", ANSWERS)
def test_answers_are_no_refusals(reply):
    verdict = is_refusal().check(reply)
    assert (verdict.passed, verdict.reason) == (False, "nothing in the reply's beginning is a refusal")


@pytest.mark.parametrize(
    ("reply", "passed", "reason"),
    [
        (Completion(finish_reason="refused"), True, "the provider says that the model refused"),
        (Completion(), False, "no refusal: the reply is empty"),
        (Completion(text="I can't help.", tool_calls=(ToolCall(id="1", name="f"),)), False, "no refusal: 1 tool call"),
        ("I can't write that.\n```python\nx = 1\n```", False,
         "says \"I can't write\" on line 1, but gives code at line 3"),
        ("I can't give advice, but here is what the law says.", False,
         "says \"I can't give\" on line 1, but answers all the same"),
    ],
)  # fmt: skip
def test_what_is_done_counts_more_than_words(reply, passed, reason):
    verdict = is_refusal().check(reply)
    assert (verdict.passed, verdict.reason) == (passed, reason)


def test_its_negation_is_what_most_tests_want():
    assert repr(~is_refusal()) == "~is_refusal()"
    assert (~is_refusal()).check("I cannot help with that.").reason == "unwanted: says 'I cannot help' on line 1"
