"""A live provider that a test asks itself: what it sends is not the application's, so no mock answers it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Sequence
from typing import Any

from assistant.messages import Chunk, Completion, Prompt, Tool
from assistant.protocols import Provider
from pytest_aiassert.wire.intercept import apart


class ApartProvider:
    """Passes every call on, apart from the traffic of the code under test."""

    def __init__(self, inner: Provider) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """Which service answers."""
        return self._inner.name

    @property
    def model(self) -> str:
        """The model's name as the service knows it."""
        return self._inner.model

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        __tracebackhide__ = True
        with apart():
            return self._inner.complete(prompt, tools=tools, **parameters)

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        with apart():
            return await self._inner.acomplete(prompt, tools=tools, **parameters)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        __tracebackhide__ = True
        chunks = self._inner.stream(prompt, tools=tools, **parameters)
        try:
            while (chunk := _next(chunks)) is not None:
                yield chunk  # whoever reads the stream does so as ever
        finally:
            if isinstance(chunks, Generator):
                chunks.close()

    async def astream(
        self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any
    ) -> AsyncIterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        chunks = self._inner.astream(prompt, tools=tools, **parameters)
        try:
            while True:
                with apart():
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                yield chunk
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()

    def close(self) -> None:
        """Close the inner provider."""
        self._inner.close()

    def abandon(self) -> None:
        """Close the inner provider; what it recorded does not take the place of an older recording."""
        getattr(self._inner, "abandon", self._inner.close)()

    def __repr__(self) -> str:
        return repr(self._inner)


def _next(chunks: Iterator[Chunk]) -> Chunk | None:
    with apart():
        return next(chunks, None)
