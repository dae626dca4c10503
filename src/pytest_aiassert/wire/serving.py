"""A mock server: the same script on loopback, for other processes and other languages."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final, Self, TypeAlias

from assistant.errors import MissingExtraError
from pytest_aiassert.errors import AIAssertError, UsageError
from pytest_aiassert.wire.formats.base import Problem, encode
from pytest_aiassert.wire.formats.registry import recognise
from pytest_aiassert.wire.intercept.playing import has_body, headers_of, seen
from pytest_aiassert.wire.message import Decision, Failure, Forward, Piece, WireRequest, WireResponse
from pytest_aiassert.wire.mocking import AIWire

_Message: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[_Message]]
_Send: TypeAlias = Callable[[_Message], Awaitable[None]]

CALLS_PATH: Final = "/_aiassert/calls"
"""Where other processes learn what was asked, as JSON."""

MAX_BYTES: Final = 100_000_000
_KEY: Final = "not-a-key"
_OK, _BAD_REQUEST, _NOT_FOUND, _TOO_LARGE = 200, 400, 404, 413
_AT_ONCE: Final = struct.pack("ii", 1, 0)
_HELD: Final = ("read_timeout", "connect_timeout")


class AIServer(AIWire):
    """A mock of every model API on loopback, with the verbs of `ai_wire`; `port` 0 takes a free one.

    What cannot be answered is answered by an error that says why, and told to `refused`.
    """

    def __init__(
        self,
        *,
        title: str = "ai_server",
        host: str = "127.0.0.1",
        port: int = 0,
        refused: Callable[[str], object] = lambda _: None,
    ) -> None:
        super().__init__(title)
        self._uvicorn = _import()
        self._refused = refused
        self._transports: dict[Any, asyncio.Transport] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = _bind(host, port)
        self._server = self._made()
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The server's address, without a path."""
        host, port = self._socket_name
        return f"http://{host}:{port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that lead the official SDKs here, with keys that are none."""
        return {
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_KEY": _KEY,
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": _KEY,
            "GOOGLE_GEMINI_BASE_URL": self.url,
            "GEMINI_API_KEY": _KEY,
            "MISTRAL_API_KEY": _KEY,
            "OLLAMA_HOST": self.url,
        }

    def run(self) -> None:
        """Serve until interrupted."""
        with suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])

    def start(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name=self.title, daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving, and drop what connections there are."""
        self._server.should_exit = self._server.force_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # it may have ended
                self._loop.call_soon_threadsafe(self._abort_all)
        if self._thread is not None:
            self._thread.join()
        self._socket.close()

    def respond(self, request: WireRequest) -> Decision:
        """Return the answer to a request; an API's own error where nothing is scripted."""
        form = recognise(request, self._formats)
        if form is None:
            words = f"{self.title} knows no format for {request.method} {request.path}"
            self._refused(words)
            return _json(_NOT_FOUND, {"error": {"message": words}})
        try:
            decision = self.answer(request)
            if decision is not None:
                return decision
            call = form.read(request)
            raise UsageError(self._refusal(form, call))
        except AIAssertError as error:
            self._refused(str(error))
            return form.refuse(Problem(status=_BAD_REQUEST, name="bad_request", message=str(error)), None)

    def _abort_all(self) -> None:
        for transport in list(self._transports.values()):
            transport.abort()

    def __repr__(self) -> str:
        return f"<{self.title} at {self.url}, {len(self.calls)} calls>"

    def _made(self) -> Any:
        transports, server = self._transports, self

        class Protocol(self._uvicorn.protocol):  # type: ignore[name-defined,misc]  # loaded when it is first used
            def connection_made(self, transport: asyncio.Transport) -> None:
                super().connection_made(transport)
                server._loop = asyncio.get_running_loop()
                transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.client, None)
                super().connection_lost(exc)

        self._socket_name: tuple[str, int] = self._socket.getsockname()[:2]
        config = self._uvicorn.config(
            self._application,
            http=Protocol,
            interface="asgi3",
            proxy_headers=False,
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        return self._uvicorn.server(config)

    async def _application(self, scope: Mapping[str, Any], receive: _Receive, send: _Send) -> None:
        content = await _body(receive)
        if content is None:
            await self._play(_json(_TOO_LARGE, {"error": {"message": f"more than {MAX_BYTES:,} bytes"}}), scope, send)
            return
        query = scope["query_string"].decode("latin-1")
        url = self.url + scope["path"] + (f"?{query}" if query else "")
        headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        request = seen(scope["method"], url, headers, content)
        if scope["path"] == CALLS_PATH:
            decision: Decision = _json(_OK, [_told(call) for call in self.calls])
        else:
            decision = await asyncio.to_thread(self.respond, request)
        if isinstance(decision, WireResponse):
            await self._play(decision, scope, send)
        elif isinstance(decision, Failure):
            await self._fail(decision, scope, receive)

    async def _play(self, response: WireResponse, scope: Mapping[str, Any], send: _Send) -> None:
        await asyncio.sleep(response.delay)
        headers = [(k.lower().encode(), v.encode()) for k, v in headers_of(response, scope["method"])]
        if (
            len(response.pieces) <= 1
            and response.failure is None
            and not any(k == b"content-length" for k, _ in headers)
        ):
            headers.append((b"content-length", str(len(response.content)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if has_body(response, scope["method"]):
            for piece in response.pieces:
                if piece.delay:
                    await asyncio.sleep(piece.delay)
                await send({"type": "http.response.body", "body": piece.data, "more_body": True})
        if response.failure is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await asyncio.sleep(response.failure.delay)
        if response.failure.kind == "reset":  # uvicorn closes by itself what is not complete
            self._reset(scope)

    async def _fail(self, failure: Failure, scope: Mapping[str, Any], receive: _Receive) -> None:
        """Hold the connection or tear it off; what fails before a connection can only fail after it here."""
        if failure.kind in _HELD:
            with suppress(TimeoutError):
                await asyncio.wait_for(receive(), failure.delay or None)
        else:
            await asyncio.sleep(failure.delay)
        self._reset(scope)

    def _reset(self, scope: Mapping[str, Any]) -> None:
        """Tear a connection off: the client is sent an RST, as by a server that crashed."""
        transport = self._transports.get(tuple(scope["client"]))
        if transport is not None:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            transport.abort()


class ForwardTo:
    """A handler that lets requests to one address through."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/"

    def answer(self, request: WireRequest) -> Decision | None:
        """Forward what goes to the address, and leave all else to others."""
        return Forward() if request.url.startswith(self._url) else None


class _Uvicorn:
    """The parts of uvicorn that are used."""

    def __init__(self, uvicorn: Any, protocol: Any) -> None:
        self.config = uvicorn.Config
        self.server = uvicorn.Server
        self.protocol = protocol


def _import() -> _Uvicorn:
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ImportError as error:
        raise MissingExtraError("uvicorn", "serve") from error
    return _Uvicorn(uvicorn, H11Protocol)


def _bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens already, so that nobody comes too early."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(128)
    except (OSError, OverflowError) as error:
        bound.close()
        raise UsageError(f"cannot serve at {host}:{port}: {error}; choose another port, or 0 for a free one") from error
    return bound


async def _body(receive: _Receive) -> bytes | None:
    """Read a request's body; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BYTES:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= MAX_BYTES else None


def _json(status: int, value: Any) -> WireResponse:
    headers = (("content-type", "application/json"),)
    return WireResponse(status=status, headers=headers, pieces=(Piece(data=encode(value)),))


def _told(call: Any) -> dict[str, Any]:
    return {
        "api": call.api,
        "operation": call.operation,
        "model": call.model,
        "prompt": call.prompt,
        "stream": call.stream,
        "raw": call.raw,
    }
