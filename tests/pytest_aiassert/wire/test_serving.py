from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.sdks.expected import REPLY, check, check_calls, script
from tests.sdks.table import CELLS, Cell

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.message import Failure, Piece, WireResponse
from pytest_aiassert.wire.serving import CALLS_PATH, AIServer

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
REFUSED: list[str] = []


@pytest.fixture(scope="module")
def shared() -> Iterator[AIServer]:
    server = AIServer(refused=REFUSED.append).start()
    yield server
    server.close()


@pytest.fixture
def server(shared: AIServer) -> Iterator[AIServer]:
    yield shared
    shared.reset()
    REFUSED.clear()


def _post(server: AIServer, body: Any = ASKED, path: str = "/v1/chat/completions", **options: Any) -> httpx2.Response:
    return httpx2.post(f"{server.url}{path}", json=body, trust_env=False, **options)


def _rest(connection: socket.socket) -> bytes:
    """What still comes; nothing from a connection that was torn off."""
    try:
        return connection.recv(1000)
    except ConnectionError:
        return b""


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_sdk_gets_what_was_scripted_over_a_real_connection(server: AIServer, cell: Cell) -> None:
    mock = getattr(server, cell.sdk.api)
    script(mock, cell.feature)
    check(cell.ask(server.url), cell)
    check_calls(mock.calls, cell)
    assert not REFUSED


def test_a_stream_comes_event_by_event(server: AIServer) -> None:
    server.reply("one two three four five six").fail("slow", seconds=0.03)
    moments: list[float] = []
    with httpx2.stream("POST", f"{server.url}/v1/chat/completions", json={**ASKED, "stream": True}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        moments += [time.perf_counter() for _ in response.iter_bytes()]
    assert len(moments) == 9
    assert all(later - earlier > 0.01 for earlier, later in pairwise(moments))


@pytest.mark.parametrize("name", ["connection", "dns", "tls", "reset"])
def test_a_connection_that_fails_is_torn_off(server: AIServer, name: str) -> None:
    server.reply("x").fail(name, times=1)
    with pytest.raises(httpx2.ReadError):
        _post(server)
    assert _post(server).status_code == 200


def test_a_cut_stream_keeps_what_came_and_breaks_the_connection(server: AIServer) -> None:
    server.reply(REPLY).fail("cut", at=3)
    got: list[bytes] = []

    def read() -> None:
        with httpx2.stream("POST", f"{server.url}/v1/chat/completions", json={**ASKED, "stream": True}) as response:
            got.extend(response.iter_bytes())

    with pytest.raises(httpx2.RemoteProtocolError):
        read()
    assert b"".join(got).count(b"data: ") == 3


def test_a_body_may_end_in_a_reset(server: AIServer) -> None:
    headers = (("content-type", "text/event-stream"),)
    pieces = (Piece(data=b"data: 1\n\n"), Piece(data=b"data: 2\n\n", delay=0.05))
    server.reply(WireResponse(headers=headers, pieces=pieces, failure=Failure(kind="reset")))
    with pytest.raises(httpx2.ReadError):
        _post(server)


def test_a_held_connection_runs_into_the_clients_time_out(server: AIServer) -> None:
    server.reply("x").fail("timeout", times=1)
    with pytest.raises(httpx2.ReadTimeout):
        _post(server, timeout=0.1)
    assert _post(server).status_code == 200


def test_what_is_not_scripted_is_an_error_in_the_apis_words_and_told(server: AIServer) -> None:
    reply = _post(server)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"].startswith(
        "ai_server.openai has no reply to 'Hi'; script one with ai_server."
    )
    server.reply("x")
    broken = httpx2.post(f"{server.url}/v1/messages", content=b"{", trust_env=False)
    assert broken.json()["error"]["type"] == "invalid_request_error"
    assert "the body is not JSON" in broken.json()["error"]["message"]
    unknown = _post(server, path="/v1/nothing")
    assert (unknown.status_code, unknown.json()) == (
        404,
        {"error": {"message": "ai_server knows no format for POST /v1/nothing"}},
    )
    assert len(REFUSED) == 3


def test_other_processes_can_ask_what_was_asked(server: AIServer) -> None:
    server.reply("x")
    _post(server)
    (call,) = httpx2.get(server.url + CALLS_PATH, trust_env=False).json()
    assert call == {
        "api": "openai",
        "operation": "chat",
        "model": "m",
        "prompt": "Hi",
        "stream": False,
        "raw": ASKED,
    }


def test_twenty_megabytes_are_taken_and_compressed_bodies_are_read(server: AIServer) -> None:
    import gzip

    server.reply("x")
    large = {**ASKED, "messages": [{"role": "user", "content": "y" * 20_000_000}]}
    assert _post(server, large, timeout=30).status_code == 200
    packed = gzip.compress(json.dumps(ASKED).encode())
    headers = {"content-encoding": "gzip"}
    reply = httpx2.post(f"{server.url}/v1/chat/completions", content=packed, headers=headers, trust_env=False)
    assert reply.json()["choices"][0]["message"]["content"] == "x"
    assert [len(call.prompt) for call in server.calls] == [20_000_000, 2]


def test_a_hundred_clients_at_once(server: AIServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    server.reply(lambda request: request.prompt)

    def ask(number: int) -> str:
        body = {**ASKED, "messages": [{"role": "user", "content": str(number)}]}
        return str(_post(server, body, timeout=30).json()["choices"][0]["message"]["content"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(100))) == [str(number) for number in range(100)]


def test_a_port_that_is_taken_is_told(server: AIServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(UsageError, match=rf"cannot serve at 127\.0\.0\.1:{port}: .*in use; choose another port, or 0"):
        AIServer(port=port)
    with pytest.raises(UsageError, match="cannot serve at"):
        AIServer(port=70_000)


def test_closing_drops_what_is_open() -> None:
    server = AIServer().start()
    server.reply("x").fail("timeout")
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as held:
        held.sendall(
            b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 28\r\n\r\n" + b'{"model":"m","messages":[ ]}'
        )
        began = time.perf_counter()
        while not server.calls and time.perf_counter() - began < 5:
            time.sleep(0.01)
        server.close()
        assert time.perf_counter() - began < 5
        held.settimeout(5)
        assert _rest(held) == b""
    assert repr(server).startswith("<ai_server at http://127.0.0.1:")


def test_without_uvicorn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    from assistant.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pytest-aiassert\[serve\]'"):
        AIServer()
