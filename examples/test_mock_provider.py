"""Test your own code around a model: script the replies, then look at what was asked."""

import pytest

from assistant import Completion, Message, ToolCall
from assistant.errors import RateLimitError
from assistant.protocols import Provider


def suggest_name(ai: Provider, code: str) -> str:
    """The application under test: asks for a name and falls back to a plain one."""
    try:
        reply = ai.complete(
            [Message(role="system", content="Answer with one word."), Message(role="user", content=code)]
        )
    except RateLimitError:
        return "unnamed"
    return reply.text.strip().lower()


def test_the_reply_is_cleaned(mock_ai):
    mock_ai.reply(" Adder\n")
    assert suggest_name(mock_ai, "lambda a, b: a + b") == "adder"


def test_what_was_asked(mock_ai):
    mock_ai.when(r"lambda").reply("adder").when(r"class").reply("stack")
    assert suggest_name(mock_ai, "class Stack: ...") == "stack"
    assert mock_ai.calls[0].messages[0].content == "Answer with one word."


def test_a_failing_provider(mock_ai):
    mock_ai.fail("rate_limited")
    assert suggest_name(mock_ai, "x = 1") == "unnamed"


def test_tool_calls(mock_ai):
    mock_ai.reply(Completion(tool_calls=(ToolCall(id="1", name="search", arguments={"query": "adder"}),)))
    reply = mock_ai.complete("Find the adder.")
    assert [(call.name, call.arguments["query"]) for call in reply.tool_calls] == [("search", "adder")]


@pytest.mark.parametrize("fault", ["timeout", "overloaded", "connection"])
def test_other_faults_reach_the_caller(mock_ai, fault):
    mock_ai.fail(fault)
    with pytest.raises(Exception, match="mock"):
        suggest_name(mock_ai, "x = 1")
