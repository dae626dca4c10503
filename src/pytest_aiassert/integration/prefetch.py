"""Asks for the replies of coming trials ahead of time, so that live trials overlap."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from assistant.messages import Chunk, Completion, Prompt, Request, Tool, as_request
from assistant.protocols import Provider


class PrefetchingProvider:
    """When a trial asks its first question, asks it for the next trials too; at most `limit` at once.

    `certain` says how many trials, the present one included, will run whatever comes out: no reply is paid for that a
    decided test would not use. Later questions of a trial depend on its replies, and are asked as they come.
    """

    def __init__(self, inner: Provider, *, limit: int, certain: Callable[[], int], opening: Callable[[], bool]) -> None:
        self._inner = inner
        self._limit = limit
        self._certain = certain
        self._opening = opening
        self._waiting: defaultdict[str, deque[Future[Completion]]] = defaultdict(deque)
        self._pool = ThreadPoolExecutor(max_workers=limit, thread_name_prefix="ai-prefetch")

    @property
    def name(self) -> str:
        """Which service answers."""
        return self._inner.name

    @property
    def model(self) -> str:
        """The model's name as the service knows it."""
        return self._inner.model

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply, which may have been asked for already; raises ProviderError."""
        waiting = self._waiting[_key(as_request(prompt, tools, parameters))]
        if self._opening():
            while len(waiting) < min(self._limit, self._certain()):
                waiting.append(self._pool.submit(self._inner.complete, prompt, tools=tools, **parameters))
        if waiting:
            return waiting.popleft().result()
        return self._inner.complete(prompt, tools=tools, **parameters)

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply, asked for now; raises ProviderError."""
        return await self._inner.acomplete(prompt, tools=tools, **parameters)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        return self._inner.stream(prompt, tools=tools, **parameters)

    def astream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> AsyncIterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        return self._inner.astream(prompt, tools=tools, **parameters)

    def close(self) -> None:
        """Drop what nobody waits for any more, and close the inner provider."""
        self._end()
        self._inner.close()

    def abandon(self) -> None:
        """Like `close`, and keep an older recording in its place."""
        self._end()
        getattr(self._inner, "abandon", self._inner.close)()

    def _end(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _key(request: Request) -> str:
    return repr((request.messages, request.tools, sorted(request.parameters.items())))
