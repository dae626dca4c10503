"""A provider that writes down what it is asked and answers, and minds the budget."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from assistant.errors import AssistantError
from assistant.messages import Chunk, Completion, Message, Prompt, Request, Tool, as_messages
from assistant.protocols import Provider
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.integration.evaluation import Purse, Recorder
from pytest_aiassert.providers import MockProvider
from pytest_aiassert.runs.records import Turn
from pytest_aiassert.wire.faults import Fault

T = TypeVar("T")


class ObservedProvider:
    """Passes every call on; each finished reply becomes a Turn of the current trial.

    `open_inner` is called at each use, so that what fails then fails at the line of the test that asks.
    """

    def __init__(self, open_inner: Callable[[], Provider], recorder: Callable[[], Recorder], purse: Purse) -> None:
        self._open_inner = open_inner
        self._recorder = recorder
        self._purse = purse

    @property
    def name(self) -> str:
        """Which service answers."""
        return self._inner.name

    @property
    def model(self) -> str:
        """The model's name as the service knows it."""
        return self._inner.model

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError, CassetteError or BudgetError."""
        __tracebackhide__ = True
        with _Brief():
            self._purse.check()
            return self._keep(as_messages(prompt), self._inner.complete(prompt, tools=tools, **parameters))

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError, CassetteError or BudgetError."""
        __tracebackhide__ = True
        with _Brief():
            self._purse.check()
            reply = await _in_thread(partial(self._inner.complete, prompt, tools=tools, **parameters))
            return self._keep(as_messages(prompt), reply)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError, CassetteError or BudgetError."""
        __tracebackhide__ = True
        with _Brief(), self._gathering(prompt) as gathered:
            for chunk in self._inner.stream(prompt, tools=tools, **parameters):
                yield gathered.add(chunk)

    async def astream(
        self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any
    ) -> AsyncIterator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError, CassetteError or BudgetError."""
        __tracebackhide__ = True
        with _Brief(), self._gathering(prompt) as gathered:
            chunks = self._inner.stream(prompt, tools=tools, **parameters)
            while (chunk := await _in_thread(partial(next, chunks, None))) is not None:
                yield gathered.add(chunk)

    def close(self) -> None:
        """Do nothing: whoever opened the inner provider closes it."""

    def __repr__(self) -> str:
        return "<provider under test>"

    @property
    def _inner(self) -> Provider:
        return self._open_inner()

    @contextmanager
    def _gathering(self, prompt: Prompt) -> Generator[_Gathered]:
        """Keep what a stream brought, also where the caller left it early."""
        self._purse.check()
        gathered = _Gathered(self._inner.model)
        try:
            yield gathered
        finally:
            if gathered.chunks:
                self._keep(as_messages(prompt), gathered.completion())

    def _keep(self, messages: tuple[Message, ...], reply: Completion) -> Completion:
        self._purse.pay(reply.cost)
        self._recorder().turns.append(Turn(messages=messages, reply=reply))
        return reply


class ObservedMock(MockProvider):
    """A mock whose replies become Turns of the current trial."""

    def __init__(self, recorder: Callable[[], Recorder]) -> None:
        super().__init__()
        self._recorder = recorder

    def _answer(self, request: Request) -> tuple[Completion | BaseException, tuple[Fault, ...]]:
        answer, faults = super()._answer(request)
        if isinstance(answer, Completion):
            self._recorder().turns.append(Turn(messages=request.messages, reply=answer))
        return answer, faults


class _Brief:
    """Lets our own errors end at the caller's line: their message says it all, the way there nothing."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        __tracebackhide__ = True
        if isinstance(error, (AssistantError, AIAssertError)):
            if error.args and isinstance(error.args[0], str):
                error.args = (redact(error.args[0]), *error.args[1:])  # a server may repeat the key it was sent
            raise error.with_traceback(None) from None


async def _in_thread(call: Callable[[], T]) -> T:
    """Ask from a thread, so that a provider's connections belong to its own loop and are closed with it."""
    from anyio import to_thread

    return await to_thread.run_sync(call, abandon_on_cancel=True)


class _Gathered:
    """Keeps the chunks of a stream, each with the time it took to arrive."""

    def __init__(self, model: str) -> None:
        self.chunks: list[Chunk] = []
        self._model = model
        self._began = time.perf_counter()

    def add(self, chunk: Chunk) -> Chunk:
        if chunk.elapsed is None:
            chunk = replace(chunk, elapsed=time.perf_counter() - self._began)
        self.chunks.append(chunk)
        return chunk

    def completion(self) -> Completion:
        return Completion.of_chunks(self.chunks, model=self._model)
