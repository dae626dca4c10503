"""The composition root: a provider spec and settings in, wired objects out."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from assistant.config import COMPATIBLE_KEY_VARIABLE, OPENAI_KEY_VARIABLE, Settings, load_settings
from assistant.errors import ConfigurationError
from assistant.events import Emitter, Listener, RequestFailed, RequestFinished, RequestStarted
from assistant.messages import Chunk, Completion, FinishReason, Prompt, Tool, Usage
from assistant.protocols import BaseProvider, Provider
from assistant.providers.spec import EXAMPLES, OPENAI_URL, ProviderSpec, parse_spec

if TYPE_CHECKING:
    import httpx2

    TransportFactory: TypeAlias = Callable[[], httpx2.AsyncBaseTransport]


def connect(spec: str, *, transport: TransportFactory | None = None, settings: Settings | None = None) -> Provider:
    """Return the provider that a spec names; nothing is sent yet.

    `transport` replaces the network: it is called once per event loop, and then no key is required.
    `settings` default to `load_settings()`. Raises ConfigurationError.
    """
    from assistant.providers.openai import OpenAIProvider
    from assistant.providers.pricing import price

    parsed = parse_spec(spec)
    settings = settings or load_settings()
    return OpenAIProvider(
        name=parsed.kind,
        model=parsed.model,
        base_url=parsed.base_url,
        api_key=_key(parsed, settings, required=transport is None),
        timeout=settings.timeout,
        connect_timeout=settings.connect_timeout,
        total_timeout=settings.total_timeout,
        transport=transport,
        price=partial(price, base_url=parsed.base_url),
    )


class Assistant:
    """Asks one provider, tells listeners about it, and closes what it opened.

    `spec` defaults to the setting `provider`; a `provider` given as an object stays its owner's to close.
    Raises ConfigurationError.
    """

    def __init__(
        self,
        spec: str = "",
        *,
        provider: Provider | None = None,
        settings: Settings | None = None,
        transport: TransportFactory | None = None,
        listeners: Sequence[Listener] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.events = Emitter(*listeners)
        self._owns_provider = provider is None
        self.provider = provider or _connect_configured(spec, settings or load_settings(), transport)
        self._clock = clock
        self._numbers = itertools.count(1)

    def ask(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        with self._observed(streamed=False) as outcome:
            return outcome.whole(self.provider.complete(prompt, tools=tools, **parameters))

    async def aask(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the whole reply; raises ProviderError."""
        with self._observed(streamed=False) as outcome:
            return outcome.whole(await self.provider.acomplete(prompt, tools=tools, **parameters))

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Generator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        with self._observed(streamed=True) as outcome:
            for chunk in self.provider.stream(prompt, tools=tools, **parameters):
                outcome.piece(chunk)
                yield chunk

    async def astream(
        self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any
    ) -> AsyncGenerator[Chunk]:
        """Yield the reply as it arrives; raises ProviderError."""
        with self._observed(streamed=True) as outcome:
            async for chunk in self.provider.astream(prompt, tools=tools, **parameters):
                outcome.piece(chunk)
                yield chunk

    def close(self) -> None:
        """Release connections and threads; calling it twice is harmless."""
        if self._owns_provider:
            self.provider.close()

    async def aclose(self) -> None:
        """Release also what belongs to the running event loop."""
        if self._owns_provider and isinstance(self.provider, BaseProvider):
            await self.provider.aclose()
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    @contextmanager
    def _observed(self, *, streamed: bool) -> Generator[_Outcome]:
        who: dict[str, Any] = {"id": next(self._numbers), "provider": self.provider.name, "model": self.provider.model}
        outcome, started = _Outcome(), self._clock()
        self.events.emit(RequestStarted(**who, streamed=streamed))
        try:
            yield outcome
        except BaseException as error:
            self.events.emit(RequestFailed(**who, duration=self._clock() - started, error=error))
            raise
        self.events.emit(
            RequestFinished(
                **who,
                duration=self._clock() - started,
                usage=outcome.usage,
                finish_reason=outcome.finish_reason,
                cost=outcome.cost,
            )
        )


class _Outcome:
    """What is learnt of a reply while it arrives."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.finish_reason: FinishReason | None = None
        self.cost: float | None = None

    def whole(self, reply: Completion) -> Completion:
        self.usage, self.finish_reason, self.cost = reply.usage, reply.finish_reason, reply.cost
        return reply

    def piece(self, chunk: Chunk) -> None:
        self.usage = chunk.usage or self.usage
        self.finish_reason = chunk.finish_reason or self.finish_reason


def _connect_configured(spec: str, settings: Settings, transport: TransportFactory | None) -> Provider:
    chosen = spec or settings.provider
    if not chosen:
        raise ConfigurationError(
            f"no provider is named; give a spec, or set ASSISTANT_PROVIDER (write for example {EXAMPLES})"
        )
    return connect(chosen, transport=transport, settings=settings)


def _key(spec: ProviderSpec, settings: Settings, *, required: bool) -> str:
    """Pick the key for an address: the OpenAI key goes to OpenAI alone."""
    if spec.base_url != OPENAI_URL:
        return settings.compatible_api_key.get_secret_value() if settings.compatible_api_key else ""
    if settings.openai_api_key:
        return settings.openai_api_key.get_secret_value()
    if required:
        raise ConfigurationError(
            f"{spec}: the environment variable {OPENAI_KEY_VARIABLE} is not set; set it to your key, or name another "
            f"server with openai+URL:MODEL (its key, where it wants one: {COMPATIBLE_KEY_VARIABLE})"
        )
    return ""
