"""A real response is taken down while the caller reads it, and reaches the caller as it came."""

from __future__ import annotations

import anyio
import httpx
import httpx2
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Notes, recorded
from tests.pytest_aiassert.wire.intercept.origin import EVENTS

from pytest_aiassert.errors import CassetteError, TrafficRefusedError
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.intercept.recording import Recording

LIBRARIES = pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@LIBRARIES
@pytest.mark.parametrize("page", ["echo", "gzip", "empty", "cookie"])
def test_the_caller_gets_what_it_would_get_and_the_sink_the_same(library, origin, page):
    url = f"{origin.url}/{page}"
    plain = library.post(url, content=b"hi")
    handler, notes = recorded()
    with intercept(Tap("t", [handler])):
        response = library.post(url, content=b"hi")
    assert response.content == plain.content == notes.content
    assert (
        {**response.headers, "date": ""}
        == {**plain.headers, "date": ""}
        == {
            **{name.lower(): value for name, value in notes.headers.items()},
            "date": "",
        }
    )
    assert response.num_bytes_downloaded == plain.num_bytes_downloaded
    assert (notes.status, notes.ends) == (plain.status_code, [True])


@LIBRARIES
def test_each_piece_arrives_at_both_before_the_next_is_sent(library, origin):
    handler, notes = recorded()
    with intercept(Tap("t", [handler])), library.stream("GET", f"{origin.url}/stream") as response:
        for n, piece in enumerate(response.iter_raw()):
            assert piece == EVENTS[n]
            assert notes.pieces == EVENTS[: n + 1]
            assert notes.ends == []
            origin.go_on.release()
    assert notes.ends == [True]


@LIBRARIES
@BACKENDS
def test_each_piece_arrives_at_both_also_on_a_loop(library, backend, origin):
    handler, notes = recorded()

    async def asking():
        async with library.AsyncClient() as client, client.stream("GET", f"{origin.url}/stream") as response:
            pieces = []
            async for piece in response.aiter_raw():
                pieces.append(piece)
                assert notes.pieces == pieces
                origin.go_on.release()

    with intercept(Tap("t", [handler])):
        anyio.run(asking, backend=backend)
    assert (notes.pieces, notes.ends) == (EVENTS, [True])


@LIBRARIES
def test_a_caller_that_stops_early_leaves_the_recording_incomplete(library, origin):
    handler, notes = recorded()
    with intercept(Tap("t", [handler])), library.stream("GET", f"{origin.url}/stream") as response:
        next(response.iter_raw())
    assert (notes.pieces, notes.ends) == (EVENTS[:1], [False])


@LIBRARIES
def test_so_does_one_that_reads_nothing(library, origin):
    handler, notes = recorded()
    with intercept(Tap("t", [handler])), library.stream("GET", f"{origin.url}/cookie"):
        pass
    assert (notes.status, notes.pieces, notes.ends) == (200, [], [False])


@LIBRARIES
@BACKENDS
def test_so_does_one_that_is_cancelled(library, backend, origin):
    handler, notes = recorded()

    async def asking():
        with anyio.CancelScope() as scope:
            async with library.AsyncClient() as client, client.stream("GET", f"{origin.url}/stream") as response:
                async for _ in response.aiter_raw():
                    scope.cancel()  # the next wait ends it

    with intercept(Tap("t", [handler])):
        anyio.run(asking, backend=backend)
    assert (notes.pieces, notes.ends) == (EVENTS[:1], [False])


@LIBRARIES
def test_so_does_a_stream_that_is_cut(library, origin):
    handler, notes = recorded()
    with intercept(Tap("t", [handler])), pytest.raises(library.RemoteProtocolError):
        library.get(f"{origin.url}/cut")
    assert (notes.content, notes.ends) == (b"half", [False])


def get_async(library, url):
    async def asking():
        async with library.AsyncClient() as client:
            return await client.get(url)

    return anyio.run(asking)


@LIBRARIES
@pytest.mark.parametrize("get", [lambda library, url: library.get(url), get_async], ids=["sync", "async"])
def test_a_server_that_is_not_there_ends_the_recording(library, get):
    handler, notes = recorded()
    with intercept(Tap("t", [handler])), pytest.raises(library.ConnectError):
        get(library, "http://127.0.0.1:1/")
    assert notes.ends == [False]


class Refusing(Notes):
    def piece(self, _data):
        raise CassetteError("no room left")


@LIBRARIES
def test_a_sink_that_refuses_fails_the_test(library, origin):
    handler, _ = recorded()
    object.__setattr__(handler.decision, "sink", Refusing())
    with intercept(Tap("t", [handler])) as tap, pytest.raises(TrafficRefusedError, match="no room left"):
        library.get(f"{origin.url}/cookie")
    assert len(tap.refusals) == 1


class Broken:
    def decode(self, _data):
        raise ValueError("not gzip")

    def flush(self):
        return b"rest"


def test_what_cannot_be_decoded_is_incomplete():
    notes = Notes()
    recording = Recording(notes, Tap("t"))
    recording.start(200, [], Broken())
    recording.piece(b"x")
    recording.piece(b"y")
    recording.finish(complete=True)
    recording.finish(complete=False)
    assert (notes.pieces, notes.ends) == ([], [False])


def test_a_forwarded_request_without_a_sink_goes_its_way(origin):
    handler, _ = recorded()
    object.__setattr__(handler.decision, "sink", None)
    with intercept(Tap("t", [handler])):
        assert httpx2.get(f"{origin.url}/cookie").text == "sweet"
        assert get_async(httpx2, f"{origin.url}/cookie").text == "sweet"
    assert handler.requests[0].url != MODEL_URL
