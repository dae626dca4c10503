"""What the other tests cannot see from outside: clients of loops that other code runs."""

from __future__ import annotations

import asyncio
import gc

import anyio
import httpx2
import pytest
from tests.assistant.conftest import LoopbackServer, completion, say

from assistant.providers.http import HttpClients


@pytest.fixture
def clients(server: LoopbackServer) -> HttpClients:
    server.answer(say(completion("hi")))
    return HttpClients(provider="openai", timeout=5, connect_timeout=5)


async def _call(clients: HttpClients, server: LoopbackServer) -> None:
    async with clients.request(f"{server.base_url}/models", headers={}) as response:
        await response.aread()


def test_close_reaches_a_loop_that_rests(clients: HttpClients, server: LoopbackServer) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_call(clients, server))
    (client,) = clients._clients.values()
    clients.close()
    assert client.is_closed
    assert not clients._clients
    loop.close()
    gc.collect()


def test_close_reaches_a_loop_that_runs(clients: HttpClients, server: LoopbackServer) -> None:
    async def main() -> httpx2.AsyncClient:
        await _call(clients, server)
        (client,) = clients._clients.values()
        clients.close()
        await asyncio.sleep(0.05)
        return client

    assert asyncio.run(main()).is_closed


def test_clients_of_ended_loops_are_forgotten(clients: HttpClients, server: LoopbackServer) -> None:
    async def leave_behind() -> None:
        await _call(clients, server)
        await next(iter(clients._clients.values())).aclose()

    asyncio.run(leave_behind())
    assert len(clients._clients) == 1

    async def main() -> int:
        await _call(clients, server)
        count = len(clients._clients)
        await clients.aclose()
        await clients.aclose()
        return count

    assert asyncio.run(main()) == 1
    asyncio.run(leave_behind())
    clients.close()


def test_close_leaves_a_foreign_kind_of_loop_alone(clients: HttpClients, server: LoopbackServer) -> None:
    async def main() -> bool:
        await _call(clients, server)
        (client,) = clients._clients.values()
        clients.close()
        left_open = not client.is_closed
        await client.aclose()
        return left_open

    assert anyio.run(main, backend="trio")


def test_a_resting_loop_cannot_be_closed_from_within_another(clients: HttpClients, server: LoopbackServer) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_call(clients, server))
    (client,) = clients._clients.values()

    async def elsewhere() -> None:
        clients.close()

    asyncio.run(elsewhere())
    assert not client.is_closed
    loop.run_until_complete(client.aclose())
    loop.close()
