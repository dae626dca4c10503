"""httpx and httpx2 alike: real clients, whose HTTP transports are looked at."""

from __future__ import annotations

import gzip
import importlib
from importlib.util import find_spec

import anyio
import httpx
import httpx2
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Answering, json_response

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Failure, Forward, Piece, Tap, WireResponse
from pytest_aiassert.wire.intercept import intercept

SQUEEZED = gzip.compress(b"one two")
LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)

FAILURES = {
    "connect": "ConnectError",
    "dns": "ConnectError",
    "tls": "ConnectError",
    "connect_timeout": "ConnectTimeout",
    "read_timeout": "ReadTimeout",
    "reset": "ReadError",
    "cut": "RemoteProtocolError",
}


def ask(library, *, asynchronous: bool, **arguments):
    """Send a request in either way, and return the response that was read."""
    if not asynchronous:
        with library.Client() as client:
            return client.request(**arguments)

    async def asking():
        async with library.AsyncClient() as client:
            return await client.request(**arguments)

    return anyio.run(asking)


BOTH_WAYS = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


@LIBRARIES
@BOTH_WAYS
def test_a_request_is_seen_and_answered(library, asynchronous):
    handler = Answering(json_response('{"a": ', "1}", status=201, latency=1.5))
    with intercept(Tap("t", [handler])):
        response = ask(library, asynchronous=asynchronous, method="POST", url=f"{MODEL_URL}?x=1", json={"model": "m"})

    assert isinstance(response, library.Response)
    assert (response.status_code, response.json(), response.http_version) == (201, {"a": 1}, "HTTP/1.1")
    assert response.extensions["latency"] == 1.5
    assert response.elapsed.total_seconds() < 5
    [request] = handler.requests
    assert (request.method, request.url, request.json) == ("POST", f"{MODEL_URL}?x=1", {"model": "m"})
    assert request.header("Content-Type") == "application/json"


@LIBRARIES
@BOTH_WAYS
def test_model_traffic_is_refused(library, asynchronous):
    tap = Tap("test_x.py::test_y")
    with intercept(tap), pytest.raises(TrafficRefusedError, match=r"POST https://api\.openai\.com") as caught:
        ask(library, asynchronous=asynchronous, method="POST", url=MODEL_URL)
    assert tap.refusals == (caught.value,)


@LIBRARIES
@BOTH_WAYS
@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_is_the_library_s_own(library, asynchronous, kind):
    with (
        intercept(Tap("t", [Answering(Failure(kind=kind, message="planned"))])),
        pytest.raises(library.TransportError, match="planned") as caught,
    ):
        ask(library, asynchronous=asynchronous, method="POST", url=MODEL_URL)
    assert type(caught.value) is getattr(library, FAILURES[kind])
    assert isinstance(caught.value.__cause__, OSError)
    assert str(caught.value.request.url) == MODEL_URL


@LIBRARIES
@BOTH_WAYS
def test_a_body_may_end_in_a_failure(library, asynchronous):
    response = WireResponse(pieces=(Piece(data=b"half"),), failure=Failure(kind="cut"))
    with intercept(Tap("t", [Answering(response)])), pytest.raises(library.RemoteProtocolError):
        ask(library, asynchronous=asynchronous, method="GET", url=MODEL_URL)


class Clock:
    """Takes the place of waiting, and notes how long it would have been."""

    def __init__(self, monkeypatch):
        self.slept = []
        monkeypatch.setattr("pytest_aiassert.wire.intercept.httpx_family.time.sleep", self.slept.append)
        monkeypatch.setattr(anyio, "sleep", self._sleep)

    async def _sleep(self, delay):
        if delay:
            self.slept.append(delay)


