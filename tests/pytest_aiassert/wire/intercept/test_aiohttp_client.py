"""aiohttp's client: real responses, streams and exceptions, from a connection that plays."""

from __future__ import annotations

import asyncio
import gzip
import io
import time

import aiohttp
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Answering, json_response

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Failure, Forward, Piece, Tap, WireResponse
from pytest_aiassert.wire.intercept import intercept

SQUEEZED = gzip.compress(b"one two")
FAILURES = {
    "connect": aiohttp.ClientConnectorError,
    "dns": aiohttp.ClientConnectorDNSError,
    "tls": aiohttp.ClientConnectorCertificateError,
    "connect_timeout": aiohttp.ConnectionTimeoutError,
    "read_timeout": aiohttp.SocketTimeoutError,
    "reset": aiohttp.ClientOSError,
    "cut": aiohttp.ServerDisconnectedError,
}


def run(use, *handlers, **session):
    """Run `use(session)` while the handlers answer; closing must leave nothing open."""

    async def go():
        async with aiohttp.ClientSession(**session) as client:
            return await use(client)

    with intercept(Tap("t", handlers)):
        return asyncio.run(go(), debug=True)


async def read(client, method="POST", url=MODEL_URL, **arguments):
    async with client.request(method, url, **arguments) as response:
        return response, await response.read()


def test_a_request_is_seen_and_answered():
    handler = Answering(json_response('{"a": ', "1}", status=201))

    async def use(client):
        async with client.post(f"{MODEL_URL}?x=1", json={"model": "m"}) as response:
            return response, await response.json()

    response, said = run(use, handler)
    assert isinstance(response, aiohttp.ClientResponse)
    assert (response.status, response.reason, said) == (201, "Created", {"a": 1})
    [request] = handler.requests
    assert (request.method, request.url, request.json) == ("POST", f"{MODEL_URL}?x=1", {"model": "m"})
    assert request.header("content-type") == "application/json"


def test_many_requests_at_once_and_one_after_the_other():
    async def use(client):
        async def one():
            return (await read(client))[1]

        return [await one(), await one(), *await asyncio.gather(*(one() for _ in range(200)))]

    assert run(use, Answering(json_response("1"))) == [b"1"] * 202


def test_model_traffic_is_refused():
    tap = Tap("test_x.py::test_y")

    async def go():
        async with aiohttp.ClientSession() as client:
            await read(client)

    with intercept(tap), pytest.raises(TrafficRefusedError, match=r"POST https://api\.openai\.com"):
        asyncio.run(go())
    assert len(tap.refusals) == 1


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_aiohttp_s_own(kind):
    with pytest.raises(FAILURES[kind]) as caught:
        run(read, Answering(Failure(kind=kind)))
    assert type(caught.value) is FAILURES[kind]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("cut", aiohttp.ClientPayloadError),
        ("reset", aiohttp.ClientPayloadError),
        ("read_timeout", aiohttp.SocketTimeoutError),
    ],
)
def test_a_body_may_end_in_a_failure(kind, error):
    async def use(client):
        async with client.get(MODEL_URL) as response:
            assert await response.content.readany() == b"half"
            await response.content.readany()

    with pytest.raises(error):
        run(use, Answering(WireResponse(pieces=(Piece(data=b"half"),), failure=Failure(kind=kind, delay=0.01))))


@pytest.mark.parametrize(
    ("decision", "timeout", "error"),
    [
        (WireResponse(delay=60), {"sock_read": 0.05}, aiohttp.SocketTimeoutError),
        (WireResponse(delay=60), {"total": 0.05}, asyncio.TimeoutError),
        (
            WireResponse(pieces=(Piece(data=b"a"), Piece(data=b"b", delay=60))),
            {"sock_read": 0.05},
            aiohttp.SocketTimeoutError,
        ),
        (WireResponse(pieces=(Piece(data=b"a"), Piece(data=b"b", delay=60))), {"total": 0.05}, asyncio.TimeoutError),
        (Failure(kind="read_timeout", delay=60), {"sock_read": 0.05}, aiohttp.SocketTimeoutError),
        (Failure(kind="connect_timeout", delay=60), {"connect": 0.05}, aiohttp.ConnectionTimeoutError),
        (Failure(kind="connect_timeout", delay=60), {"sock_connect": 0.05}, aiohttp.ConnectionTimeoutError),
    ],
)
def test_delays_end_at_the_caller_s_own_time_outs(decision, timeout, error):
    started = time.perf_counter()
    with pytest.raises(error):
        run(read, Answering(decision), timeout=aiohttp.ClientTimeout(**timeout))
    assert time.perf_counter() - started < 30


def test_pieces_come_one_by_one():
    async def use(client):
        async with client.get(MODEL_URL) as response:
            return [line async for line in response.content], response.headers["Transfer-Encoding"]

    assert run(use, Answering(json_response("one\ntw", "o\n", "three"))) == ([b"one\n", b"two\n", b"three"], "chunked")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_a_response_without_a_body_has_none(method, status):
    answer = WireResponse(status=status, headers=(("Content-Length", "5"),), pieces=(Piece(data=b"never"),))
    response, body = run(lambda client: read(client, method), Answering(answer))
    assert (response.status, body, response.headers["Content-Length"]) == (status, b"", "5")


