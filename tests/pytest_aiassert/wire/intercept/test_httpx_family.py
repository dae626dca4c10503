"""httpx and httpx2 alike: real clients, whose HTTP transports are looked at."""

from __future__ import annotations

import anyio
import httpx
import httpx2
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Answering, json_response

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Failure, Piece, Tap, WireResponse
from pytest_aiassert.wire.intercept import intercept

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