@LIBRARIES
@BOTH_WAYS
@pytest.mark.parametrize(
    ("decision", "timeout", "slept", "error"),
    [
        (WireResponse(delay=3, pieces=(Piece(data=b"a"), Piece(data=b"b", delay=2))), None, [3, 2], None),
        (WireResponse(delay=3), 1.5, [1.5], "ReadTimeout"),
        (WireResponse(pieces=(Piece(data=b"a", delay=1), Piece(data=b"b", delay=9))), 4, [1, 4], "ReadTimeout"),
        (Failure(kind="read_timeout"), 4, [], "ReadTimeout"),
        (Failure(kind="read_timeout", delay=60), 4, [4], "ReadTimeout"),
        (Failure(kind="read_timeout", delay=60), None, [60], "ReadTimeout"),
        (Failure(kind="connect_timeout", delay=60), 4, [4], "ConnectTimeout"),
        (Failure(kind="reset", delay=60), 4, [60], "ReadError"),
    ],
)
def test_delays_end_at_the_caller_s_own_time_outs(library, asynchronous, monkeypatch, decision, timeout, slept, error):
    clock = Clock(monkeypatch)
    request = {"method": "GET", "url": MODEL_URL, "timeout": timeout}
    with intercept(Tap("t", [Answering(decision)])):
        if error is None:
            assert ask(library, asynchronous=asynchronous, **request).content == b"ab"
        else:
            with pytest.raises(getattr(library, error)):
                ask(library, asynchronous=asynchronous, **request)
    assert clock.slept == slept


@LIBRARIES
@BOTH_WAYS
def test_pieces_come_one_by_one(library, asynchronous):
    handler = Answering(json_response("one\n", "two\n", "three"))

    async def asking():
        async with library.AsyncClient() as client, client.stream("GET", MODEL_URL) as response:
            return [piece async for piece in response.aiter_raw()]

    with intercept(Tap("t", [handler])):
        if asynchronous:
            pieces = anyio.run(asking)
        else:
            with library.stream("GET", MODEL_URL) as response:
                pieces = list(response.iter_raw())
    assert pieces == [b"one\n", b"two\n", b"three"]


@LIBRARIES
@BOTH_WAYS
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_a_response_without_a_body_has_none(library, asynchronous, method, status):
    headers = (("Content-Length", "5"), ("ETag", "x"))
    response = WireResponse(status=status, headers=headers, pieces=(Piece(data=b"never"),))
    with intercept(Tap("t", [Answering(response)])):
        got = ask(library, asynchronous=asynchronous, method=method, url=MODEL_URL)
    assert (got.status_code, got.content, got.headers["etag"], got.headers["content-length"]) == (status, b"", "x", "5")


