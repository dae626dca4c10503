"""httpx and httpx2, two libraries with one API: their HTTP transports, and no others, are looked at."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache, partial, wraps
from types import ModuleType
from typing import Any

from pytest_aiassert.wire.intercept.patching import Listening
from pytest_aiassert.wire.intercept.playing import Step, body, cause_of, head, headers_of, seen
from pytest_aiassert.wire.intercept.recording import Recording
from pytest_aiassert.wire.message import Failure, Forward, WireRequest, WireResponse


def seams(module: ModuleType) -> Iterable[tuple[Any, str, Any]]:
    """Name the two functions that all HTTP requests of a library go through; `module` has its default transports."""
    library = _library(module)
    yield module.HTTPTransport, "handle_request", partial(_sync, library)
    yield module.AsyncHTTPTransport, "handle_async_request", partial(_async, library)


def _sync(library: Library, original: Any, listening: Listening) -> Any:
    @wraps(original)
    def handle_request(transport: Any, request: Any) -> Any:
        listener = listening()
        if listener is None or not listener.concerns(request.url.host):
            return original(transport, request)
        request.read()
        decision = listener.decide(_seen(request), mocked=partial(_mocked, transport))
        if isinstance(decision, Forward):
            if decision.sink is None:
                return original(transport, request)
            recording = Recording(decision.sink, listener)
            try:
                return library.recorded(original(transport, request), recording)
            except BaseException:
                recording.finish(complete=False)
                raise
        first = head(decision, **_limits(request))
        _sleep(first.delay)
        if first.failure is not None:
            raise library.error(first.failure)
        assert isinstance(decision, WireResponse)
        return library.played(decision, request)

    return handle_request


def _async(library: Library, original: Any, listening: Listening) -> Any:
    @wraps(original)
    async def handle_async_request(transport: Any, request: Any) -> Any:
        listener = listening()
        if listener is None or not listener.concerns(request.url.host):
            return await original(transport, request)
        await request.aread()
        decision = listener.decide(_seen(request), mocked=partial(_mocked, transport))
        if isinstance(decision, Forward):
            if decision.sink is None:
                return await original(transport, request)
            recording = Recording(decision.sink, listener)
            try:
                return library.recorded(await original(transport, request), recording)
            except BaseException:
                recording.finish(complete=False)
                raise
        first = head(decision, **_limits(request))
        await _asleep(first.delay)
        if first.failure is not None:
            raise library.error(first.failure)
        assert isinstance(decision, WireResponse)
        return library.played(decision, request)

    return handle_async_request


class Library:
    """What is needed of one of the two libraries; `module` has its default transports and all classes they use."""

    def __init__(self, module: Any) -> None:
        self._module = module
        streams = (module.SyncByteStream, module.AsyncByteStream)
        self._played_stream: Any = type("PlayedStream", (_Played, *streams), {})
        self._recorded_stream: Any = type("RecordedStream", (_Recorded, *streams), {})

    def played(self, response: WireResponse, request: Any) -> Any:
        """Return a real response that plays, for sync and async callers alike."""
        extensions: dict[str, Any] = {"http_version": b"HTTP/1.1"}
        if response.latency is not None:
            extensions["latency"] = response.latency
        read = _limits(request)["read"]
        return self._module.Response(
            response.status,
            headers=[(k.encode(), v.encode()) for k, v in headers_of(response, request.method)],
            stream=self._played_stream(lambda: body(response, method=request.method, read=read), self.error),
            extensions=extensions,
        )

    def recorded(self, response: Any, recording: Recording) -> Any:
        """Let a recording follow a response that the caller reads."""
        decoder = self._module.Response(response.status_code, headers=response.headers)._get_content_decoder()  # noqa: SLF001 - the library's only way to decode a copy; a test runs it on each
        recording.start(response.status_code, response.headers.multi_items(), decoder)
        response.stream = self._recorded_stream(response.stream, recording)
        return response

    def error(self, failure: Failure) -> Exception:
        """Return the library's own exception for a failure."""
        cause = cause_of(failure)
        kinds: dict[str, tuple[str, str]] = {
            "connect": ("ConnectError", str(cause)),
            "dns": ("ConnectError", str(cause)),
            "tls": ("ConnectError", str(cause)),
            "connect_timeout": ("ConnectTimeout", str(cause)),
            "read_timeout": ("ReadTimeout", str(cause)),
            "reset": ("ReadError", str(cause)),
            "cut": ("RemoteProtocolError", "peer closed connection without sending complete message body"),
        }
        name, message = kinds[failure.kind]
        error: Exception = getattr(self._module, name)(failure.message or message)
        error.__cause__ = cause
        return error


class _Played:
    """A body that plays; mixed into the library's stream classes."""

    def __init__(self, steps: Callable[[], Iterator[Step]], error: Callable[[Failure], Exception]) -> None:
        self._steps = steps
        self._error = error

    def __iter__(self) -> Iterator[bytes]:
        for step in self._steps():
            _sleep(step.delay)
            yield from self._out(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps():
            await _asleep(step.delay)
            for data in self._out(step):
                yield data

    def _out(self, step: Step) -> Iterator[bytes]:
        if step.failure is not None:
            raise self._error(step.failure)
        if step.data:
            yield step.data


class _Recorded:
    """A body that is taken down while it is read; mixed into the library's stream classes."""

    def __init__(self, stream: Any, recording: Recording) -> None:
        self._stream = stream
        self._recording = recording

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._stream:
                self._recording.piece(data)
                yield data
            self._recording.finish(complete=True)
        finally:
            self._recording.finish(complete=False)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._stream:
                self._recording.piece(data)
                yield data
            self._recording.finish(complete=True)
        finally:
            self._recording.finish(complete=False)

    def close(self) -> None:
        try:
            self._stream.close()
        finally:
            self._recording.finish(complete=False)

    async def aclose(self) -> None:
        try:
            await self._stream.aclose()
        finally:
            self._recording.finish(complete=False)


@lru_cache(maxsize=4)
def _library(module: ModuleType) -> Library:
    return Library(module)


def _seen(request: Any) -> WireRequest:
    encoding = request.headers.encoding  # once: the library's own multi_items looks it up for every header
    headers = [(name.lower().decode(encoding), value.decode(encoding)) for name, value in request.headers.raw]
    return seen(request.method, str(request.url), headers, request.content)


def _mocked(transport: Any) -> bool:
    """Whether another tool has taken the place of the connections beneath, as respx and vcrpy do."""
    pool = type(getattr(transport, "_pool", None))
    method = getattr(pool, "handle_request", None) or getattr(pool, "handle_async_request", None)
    file = getattr(getattr(method, "__code__", None), "co_filename", "")
    home = sys.modules.get(pool.__module__.partition(".")[0])
    return not file.startswith(os.path.dirname(getattr(home, "__file__", None) or "?"))  # noqa: PTH120 - text is enough


def _limits(request: Any) -> dict[str, float | None]:
    timeouts = request.extensions.get("timeout") or {}
    return {"connect": timeouts.get("connect"), "read": timeouts.get("read")}


def _sleep(delay: float) -> None:
    if delay > 0:
        time.sleep(delay)


async def _asleep(delay: float) -> None:
    """Wait on whatever loop runs; without a delay other tasks get their turn, as they would on a real connection."""
    import anyio

    await anyio.sleep(max(delay, 0.0))
