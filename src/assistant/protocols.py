"""The seams of the package: what a provider is, and the base class that most providers extend."""

from __future__ import annotations

import abc
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Protocol, Self, runtime_checkable

from assistant.background import BackgroundLoop
from assistant.messages import Chunk, Completion, Prompt, Request, Tool, as_request


@runtime_checkable
class Provider(Protocol):
    """Turns messages into a Completion, or a stream of Chunks; sync and async."""

    @property
    def name(self) -> str:
        """Which service answers, for example `openai`."""
        ...

    @property
    def model(self) -> str:
        """The model's name as the service knows it."""
        ...

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        ...

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        ...

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        ...

    def astream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> AsyncIterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        ...

    def close(self) -> None:
        """Release connections and threads; calling it twice is harmless."""
        ...


class BaseProvider(abc.ABC):
    """A Provider made of two async methods, `send` and `chunks`.

    The sync methods run them on one background event loop, started at the first sync call and ended by `close`.
    """

    def __init__(self, *, name: str, model: str) -> None:
        self.name = name
        self.model = model
        self._background = BackgroundLoop(f"{name}:{model}")
        self._open_streams: set[AsyncIterator[Chunk]] = set()

    @abc.abstractmethod
    async def send(self, request: Request) -> Completion:
        """Answer one request; raises ProviderError."""

    @abc.abstractmethod
    def chunks(self, request: Request) -> AsyncIterator[Chunk]:
        """Answer one request piece by piece; raises ProviderError."""

    async def aclose(self) -> None:  # noqa: B027  most providers hold nothing
        """Release what belongs to the running event loop."""

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        return self._background.run(self.send, as_request(prompt, tools, parameters))

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        return await self.send(as_request(prompt, tools, parameters))

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError. Closing the iterator ends the request."""
        iterator = self.chunks(as_request(prompt, tools, parameters))
        self._open_streams.add(iterator)
        try:
            while True:
                try:
                    yield self._background.run(anext, iterator)
                except StopAsyncIteration:
                    return
        finally:
            self._end(iterator)

    def astream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> AsyncIterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        return self.chunks(as_request(prompt, tools, parameters))

    def close(self) -> None:
        """Release connections and threads; calling it twice is harmless."""
        if self._background.started:
            try:
                for iterator in list(self._open_streams):
                    self._end(iterator)
                self._background.run(self.aclose)
            finally:
                self._background.close()

    def _end(self, iterator: AsyncIterator[Chunk]) -> None:
        if iterator in self._open_streams:
            self._open_streams.discard(iterator)
            close = getattr(iterator, "aclose", None)
            if close is not None:
                self._background.run(close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}:{self.model}>"
