from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from tests.pytest_aiassert.cassettes.conftest import exchange

from assistant.assembly import connect as connect_spec
from assistant.config import Settings
from assistant.errors import CutStreamError, OverloadedError
from assistant.messages import Completion
from assistant.protocols import Provider
from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.errors import CassetteError, CassetteMissError, UsageError
from pytest_aiassert.providers import ReplayProvider

RECORDED = Path(__file__).parents[3] / "golden/coding/cassettes/qwen-0.5b"
LIVE = {"model": "tiny", "base_url": "http://127.0.0.1:9/v1"}


def connect(base_url: str, model: str, transport: Callable[[], httpx2.AsyncBaseTransport]) -> Provider:
    return connect_spec(f"openai+{base_url}:{model}", transport=transport, settings=Settings())


def _upstream(*answers: httpx2.Response) -> Callable[[], httpx2.AsyncBaseTransport]:
    waiting = list(answers)
    return lambda: httpx2.MockTransport(lambda _: waiting.pop(0))


def _answer(text: str) -> httpx2.Response:
    return httpx2.Response(200, json={"choices": [{"message": {"content": text}, "finish_reason": "stop"}]})


def _events(*texts: str, end: bool = True) -> httpx2.Response:
    pieces = [f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n" for text in texts]

    async def arriving() -> AsyncIterator[bytes]:
        for piece in [*pieces, "data: [DONE]\n\n"] if end else pieces:
            yield piece.encode()

    return httpx2.Response(200, content=arriving(), headers={"content-type": "text/event-stream"})


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json"))[:6], ids=lambda path: path.stem)
def test_what_a_real_model_said_is_said_again(path: Path) -> None:
    cassette = Cassette.load(path)
    with ReplayProvider(cassette, connect) as provider:
        assert isinstance(provider, Provider)
        assert provider.model == "qwen-0.5b"
        for recorded in cassette.exchanges:
            body = recorded.request.body.json
            reply = provider.complete(
                body["messages"][-1]["content"], temperature=body["temperature"], max_tokens=body["max_tokens"]
            )
            assert reply.text == recorded.response.body.json["choices"][0]["message"]["content"]
            assert reply.latency == recorded.response.elapsed
            assert reply.cost is None


def test_a_request_that_was_not_recorded_is_explained(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "case.json", [exchange("Hi")], records=False)
    with ReplayProvider(cassette, connect) as provider:
        with pytest.raises(CassetteMissError, match=r"messages\[0\]\.content 'Hi' → 'Hello'"):
            provider.complete("Hello")
        assert provider.complete("Hi").text == "hello"
        assert "case.json" in repr(provider)


def test_async_callers(tmp_path: Path) -> None:
    cassette = Cassette.open(tmp_path / "case.json")
    recorder = ReplayProvider(cassette, connect, **LIVE, upstream=_upstream(_answer("whole"), _events("a", "b")))
    recorder.complete("x")
    list(recorder.stream("x"))
    recorder.close()

    async def main() -> tuple[str, str]:
        provider = ReplayProvider(Cassette.load(tmp_path / "case.json"), connect)
        whole = await provider.acomplete("x")
        return whole.text, "".join([chunk.text async for chunk in provider.astream("x")])

    assert anyio.run(main) == ("whole", "ab")


def test_records_then_replays(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    upstream = _upstream(_answer("one"), _answer("two"), _events("thr", "ee"))
    with ReplayProvider(Cassette.open(path, "once"), connect, **LIVE, upstream=upstream) as provider:
        live = [provider.complete("a").text, provider.complete("a").text, "".join(map(str, provider.stream("a")))]
    with ReplayProvider(Cassette.open(path, "once"), connect, **LIVE, upstream=_upstream()) as provider:
        again = [provider.complete("a").text, provider.complete("a").text, "".join(map(str, provider.stream("a")))]
        with pytest.raises(CassetteMissError, match="2 replies to this request, the 3rd"):
            provider.complete("a")
    assert live == again == ["one", "two", "three"]


def test_a_replayed_stream_tells_the_times_of_its_recording(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    upstream = _upstream(_events("", "a", "b"))
    with ReplayProvider(Cassette.open(path, "once"), connect, **LIVE, upstream=upstream) as provider:
        live = Completion.of_chunks(provider.stream("x"))
    document = json.loads(path.read_text(encoding="utf-8"))
    events = document["exchanges"][0]["response"]["body"]["events"]
    for event, delay in zip(events, (1.0, 2.0, 4.0, 8.0), strict=True):
        event["dt"] = delay
    path.write_text(json.dumps(document), encoding="utf-8")

    with ReplayProvider(Cassette.open(path), connect) as provider:
        reply = Completion.of_chunks(provider.stream("x"))

    assert live.first_token is not None
    assert 0 < live.first_token < 1
    assert reply.text == "ab"
    assert reply.first_token == 3.0
    assert reply.latency in (7.0, 15.0)  # the end mark may carry no chunk


def test_a_stream_left_early_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    with ReplayProvider(Cassette.open(path), connect, **LIVE, upstream=_upstream(_events("a", "b"))) as provider:
        stream: Any = provider.stream("x")
        next(stream)
        stream.close()
    assert not path.exists()


def test_a_recorded_cut_is_replayed_as_a_cut(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    provider = ReplayProvider(Cassette.open(path), connect, **LIVE, upstream=_upstream(_events("a", end=False)))
    with pytest.raises(CutStreamError):
        list(provider.stream("x"))
    provider.close()
    with ReplayProvider(Cassette.load(path), connect) as provider, pytest.raises(CutStreamError):
        list(provider.stream("x"))


def _old_recording(path: Path) -> bytes:
    Cassette.open(path).add(exchange("x", "old"))
    return path.read_bytes()


def test_all_publishes_a_complete_recording(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    _old_recording(path)
    with ReplayProvider(Cassette.open(path, "all"), connect, **LIVE, upstream=_upstream(_answer("new"))) as provider:
        assert provider.complete("x").text == "new"
    with ReplayProvider(Cassette.load(path), connect) as provider:
        assert provider.complete("x").text == "new"


def test_all_keeps_the_old_recording_when_a_request_fails(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    old = _old_recording(path)
    upstream = _upstream(_answer("new"), httpx2.Response(503, text="busy"))
    with ReplayProvider(Cassette.open(path, "all"), connect, **LIVE, upstream=upstream) as provider:
        provider.complete("x")
        with pytest.raises(OverloadedError):
            provider.complete("y")
    assert path.read_bytes() == old


def test_all_keeps_the_old_recording_when_the_test_fails(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    old = _old_recording(path)
    provider = ReplayProvider(Cassette.open(path, "all"), connect, **LIVE, upstream=_upstream(_answer("new")))
    with pytest.raises(AssertionError), provider:
        assert provider.complete("x").text == "something else"
    assert path.read_bytes() == old
    assert [one.name for one in tmp_path.iterdir()] == ["case.json"]


def test_an_unknown_model_names_the_recorded_ones(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "case.json", [exchange()], records=False)
    with pytest.raises(UsageError, match="no recording of model 'huge'; recorded: tiny"):
        ReplayProvider(cassette, connect, model="huge")


def test_an_empty_cassette_needs_a_model_and_an_address(tmp_path: Path) -> None:
    cassette = Cassette.open(tmp_path / "case.json")
    with pytest.raises(CassetteError, match="is empty, so its model is unknown"):
        ReplayProvider(cassette, connect)
    with pytest.raises(CassetteError, match="is empty, so its address is unknown"):
        ReplayProvider(cassette, connect, model="tiny", upstream=_upstream())


def test_other_formats_are_named(tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "case.json", [exchange(url="https://api.example/v1/messages")])
    with pytest.raises(CassetteError, match="only chat completions"):
        ReplayProvider(cassette, connect)