def test_redirects_and_cookies_are_the_session_s():
    class Redirecting:
        def answer(self, request):
            if request.path == "/old":
                return WireResponse(status=307, headers=(("location", "/new"), ("set-cookie", "a=1")))
            return json_response(f'"{request.header("cookie")}"')

    response, body = run(lambda client: read(client, "GET", "https://api.openai.com/old"), Redirecting())
    assert (body, len(response.history)) == (b'"a=1"', 1)


async def in_pieces():
    yield b"one "
    yield b"two"


@pytest.mark.parametrize("kind", ["bytes", "text", "iterator", "file", "stream", "form", "multipart", "gzip", "large"])
@pytest.mark.parametrize("forwarded", [True, False])
def test_uploads_are_seen_whole_and_sent_on(kind, forwarded, origin, tmp_path):
    path = tmp_path / "upload.bin"
    path.write_bytes(b"one two")
    handler = Answering(Forward() if forwarded else json_response("1"))

    async def use(client):
        with path.open("rb") as file:
            arguments = {
                "bytes": {"data": b"one two"},
                "text": {"data": "one two"},
                "iterator": {"data": in_pieces()},
                "file": {"data": file},
                "stream": {"data": io.BytesIO(b"one two")},
                "form": {"data": {"a": "1"}},
                "multipart": {"data": {"f": file}},
                "gzip": {"data": SQUEEZED, "headers": {"Content-Encoding": "gzip"}},
                "large": {"data": io.BytesIO(b"x" * 20_000_000)},
            }[kind]
            return await read(client, "POST", f"{origin.url}/echo", **arguments)

    response, _ = run(use, handler)
    assert response.status == 200
    [request] = handler.requests
    if kind == "multipart":
        assert b'filename="upload.bin"' in request.content
        assert b"one two" in request.content
    else:
        expected = {"large": b"x" * 20_000_000, "form": b"a=1"}
        assert request.content == expected.get(kind, b"one two")
    sent = SQUEEZED if kind == "gzip" else request.content
    assert origin.seen == ([sent] if forwarded else [])


def test_a_large_response():
    body = b"x" * 20_000_000
    assert run(read, Answering(WireResponse(pieces=(Piece(data=body),))))[1] == body


def test_a_server_may_say_continue():
    handler = Answering(json_response("1"))
    assert run(lambda client: read(client, expect100=True, data=b"a"), handler)[1] == b"1"


def test_a_caller_that_stops_early_stops_the_play():
    answer = WireResponse(pieces=(Piece(data=b"a"), *(Piece(data=b"b", delay=60) for _ in range(3))))

    async def use(client):
        async with client.get(MODEL_URL) as response:
            assert await response.content.readany() == b"a"
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert run(use, Answering(answer)) == 1


def test_a_connection_that_played_is_never_used_for_real(origin):
    async def go():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as client:
            with intercept(Tap("t", [Answering(json_response("1"))])):
                played = (await read(client, "GET", f"{origin.url}/cookie"))[1]
            return played, (await read(client, "GET", f"{origin.url}/cookie"))[1]

    assert asyncio.run(go()) == (b"1", b"sweet")


def test_a_cancelled_caller_is_cancelled():
    async def use(client):
        task = asyncio.create_task(read(client))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(use, Answering(WireResponse(delay=60)))


def test_a_session_that_is_never_closed_says_so_as_ever():
    async def go():
        client = aiohttp.ClientSession()
        await read(client)
        await client.close()
        with pytest.raises(RuntimeError, match="closed"):
            await read(client)

    with intercept(Tap("t", [Answering(json_response("1"))])):
        asyncio.run(go())


def test_a_proxy_is_not_asked():
    handler = Answering(json_response("1"))
    assert run(lambda client: read(client, proxy="http://127.0.0.1:9"), handler)[1] == b"1"
    assert handler.requests[0].url == MODEL_URL


def test_websockets_to_models_are_refused():
    async def use(client):
        async with client.ws_connect("wss://api.openai.com/v1/realtime"):
            pass

    with pytest.raises(TrafficRefusedError, match=r"wss://api\.openai\.com/v1/realtime"):
        run(use)


def test_traffic_that_concerns_nobody_goes_its_way(origin):
    assert run(lambda client: read(client, "GET", f"{origin.url}/cookie"))[1] == b"sweet"


class OncePayload(aiohttp.payload.Payload):
    def decode(self, encoding="utf-8", errors="strict"):  # noqa: ARG002 - the base class's names
        raise TypeError("only while it is sent")

    async def write(self, writer):
        await writer.write(self._value)


def test_a_body_that_cannot_be_read_ahead_is_refused_rather_than_mistaken():
    with pytest.raises(TrafficRefusedError, match="a OncePayload, cannot be read"):
        run(lambda client: read(client, data=OncePayload(b"x")), Answering(json_response("1")))
