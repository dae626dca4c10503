"""What aiohttp receives is taken down as it arrives, and reaches the caller as it came."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import Answering, Notes, recorded
from tests.pytest_aiassert.wire.intercept.origin import EVENTS

from pytest_aiassert.errors import CassetteError, TrafficRefusedError
from pytest_aiassert.wire import Forward, Tap
from pytest_aiassert.wire.intercept import intercept


def run(use, *handlers):
    async def go():
        async with aiohttp.ClientSession() as client:
            return await use(client)

    with intercept(Tap("t", handlers)):
        return asyncio.run(go(), debug=True)


async def read(client, url, method="POST"):
    async with client.request(method, url, data=b"hi" if method == "POST" else None) as response:
        return response.status, await response.read(), {**response.headers, "Date": ""}


@pytest.mark.parametrize("page", ["echo", "gzip", "empty", "cookie"])
def test_the_caller_gets_what_it_would_get_and_the_sink_the_same(page, origin):
    url = f"{origin.url}/{page}"
    handler, notes = recorded()
    got = run(lambda client: read(client, url), handler)
    assert got == run(lambda client: read(client, url))
    assert (notes.status, notes.content) == got[:2]
    assert {**notes.headers, "Date": ""} == got[2]
    assert notes.ends == [True]


def test_a_head_has_no_body(origin):
    handler, notes = recorded()
    assert run(lambda client: read(client, f"{origin.url}/cookie", "HEAD"), handler)[1] == b""
    assert (notes.pieces, notes.ends) == ([], [True])


def test_a_connection_is_kept_and_only_what_is_recorded_is_taken_down(origin):
    recording, notes = recorded()

    class Every:
        def __init__(self):
            self.count = 0

        def answer(self, _request):
            self.count += 1
            return recording.decision if self.count % 2 else Forward()

    async def use(client):
        return [(await read(client, f"{origin.url}/cookie"))[1] for _ in range(4)]

    assert run(use, Every()) == [b"sweet"] * 4
    assert (notes.pieces, notes.ends) == ([b"sweet"] * 2, [True, True])


def test_each_piece_arrives_at_both_before_the_next_is_sent(origin):
    handler, notes = recorded()

    async def use(client):
        async with client.get(f"{origin.url}/stream") as response:
            for n in range(3):
                assert await response.content.readany() == EVENTS[n]
                assert notes.pieces == EVENTS[: n + 1]
                assert notes.ends == []
                origin.go_on.release()
            assert await response.content.readany() == b""

    run(use, handler)
    assert notes.ends == [True]


def test_a_caller_that_stops_early_leaves_the_recording_incomplete(origin):
    handler, notes = recorded()

    async def use(client):
        async with client.get(f"{origin.url}/stream") as response:
            await response.content.readany()
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert run(use, handler) == 1
    assert (notes.pieces, notes.ends) == (EVENTS[:1], [False])


def test_so_does_one_that_is_cancelled(origin):
    handler, notes = recorded()

    async def use(client):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await read(client, f"{origin.url}/stream")

    run(use, handler)
    assert (notes.pieces, notes.ends) == (EVENTS[:1], [False])


def test_so_does_a_stream_that_is_cut(origin):
    handler, notes = recorded()
    with pytest.raises(aiohttp.ClientPayloadError):
        run(lambda client: read(client, f"{origin.url}/cut"), handler)
    assert (notes.content, notes.ends) == (b"half", [False])


def test_a_server_that_is_not_there_ends_the_recording():
    handler, notes = recorded()
    with pytest.raises(aiohttp.ClientConnectorError):
        run(lambda client: read(client, "http://127.0.0.1:1/"), handler)
    assert notes.ends == [False]


@pytest.mark.parametrize("verb", ["start", "piece", "finish"])
def test_a_sink_that_refuses_fails_the_test(verb, origin):
    def refuse(*_, **__):
        raise CassetteError("no room left")

    notes = Notes()
    setattr(notes, verb, refuse)
    with pytest.raises(TrafficRefusedError, match="no room left"):
        run(lambda client: read(client, f"{origin.url}/cookie"), Answering(Forward(sink=notes)))
