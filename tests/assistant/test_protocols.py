from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import anyio.lowlevel
import pytest

from assistant.messages import Chunk, Completion, Request
from assistant.protocols import BaseProvider, Provider


class Echo(BaseProvider):
    """Says what it was asked; remembers how it was closed."""

    def __init__(self) -> None:
        super().__init__(name="echo", model="m")
        self.events: list[str] = []

    async def send(self, request: Request) -> Completion:
        await anyio.lowlevel.checkpoint()
        return Completion(text=request.prompt)

    async def chunks(self, request: Request) -> AsyncIterator[Chunk]:
        try:
            for letter in request.prompt:
                await anyio.lowlevel.checkpoint()
                yield Chunk(text=letter)
        finally:
            self.events.append("stream closed")

    async def aclose(self) -> None:
        self.events.append("closed")


class Plain(Echo):
    """Streams through an iterator that cannot be closed."""

    def chunks(self, request: Request) -> AsyncIterator[Chunk]:
        return _Iterator(request.prompt)


class _Iterator:
    def __init__(self, text: str) -> None:
        self._letters = list(text)

    def __aiter__(self) -> _Iterator:
        return self

    async def __anext__(self) -> Chunk:
        if not self._letters:
            raise StopAsyncIteration
        return Chunk(text=self._letters.pop(0))


def test_two_async_methods_make_a_provider() -> None:
    with Echo() as provider:
        assert isinstance(provider, Provider)
        assert provider.complete("hi").text == "hi"
        assert [chunk.text for chunk in provider.stream("hi")] == ["h", "i"]
        assert repr(provider) == "<Echo echo:m>"
    assert provider.events == ["stream closed", "closed"]


def test_async_callers_use_their_own_loop() -> None:
    async def main() -> tuple[str, list[str]]:
        async with Echo() as provider:
            reply = await provider.acomplete("hi")
            return reply.text, [chunk.text async for chunk in provider.astream("hi")]

    assert anyio.run(main) == ("hi", ["h", "i"])


def test_leaving_a_stream_early_ends_it() -> None:
    with Echo() as provider:
        stream = provider.stream("hello")
        assert next(stream).text == "h"
        stream.close()  # type: ignore[attr-defined]  it is a generator
        assert provider.events == ["stream closed"]


def test_closing_the_provider_ends_its_open_streams() -> None:
    provider = Echo()
    stream = provider.stream("hello")
    next(stream)
    provider.close()
    assert provider.events == ["stream closed", "closed"]
    stream.close()  # type: ignore[attr-defined]  it is a generator
    assert not provider._background.started


def test_an_iterator_without_close_is_fine() -> None:
    with Plain() as provider:
        assert [chunk.text for chunk in provider.stream("ab")] == ["a", "b"]


def test_an_unused_provider_closes_without_a_thread() -> None:
    provider = Echo()
    provider.close()
    assert provider.events == []


def test_half_a_provider_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        BaseProvider(name="x", model="y")  # type: ignore[abstract]  the point of the test
