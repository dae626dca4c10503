"""Libraries whose requests cannot be answered do not reach a model host."""

from __future__ import annotations

import asyncio
import http.client
import socket
import urllib.request
from collections.abc import Callable

import anyio
import httpx2
import pytest
import requests
import trio
import websockets.asyncio.client
import websockets.sync.client
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Forward, Tap
from pytest_aiassert.wire.intercept import intercept

HOST = "api.openai.com"
ADDRESS = (HOST, 443)


def bare(call: Callable[[socket.socket], object]) -> None:
    with socket.socket() as connection:
        call(connection)


async def resolve_on_the_loop():
    await asyncio.get_running_loop().getaddrinfo(HOST, 443)


async def connect_on_the_loop():
    with socket.socket() as connection:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ADDRESS)


async def open_a_stream():
    await asyncio.open_connection(*ADDRESS)


async def open_a_websocket():
    async with websockets.asyncio.client.connect(f"wss://{HOST}/v1/realtime"):
        pass


BLOCKING = {
    "getaddrinfo": lambda: socket.getaddrinfo(*ADDRESS),
    "getaddrinfo by name": lambda: socket.getaddrinfo(port=443, host=HOST),
    "getaddrinfo of bytes": lambda: socket.getaddrinfo(b"API.openai.com.", 443),
    "gethostbyname": lambda: socket.gethostbyname(HOST),
    "create_connection": lambda: socket.create_connection(ADDRESS),
    "connect": lambda: bare(lambda connection: connection.connect(ADDRESS)),
    "connect_ex": lambda: bare(lambda connection: connection.connect_ex(ADDRESS)),
    "urllib": lambda: urllib.request.urlopen(MODEL_URL),
    "requests": lambda: requests.post(MODEL_URL, json={}),
    "websockets": lambda: websockets.sync.client.connect(f"wss://{HOST}/v1/realtime"),
    "asyncio getaddrinfo": lambda: asyncio.run(resolve_on_the_loop()),
    "asyncio sock_connect": lambda: asyncio.run(connect_on_the_loop()),
    "asyncio open_connection": lambda: asyncio.run(open_a_stream()),
    "asyncio websockets": lambda: asyncio.run(open_a_websocket()),
    "anyio": lambda: anyio.run(anyio.connect_tcp, *ADDRESS),
    "anyio getaddrinfo": lambda: anyio.run(anyio.getaddrinfo, *ADDRESS),
    "trio": lambda: trio.run(trio.open_tcp_stream, *ADDRESS),
    "trio getaddrinfo": lambda: trio.run(trio.socket.getaddrinfo, *ADDRESS),
}


def refused(call: Callable[[], object], tap: Tap) -> str:
    """Return what is said; some libraries wrap it in a group."""
    with intercept(tap), pytest.raises(BaseException) as caught:
        call()
    assert isinstance(caught.value, TrafficRefusedError) or caught.group_contains(TrafficRefusedError), caught.value
    assert tap.refusals
    return str(tap.refusals[0])


@pytest.mark.parametrize("how", BLOCKING)
def test_a_connection_is_refused(how):
    said = refused(BLOCKING[how], Tap("test_x"))
    assert "a connection to " in said.lower()
    assert "api.openai.com" in said.lower()
    assert "in test_x" in said
    assert "--ai-allow-network" in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", b"127.0.0.1", None])
def test_other_hosts_are_not(host):
    with intercept(Tap("t")) as tap:
        assert socket.getaddrinfo(host, 80)
    assert not tap.refusals


def test_nothing_is_where_the_network_is_allowed(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments: arguments)
    with intercept(Tap("t", allow_network=True)):
        assert socket.getaddrinfo(*ADDRESS) == ADDRESS


def test_a_kept_connection_is_refused_too(origin):
    """Without a new resolution: the host's name stands in for one that was connected before."""
    connection = http.client.HTTPConnection("127.0.0.1", origin.server_port)
    connection.connect()
    connection.host = HOST
    said = refused(lambda: connection.request("POST", "/v1/chat/completions?key=s3cret"), Tap("t"))
    assert "http.client (POST /v1/chat/completions)" in said
    assert "s3cret" not in said
    connection.close()


def test_a_tunnel_through_a_proxy_is_refused(origin):
    connection = http.client.HTTPConnection("127.0.0.1", origin.server_port)
    connection.set_tunnel(HOST)
    connection.sock = socket.create_connection(("127.0.0.1", origin.server_port))
    refused(lambda: connection.request("GET", "/"), Tap("t"))
    connection.close()


def test_a_host_that_a_handler_forwarded_to_is_open(monkeypatch):
    class Forwarding:
        def answer(self, _request):
            return Forward()

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(socket.gaierror("offline")))
    with intercept(Tap("t", [Forwarding()])) as tap:
        with pytest.raises(httpx2.ConnectError, match="offline"):
            httpx2.get(MODEL_URL)
        assert not tap.refusals
        with pytest.raises(TrafficRefusedError):
            socket.getaddrinfo("api.anthropic.com", 443)


def test_uvloop():
    uvloop = pytest.importorskip("uvloop")
    for call in (resolve_on_the_loop, connect_on_the_loop, open_a_stream, open_a_websocket):
        refused(lambda call=call: uvloop.run(call()), Tap("t"))


@pytest.mark.parametrize("target", [HOST, f"{HOST}:443", f"dns:///{HOST}:443", f"dns:{HOST}"])
def test_grpc_channels_are_not_made(target):
    grpc = pytest.importorskip("grpc")
    credentials = grpc.ssl_channel_credentials()
    assert "by gRPC" in refused(lambda: grpc.secure_channel(target, credentials), Tap("t"))

    async def make():
        grpc.aio.secure_channel(target, credentials)

    assert "by gRPC" in refused(lambda: asyncio.run(make()), Tap("t"))
    with intercept(Tap("t")):
        grpc.insecure_channel("127.0.0.1:1").close()


def test_curl():
    requests_by_curl = pytest.importorskip("curl_cffi.requests")
    assert "by curl_cffi" in refused(lambda: requests_by_curl.get(MODEL_URL), Tap("t"))
