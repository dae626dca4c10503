"""aiohttp's client: an answered request gets a connection that plays, and aiohttp's own machinery does the rest.

So responses, streams, time-outs and exceptions are the real ones, parsed by aiohttp from bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial, wraps
from http import HTTPStatus
from types import ModuleType
from typing import Any, Final

from pytest_aiassert.wire.intercept.following import follow
from pytest_aiassert.wire.intercept.patching import Listening
from pytest_aiassert.wire.intercept.playing import Step, body, cause_of, has_body, head, headers_of, seen
from pytest_aiassert.wire.intercept.recording import Recording
from pytest_aiassert.wire.message import Failure, Forward, WireRequest, WireResponse
from pytest_aiassert.wire.refusing import plain
from pytest_aiassert.wire.traffic import Listener

_BEFORE_SENDING: Final = ("connect", "dns", "tls", "connect_timeout")
_STATUSES: Final = frozenset(HTTPStatus)


def seams(module: ModuleType) -> Iterable[tuple[Any, str, Any]]:
    """Name the function that every request gets its connection from; `module` is aiohttp.connector."""
    yield module.BaseConnector, "connect", partial(_connect, module)


def _connect(module: Any, original: Any, listening: Listening) -> Any:
    @wraps(original)
    async def connect(connector: Any, req: Any, *arguments: Any, **named: Any) -> Any:
        listener = listening()
        if listener is None or not listener.concerns(req.url.host or ""):
            return await original(connector, req, *arguments, **named)
        decision = listener.decide(await _seen(req, listener))
        if isinstance(decision, Forward):
            if decision.sink is None:
                return await original(connector, req, *arguments, **named)
            recording = Recording(decision.sink, listener)
            try:
                connection = await original(connector, req, *arguments, **named)
            except BaseException:
                recording.finish(complete=False)
                raise
            return follow(connection, recording)
        if isinstance(decision, Failure) and decision.kind in _BEFORE_SENDING:
            timeout = named.get("timeout")
            limit = min(filter(None, (timeout.connect, timeout.sock_connect)), default=None) if timeout else None
            await asyncio.sleep(head(decision, connect=limit, read=None).delay)
            raise _error(module, req.connection_key, decision)
        return _stage(module, connector, req, decision)

    return connect


async def _seen(req: Any, listener: Listener) -> WireRequest:
    """Return aiohttp's request as handlers see it; reading a payload leaves it to be sent."""
    payload = req.body
    try:
        content = bytes(payload) if isinstance(payload, bytes | bytearray) else await payload.as_bytes()
    except (AttributeError, TypeError) as error:
        kind = type(payload).__name__
        raise listener.refuse(
            f"refused: {req.method} {plain(str(req.url))}: its body, a {kind}, cannot be read ahead of being sent; "
            "that takes aiohttp 3.12 or later, and a payload whose as_bytes() works"
        ) from error
    return seen(req.method, str(req.url), req.headers.items(), content)


def _error(module: Any, key: Any, failure: Failure) -> BaseException:
    cause = cause_of(failure)
    match failure.kind:
        case "dns":
            return module.ClientConnectorDNSError(key, cause)  # type: ignore[no-any-return]
        case "tls":
            return module.ClientConnectorCertificateError(key, cause)  # type: ignore[no-any-return]
        case "connect_timeout":
            return cause  # aiohttp turns it into its own
        case _:
            return module.ClientConnectorError(key, cause)  # type: ignore[no-any-return]


def _stage(module: Any, connector: Any, req: Any, decision: WireResponse | Failure) -> Any:
    """Return a connection on which the decision is played once the request has been written."""
    loop = asyncio.get_running_loop()
    protocol = _stage_class(module)(loop, partial(_script, decision, req.method))
    protocol.connection_made(_StageTransport(loop, protocol))
    protocol.force_close()  # never to be used for a second request
    connector._acquired.add(protocol)  # noqa: SLF001 - so that closing the connector closes it
    if req.headers.get("Expect", "").lower() == "100-continue":
        loop.call_soon(protocol.data_received, b"HTTP/1.1 100 Continue\r\n\r\n")
    return module.Connection(connector, req.connection_key, protocol, loop)


def _script(decision: WireResponse | Failure, method: str) -> Iterator[Step]:
    """Yield what comes over the wire; aiohttp minds its own time-outs."""
    first = head(decision, connect=None, read=None)
    if isinstance(decision, Failure):
        yield first
        return
    chunked, lines = _framing(decision, method)
    yield Step(delay=first.delay, data="".join(f"{line}\r\n" for line in lines).encode() + b"\r\n")
    for step in body(decision, method=method, read=None):
        data = b"%x\r\n%b\r\n" % (len(step.data), step.data) if chunked and step.data else step.data
        yield Step(delay=step.delay, data=data, failure=step.failure)
    if chunked and decision.failure is None:
        yield Step(data=b"0\r\n\r\n")


def _framing(response: WireResponse, method: str) -> tuple[bool, list[str]]:
    """Return whether the body goes in chunks, and the lines of the head."""
    headers = list(headers_of(response, method))
    has_length = any(name.lower() == "content-length" for name, _ in headers)
    chunked = False
    if has_body(response, method) and not has_length:
        chunked = len(response.pieces) > 1 or response.failure is not None
        headers.append(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(response.content))))
    reason = HTTPStatus(response.status).phrase if response.status in _STATUSES else ""
    return chunked, [f"HTTP/1.1 {response.status} {reason}", *(f"{name}: {value}" for name, value in headers)]


class _Stage:
    """The receiving side of a connection whose other side is a script; mixed into aiohttp's ResponseHandler."""

    def __init__(self, loop: asyncio.AbstractEventLoop, script: Callable[[], Iterator[Step]]) -> None:
        super().__init__(loop)  # type: ignore[call-arg]  # the handler's
        self._script = script
        self._playing: asyncio.Task[None] | None = None

    def start_timeout(self) -> None:
        """Begin to play: aiohttp calls this when the request has been written."""
        super().start_timeout()  # type: ignore[misc]  # the handler's
        if self._playing is None:
            self._playing = asyncio.get_running_loop().create_task(self._play())

    def stop(self) -> None:
        """Play no further."""
        if self._playing is not None:
            self._playing.cancel()

    async def _play(self: Any) -> None:
        for step in self._script():
            await asyncio.sleep(max(step.delay, 0.0))
            if step.failure is not None:
                self._fail(step.failure)
            elif step.data:
                self.data_received(step.data)

    def _fail(self: Any, failure: Failure) -> None:
        if failure.kind == "read_timeout":
            self._on_read_timeout()
        else:
            self.connection_lost(None if failure.kind == "cut" else cause_of(failure))


@lru_cache(maxsize=4)
def _stage_class(module: Any) -> Any:
    return type("Stage", (_Stage, module.ResponseHandler), {})


class _StageTransport(asyncio.Transport):
    """Takes the request's bytes, which are known already, and leads nowhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: Any) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._closing = False

    def write(self, data: Any) -> None:
        pass

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        pass

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._protocol.stop()
            self._loop.call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()
