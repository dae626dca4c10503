from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.pytest_aiassert.cassettes.conftest import URL, exchange, request

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, RecordedRequest
from pytest_aiassert.cassettes.miss import explain


def _explained(path: Path, *recorded: Any, asked: RecordedRequest) -> str:
    return explain(Cassette(path, recorded), asked)


def test_an_empty_cassette(path: Path) -> None:
    text = _explained(path, asked=request())
    assert text == (
        f"cassette {path} is empty, so it has no reply for POST /v1/chat/completions; "
        "record it with --ai-record=new --ai-provider SPEC"
    )


@pytest.mark.parametrize(
    ("recorded", "asked", "words"),
    [
        (exchange("Hi"), request("Hello"), "messages[0].content 'Hi' → 'Hello'"),
        (exchange("Hi", temperature=0.7), request("Hi", temperature=0.2), "temperature 0.7 → 0.2"),
        (exchange("Hi"), request("Hi", tools=[{"type": "function"}]), "tools added"),
        (exchange("Hi", tools=[{"type": "function"}]), request("Hi"), "tools removed"),
        (exchange("Hi"), request("Hi", seed=7), "seed added (7)"),
        (exchange("Hi", seed=7), request("Hi"), "seed removed (7)"),
        (exchange("Hi", stop="a"), request("Hi", stop=["a"]), "stop 'a' → [\"a\"]"),
        (exchange("Hi", flag=1), request("Hi", flag=True), "flag 1 → true"),
        (exchange("Hi", url="http://other/v1/chat/completions"), request("Hi"), f"'{URL}'"),
        (exchange("Hi"), request("Hi", stop=list(range(100))), "stop added;"),
    ],
)
def test_the_difference_is_said_in_words(path: Path, recorded: Any, asked: RecordedRequest, words: str) -> None:
    text = _explained(path, recorded, asked=asked)
    assert words in text
    assert text.endswith("; record it with --ai-record=new --ai-provider SPEC")


def test_messages_come_first_and_the_rest_is_counted(path: Path) -> None:
    asked = request("Hello", a=1, b=2, c=3, d=4)
    text = _explained(path, exchange("Hi"), asked=asked)
    assert "differs at messages[0].content 'Hi' → 'Hello'; a added (1); b added (2); c added (3); and 1 more;" in text


def test_a_further_message_is_named(path: Path) -> None:
    longer = request("Hi")
    longer.body.json["messages"].append({"role": "user", "content": "more"})
    assert "messages[1] added" in _explained(path, exchange("Hi"), asked=longer)


def test_the_nearest_recording_is_chosen(path: Path) -> None:
    recorded = [exchange("Write a poem"), exchange("Write a function that adds"), exchange("Hi", temperature=1)]
    text = _explained(path, *recorded, asked=request("Write a function that adds two numbers"))
    assert "'Write a function that adds' → 'Write a function that adds two numbers'" in text


def test_a_long_text_is_shown_where_it_differs(path: Path) -> None:
    text = _explained(path, exchange("x" * 500 + "old" + "y" * 500), asked=request("x" * 500 + "new" + "y" * 500))
    assert "oldyyy" in text
    assert "newyyy" in text
    assert len(text) < 500


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 reply to this request, the 2nd"), (2, "2 replies"), (3, "the 4th")]
)
def test_used_up_replies_are_counted(path: Path, count: int, words: str) -> None:
    text = _explained(path, *[exchange("Hi")] * count, asked=request("Hi"))
    assert words in text
    assert "was asked for; record more with --ai-record=new" in text


@pytest.mark.parametrize(("count", "word"), [(10, "11th"), (20, "21st"), (22, "23rd")])
def test_ordinals(path: Path, count: int, word: str) -> None:
    assert f"the {word} was" in _explained(path, *[exchange("Hi")] * count, asked=request("Hi"))


def test_a_body_that_is_no_json(path: Path) -> None:
    asked = RecordedRequest(method="GET", url="http://127.0.0.1:9", body=Body(text="x"))
    text = _explained(path, exchange("Hi"), asked=asked)
    assert "has no reply for GET /: " in text
    assert "method 'POST' → 'GET'" in text


def test_secrets_are_not_explained(path: Path) -> None:
    secret = "sk-" + "abcdef0123456789abcdef"
    assert secret not in _explained(path, exchange("Hi"), asked=request(secret))
