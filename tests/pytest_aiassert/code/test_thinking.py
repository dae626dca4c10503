"""Thoughts and the marks of chat formats are no part of the answer."""

from __future__ import annotations

import pytest

from pytest_aiassert.code import extract
from pytest_aiassert.code.thinking import without_thinking

DRAFT, ANSWER = "```python\nx = 1\n```", "```python\ny = 2\n```"


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"<{tag}>\n{DRAFT}\n</{tag}>\n{ANSWER}"
            for tag in ("think", "Thinking", "THOUGHT", "reasoning", "scratchpad")
        ),
        f"<think>{DRAFT}</think><think>{DRAFT}</think>{ANSWER}",
        f"Let me see.\n<think>\n{DRAFT}\n</think>\n{ANSWER}",
        f"so I could write\n{DRAFT}\nor not\n</think>\n{ANSWER}",
        f"<|begin_of_thought|>\n{DRAFT}\n<|end_of_thought|>\n<|begin_of_solution|>{ANSWER}<|end_of_solution|>",
        f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
        f"<|im_start|>{ANSWER}<|im_end|>",
    ],
)
def test_only_the_answer_counts(text):
    (block,) = extract(text)
    assert (block.code, block.closed) == ("y = 2", True)
    assert text.split("\n")[block.line - 1] == "y = 2"


def test_a_thought_without_an_end_hides_the_rest():
    assert extract(f"<reasoning>\n{ANSWER}") == ()


@pytest.mark.parametrize(
    "text",
    [
        f"```html\n<p>\n<think>\n</p>\n```\n{ANSWER}",
        "a <- b </ c <think",
        "```fsharp\nlet x = f <| y |> g\n```",
        "Write `<think>` first, then the answer.",
    ],
)
def test_what_only_looks_like_one_is_kept(text):
    assert without_thinking(text) == text
