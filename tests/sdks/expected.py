"""What is scripted for each feature, and what an SDK must make of it."""

from __future__ import annotations

from tests.sdks.matrix import ADD, PERSON, QUESTION, Said
from tests.sdks.table import Cell

from assistant.messages import ToolCall
from pytest_aiassert.wire.scripted import Scripted

REPLY = "Two plus three is five — fünf, 5️⃣, and nothing else."
CALL = ToolCall(id="", name="add", arguments={"a": 2, "b": 3, "note": "ä" * 20})


def script(mock: Scripted, feature: str) -> None:
    match feature:
        case "plain" | "stream":
            mock.reply(REPLY)
        case "tools":
            mock.when(r"2 \+ 3").reply(CALL, REPLY)
        case "stream_tools":
            mock.reply(CALL)
        case "structured":
            mock.reply(PERSON.model_dump())


def check(said: Said, cell: Cell) -> None:
    match cell.feature:
        case "plain":
            assert said.text == REPLY
            assert said.tokens is not None
            assert said.tokens[0] > len(QUESTION) // 4
            assert 10 < said.tokens[1] < 30
        case "stream":
            assert said.text == REPLY
            assert said.pieces > 8
            assert said.tokens is not None
            assert all(said.tokens)
        case "tools":
            assert said.calls == (("add", dict(CALL.arguments)),)
            assert said.text == REPLY
        case "stream_tools":
            assert said.calls == (("add", dict(CALL.arguments)),)
        case "structured":
            assert said.value == PERSON
        case other:
            raise AssertionError(other)


def check_calls(calls: tuple[object, ...], cell: Cell) -> None:
    """What was asked is read the same from every SDK."""
    from pytest_aiassert.wire.formats import Call

    assert len(calls) == (2 if cell.feature == "tools" else 1)
    for call in calls:
        assert isinstance(call, Call)
        assert call.api == cell.sdk.api
        assert call.model == "some-model"
        assert call.prompt == QUESTION
        assert call.stream == cell.feature.startswith("stream")
        assert not {"authorization", "x-api-key", "x-goog-api-key"} & set(call.headers)
        if "tools" in cell.feature:
            (tool,) = call.request.tools
            assert (tool.name, tool.description, tool.parameters["required"]) == ("add", ADD["description"], ["a", "b"])
    if cell.feature == "tools":
        last = calls[-1]
        assert isinstance(last, Call)
        roles = [message.role for message in last.request.messages]
        assert roles == ["user", "assistant", "tool"]
        assert last.request.messages[1].tool_calls[0].arguments == CALL.arguments
        assert "5" in last.request.messages[2].content
