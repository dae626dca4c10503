from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from assistant.messages import Chunk, Completion, Message, Request, Tool, ToolCall, Usage, as_messages, as_request


def test_text_becomes_one_user_message() -> None:
    assert as_messages("hi") == (Message(role="user", content="hi"),)


def test_messages_stay_as_they_are() -> None:
    one, two = Message(role="system", content="be kind"), Message(role="user", content="hi")
    assert as_messages(one) == (one,)
    assert as_messages([one, two]) == (one, two)


@pytest.mark.parametrize(("prompt", "words"), [([{"role": "user"}], r"messages\[0\] is a dict"), (["a"], "is a str")])
def test_other_things_are_no_messages(prompt: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        as_messages(prompt)


def test_a_request_knows_its_last_question() -> None:
    turns = [Message(role="user", content="a"), Message(role="user", content="b"), Message(role="assistant")]
    request = as_request(turns, [Tool(name="t")], {"temperature": 0})
    assert request.prompt == "b"
    assert request.tools == (Tool(name="t"),)
    assert request.parameters == {"temperature": 0}
    assert not Request(messages=()).prompt


def test_replies_read_as_their_text() -> None:
    assert str(Completion(text="hello")) == "hello"
    assert str(Chunk(text="he")) == "he"
    assert Usage(input_tokens=2, output_tokens=3).total_tokens == 5


def test_values_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Completion().text = "changed"  # type: ignore[misc]  the point of the test


def test_chunks_add_up_to_a_completion() -> None:
    call = ToolCall(id="1", name="f")
    chunks = [
        Chunk(elapsed=0.1),
        Chunk(text="a", elapsed=0.2),
        Chunk(text="b", elapsed=0.3, finish_reason="stop"),
        Chunk(tool_calls=(call,), usage=Usage(output_tokens=2), cost=0.5, elapsed=0.4),
    ]
    assert Completion.of_chunks(iter(chunks), model="m") == Completion(
        text="ab", tool_calls=(call,), usage=Usage(output_tokens=2), model="m", latency=0.4, cost=0.5, first_token=0.2
    )
    assert Completion.of_chunks([]) == Completion(finish_reason="other")
