from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.pytest_aiassert.cassettes.conftest import URL, exchange

from pytest_aiassert.cassettes import Cassette, CassetteTransport
from pytest_aiassert.cassettes.exchange import Body, Event, RecordedResponse
from pytest_aiassert.errors import CassetteMissError

ASK = {"model": "tiny", "messages": [{"role": "user", "content": "hi"}]}
KEY = "sk-" + "abcdef0123456789abcdef"


class Pieces(httpx2.AsyncByteStream):
    """A body that comes in pieces, and may break."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces = pieces
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._error:
            raise self._error


def _upstream(*responses: Callable[[], httpx2.Response]) -> httpx2.MockTransport:
    waiting = list(responses)
    return httpx2.MockTransport(lambda _: waiting.pop(0)())


def _hello() -> httpx2.Response:
    return httpx2.Response(200, json={"say": "hello"}, headers={"x-request-id": "secret-id", "set-cookie": "a=b"})


def _post(
    cassette: Cassette,
    upstream: httpx2.AsyncBaseTransport | None = None,
    *,
    url: str = URL,
    body: Any = ASK,
    ticks: list[float] | None = None,
) -> httpx2.Response:
    async def main() -> httpx2.Response:
        options = {"clock": iter(ticks).__next__} if ticks else {}
        transport = CassetteTransport(cassette, upstream=upstream, **options)
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.post(url, json=body, headers={"authorization": f"Bearer {KEY}"})

    return asyncio.run(main())


def test_replays_without_any_network(path: Path) -> None:
    cassette = Cassette(path, [exchange("hi", "hello")], records=False)
    response = _post(cassette)
    assert response.status_code == 200
    assert response.json()["choices"][0]["message"]["content"] == "hello"
    assert response.extensions["latency"] == 1.5
    with pytest.raises(CassetteMissError, match="recorded 1 reply to this request, the 2nd was asked for"):
        _post(cassette)


def test_records_what_it_does_not_have(path: Path) -> None:
    cassette = Cassette.open(path, "new")
    response = _post(cassette, _upstream(_hello), ticks=[10.0, 11.0])
    assert response.json() == {"say": "hello"}
    document = json.loads(path.read_text(encoding="utf-8"))
    (kept,) = document["exchanges"]
    assert kept["request"] == {"method": "POST", "url": URL, "body": {"json": ASK}}
    assert kept["response"] == {
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": {"json": {"say": "hello"}},
        "elapsed": 1.0,
    }
    assert _post(Cassette.load(path)).json() == {"say": "hello"}


def test_no_secret_is_in_the_written_bytes(path: Path) -> None:
    body = {**ASK, "api_key": "plain-secret", "messages": [{"role": "user", "content": f"my key is {KEY}"}]}
    url = f"{URL}?key=query-secret&x=1"
    cassette = Cassette.open(path, "new")
    _post(
        cassette, _upstream(lambda: httpx2.Response(200, json={"echo": KEY, "password": "hunter2"})), url=url, body=body
    )
    written = path.read_bytes()
    for secret in (KEY, "plain-secret", "query-secret", "hunter2", "Bearer"):
        assert secret.encode() not in written
    assert _post(Cassette.load(path), url=url, body=body).json() == {"echo": "[REDACTED]", "password": "[REDACTED]"}


def test_a_cassette_that_does_not_record_asks_nobody(path: Path) -> None:
    _post(Cassette.open(path, "once"), _upstream(_hello))
    with pytest.raises(CassetteMissError):
        _post(Cassette.open(path, "once"), _upstream(), body={**ASK, "seed": 1})


def test_a_stream_is_kept_event_by_event(path: Path) -> None:
    def stream() -> httpx2.Response:
        body = Pieces(b"data: 1\r\n", b"\r\ndata: ", "é\n\nda".encode(), b"ta: [DONE]\n\nrest")
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=body)

    ticks = [0.0, 1.0, 1.5, 2.0, 2.25, 3.0]
    assert _post(Cassette.open(path), _upstream(stream), ticks=ticks).text.endswith("rest")
    (kept,) = json.loads(path.read_text(encoding="utf-8"))["exchanges"]
    assert kept["response"]["body"] == {
        "events": [
            {"dt": 1.5, "data": "data: 1\n\n"},
            {"dt": 0.5, "data": "data: é\n\n"},
            {"dt": 0.25, "data": "data: [DONE]\n\n"},
            {"dt": 0.0, "data": "rest"},
        ]
    }
    replayed = _post(Cassette.load(path))
    assert replayed.text == "data: 1\n\ndata: é\n\ndata: [DONE]\n\nrest"
    assert replayed.headers["content-type"] == "text/event-stream"


def test_a_compressed_body_is_kept_readable(path: Path) -> None:
    content = gzip.compress(b'{"say": "hello"}')
    headers = {"content-encoding": "gzip", "content-type": "application/json", "content-length": str(len(content))}

    def compressed() -> httpx2.Response:
        return httpx2.Response(200, headers=headers, stream=Pieces(content))

    assert _post(Cassette.open(path), _upstream(compressed)).json() == {"say": "hello"}
    assert _post(Cassette.load(path)).json() == {"say": "hello"}


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 503, 529])
def test_an_error_of_the_day_is_passed_on_and_not_kept(path: Path, status: int) -> None:
    cassette = Cassette.open(path)
    assert _post(cassette, _upstream(lambda: httpx2.Response(status, text="no"))).status_code == status
    assert not path.exists()
    assert not cassette.complete
    assert _post(cassette, _upstream(_hello)).status_code == 200
    assert cassette.complete


def test_a_refused_request_is_an_answer_and_kept(path: Path) -> None:
    refused = {"error": {"code": "context_length_exceeded"}}
    _post(Cassette.open(path), _upstream(lambda: httpx2.Response(400, json=refused)))
    replayed = _post(Cassette.load(path))
    assert (replayed.status_code, replayed.json()) == (400, refused)


def test_a_body_that_breaks_off_is_not_kept(path: Path) -> None:
    broken = Pieces(b'{"a', error=httpx2.RemoteProtocolError("gone"))
    with pytest.raises(httpx2.RemoteProtocolError):
        _post(Cassette.open(path), _upstream(lambda: httpx2.Response(200, stream=broken)))
    assert not path.exists()


def test_a_stream_that_the_reader_leaves_is_not_kept(path: Path) -> None:
    cassette = Cassette.open(path)
    upstream = _upstream(lambda: httpx2.Response(200, stream=Pieces(b"data: 1\n\n", b"data: 2\n\n")))

    async def main() -> bytes:
        async with (
            httpx2.AsyncClient(transport=CassetteTransport(cassette, upstream=upstream)) as client,
            client.stream("POST", URL, json=ASK) as response,
        ):
            return await anext(response.aiter_bytes())

    assert asyncio.run(main()) == b"data: 1\n\n"
    assert not path.exists()
    assert not cassette.complete


def test_a_hundred_calls_at_once_are_all_kept(path: Path) -> None:
    cassette = Cassette.open(path)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"echo": json.loads(request.content)["seed"]})

    async def main() -> None:
        transport = CassetteTransport(cassette, upstream=httpx2.MockTransport(answer))
        async with httpx2.AsyncClient(transport=transport) as client:
            await asyncio.gather(*(client.post(URL, json={**ASK, "seed": n % 50}) for n in range(100)))

    asyncio.run(main())
    kept = Cassette.load(path).exchanges
    assert len(kept) == 100
    assert all(one.request.body.json["seed"] == one.response.body.json["echo"] for one in kept)


@pytest.mark.parametrize(
    "response",
    [
        RecordedResponse(status=200, headers={}, body=Body(text="a\ud800b")),
        RecordedResponse(status=200, headers={}, body=Body(events=(Event(dt=0.0, data="data: \udfff\n\n"),))),
        RecordedResponse(status=200, headers={"content-type": "text/plain; x=ü"}, body=Body(text="ok")),
    ],
)
def test_odd_text_in_a_cassette_is_replayed(path: Path, response: RecordedResponse) -> None:
    recorded = replace(exchange(), response=response)

    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=CassetteTransport(Cassette(path, [recorded]))) as client:
            return await client.post(URL, json=ASK)

    assert asyncio.run(ask()).status_code == 200


def test_what_is_not_usable_is_handed_on_but_not_recorded(path: Path) -> None:
    async def ask() -> httpx2.Response:
        cassette = Cassette(path)
        transport = CassetteTransport(cassette, upstream=_upstream(_hello), usable=lambda _: False)
        async with httpx2.AsyncClient(transport=transport) as client:
            response = await client.post(URL, json=ASK)
        assert not cassette.complete
        return response

    assert asyncio.run(ask()).status_code == 200
    assert not path.exists()


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}'])
def test_numbers_that_json_lacks_are_kept_as_text(body: bytes) -> None:
    assert Body.decode(body) == Body(text=body.decode())
    assert Body.decode(body).encode() == body