@LIBRARIES
@pytest.mark.parametrize(
    ("name", "value"), [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"), ("Content-Length", "99")]
)
def test_headers_that_do_not_fit_the_body_are_left_out(library, name, value):
    response = WireResponse(headers=((name, value), ("X-A", "1"), ("x-a", "2")), pieces=(Piece(data=b"plain"),))
    with intercept(Tap("t", [Answering(response)])):
        got = library.get(MODEL_URL)
    assert got.content == b"plain"
    assert name not in got.headers
    assert got.headers.get_list("x-a") == ["1", "2"]


@LIBRARIES
def test_redirects_cookies_and_hooks_are_the_client_s(library):
    class Redirecting:
        def answer(self, request):
            if request.path == "/old":
                return WireResponse(status=307, headers=(("location", "/new"), ("set-cookie", "a=1")))
            return json_response(f'"{request.header("cookie")}"')

    seen = []
    hooks = {"request": [lambda request: seen.append(request.url.path)], "response": [lambda r: seen.append(r.read())]}
    with intercept(Tap("t", [Redirecting()])), library.Client(follow_redirects=True, event_hooks=hooks) as client:
        response = client.get("https://api.openai.com/old")
    assert (response.json(), len(response.history)) == ("a=1", 1)
    assert seen == ["/old", b"", "/new", b'"a=1"']


def in_pieces():
    yield b"one "
    yield b"two"


async def in_async_pieces():
    for piece in in_pieces():
        yield piece


@LIBRARIES
@BOTH_WAYS
@pytest.mark.parametrize("kind", ["iterator", "file", "multipart", "gzip", "large"])
def test_uploads_are_seen_whole_and_sent_on(library, asynchronous, kind, origin, tmp_path):
    path = tmp_path / "upload.bin"
    path.write_bytes(b"one two")
    large = b"x" * 20_000_000
    with path.open("rb") as file:
        arguments = {
            "iterator": {"content": in_async_pieces() if asynchronous else in_pieces()},
            "file": {"content": in_async_pieces() if asynchronous else file},
            "multipart": {"files": {"f": ("upload.bin", file)}, "data": {"model": "m"}},
            "gzip": {"content": SQUEEZED, "headers": {"Content-Encoding": "gzip"}},
            "large": {"content": large},
        }[kind]
        handler = Answering(Forward())
        with intercept(Tap("t", [handler])):
            got = ask(library, asynchronous=asynchronous, method="POST", url=f"{origin.url}/echo", **arguments).json()
    [request] = handler.requests
    if kind == "multipart":
        assert got["type"].startswith("multipart/form-data; boundary=")
        assert b'filename="upload.bin"' in request.content
    if kind == "gzip":
        assert request.content == b"one two"
        assert origin.seen == [SQUEEZED]
    else:
        assert origin.seen == [request.content]
        assert request.content == {"large": large}.get(kind, b"one two") or kind == "multipart"


@LIBRARIES
def test_clients_of_all_kinds_are_seen(library):
    transport = library.HTTPTransport(retries=2)

    class Own(library.HTTPTransport):
        def handle_request(self, request):
            request.headers["x-own"] = "1"
            return super().handle_request(request)

    handler = Answering(json_response("1"))
    clients = [
        library.Client(transport=transport),
        library.Client(proxy="http://127.0.0.1:9"),
        library.Client(mounts={"https://": library.HTTPTransport(uds="/nowhere")}),
        library.Client(transport=Own()),
        library.Client(http2=True) if find_spec("h2") else library.Client(http1=True),
        library.Client(base_url="https://api.openai.com"),
    ]
    with intercept(Tap("t", [handler])):
        for client in clients:
            with client:
                assert client.get(MODEL_URL).json() == 1
    assert len(handler.requests) == len(clients)
    assert handler.requests[3].header("x-own") == "1"


@LIBRARIES
def test_other_transports_are_left_alone(library):
    def application(_environ, start_response):
        start_response("200 OK", [])
        return [b"wsgi"]

    async def asgi(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"asgi"})

    class Own(library.BaseTransport):
        def handle_request(self, _request):
            return library.Response(200, text="own")

    async def ask_asgi():
        async with library.AsyncClient(transport=library.ASGITransport(asgi)) as client:
            return (await client.get(MODEL_URL)).text

    tap = Tap("t", [Answering(Failure(kind="connect"))])
    with intercept(tap):
        said = [
            library.Client(transport=transport).get(MODEL_URL).text
            for transport in (
                library.MockTransport(lambda _: library.Response(200, text="mock")),
                library.WSGITransport(application),
                Own(),
            )
        ]
        said.append(anyio.run(ask_asgi))
    assert said == ["mock", "wsgi", "own", "asgi"]


@LIBRARIES
def test_a_closed_client_stays_closed(library):
    client = library.Client()
    client.close()
    with intercept(Tap("t", [Answering(json_response("1"))])), pytest.raises(RuntimeError, match="closed"):
        client.get(MODEL_URL)


@LIBRARIES
def test_what_another_tool_mocks_beneath_is_its_to_answer(library, monkeypatch):
    core = importlib.import_module(library.__name__.replace("httpx", "httpcore"))
    monkeypatch.setattr(core.ConnectionPool, "handle_request", lambda *_: core.Response(200, content=b"theirs"))
    with intercept(Tap("t")) as tap:
        assert library.get(MODEL_URL).text == "theirs"
        tap.add(Answering(json_response('"ours"')))
        assert library.get(MODEL_URL).json() == "ours"


@LIBRARIES
def test_traffic_that_concerns_nobody_is_not_even_read(library, origin):
    def endless():
        yield b"one "
        assert origin.seen == [], "sent as it comes"
        yield b"two"

    with intercept(Tap("t")):
        library.post(f"{origin.url}/echo", content=endless())
    assert origin.seen == [b"one two"]


@LIBRARIES
def test_a_cancelled_caller_is_cancelled(library):
    async def asking():
        with anyio.move_on_after(0.01) as scope:
            async with library.AsyncClient() as client:
                await client.get(MODEL_URL, timeout=None)
        return scope.cancelled_caught

    for backend in ("asyncio", "trio"):
        with intercept(Tap("t", [Answering(WireResponse(delay=60))])):
            assert anyio.run(asking, backend=backend)
