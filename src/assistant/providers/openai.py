"""The OpenAI chat completions API over HTTP, for OpenAI and every compatible server."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from typing import Any, Final, cast

import httpx2
from anyio import fail_after, move_on_after

from assistant.errors import (
    ConfigurationError,
    CutStreamError,
    MalformedReplyError,
    ProviderError,
    ProviderTimeoutError,
)
from assistant.messages import Chunk, Completion, Request, Usage
from assistant.protocols import BaseProvider
from assistant.providers.http import HttpClients, TransportFactory
from assistant.providers.openai_format import (
    StreamDecoder,
    decode_completion,
    decode_models,
    encode_request,
    error_for,
    shorten,
)
from assistant.providers.spec import OPENAI_URL

PriceFunction = Callable[[str, Usage], float | None]

_FIRST_ERROR: Final = 400
_MAX_EVENT_BYTES: Final = 64 * 1024 * 1024
_DRAIN_SECONDS: Final = 0.5


class OpenAIProvider(BaseProvider):
    """Chat completions over HTTP; times are in seconds.

    `timeout` bounds each wait for data, `total_timeout` a whole reply. `price` turns model and usage into US dollars.
    Raises ConfigurationError for a key that cannot stand in a header.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str = OPENAI_URL,
        api_key: str = "",
        name: str = "openai",
        timeout: float = 120.0,
        connect_timeout: float = 5.0,
        total_timeout: float = 600.0,
        transport: TransportFactory | None = None,
        price: PriceFunction | None = None,
    ) -> None:
        super().__init__(name=name, model=model)
        self.base_url = base_url.rstrip("/")
        self._url = f"{self.base_url}/chat/completions"
        self._key = api_key.strip()
        self._headers = _authorization(self._key)
        self._total_timeout = total_timeout
        self._price = price
        self._clients = HttpClients(
            provider=name, timeout=timeout, connect_timeout=connect_timeout, transport=transport
        )

    async def send(self, request: Request) -> Completion:
        """Post one request and decode the whole reply; raises ProviderError."""
        started = time.perf_counter()
        response = await self._answer(self._url, self._body(request))
        completion = self._decoded(response)
        latency = response.extensions.get("latency", time.perf_counter() - started)
        model = completion.model or self.model
        cost = self._price(model, completion.usage) if self._price else None
        return replace(completion, model=model, latency=latency, cost=cost)

    async def chunks(self, request: Request) -> AsyncIterator[Chunk]:
        """Post one request and yield what arrives; raises CutStreamError when the end mark never comes."""
        started = time.perf_counter()
        deadline = time.monotonic() + self._total_timeout
        body = {**self._body(request), "stream": True, "stream_options": {"include_usage": True}}
        decoder = StreamDecoder(self.name)
        async with AsyncExitStack() as stack:
            try:
                with fail_after(self._total_timeout):
                    sent = self._clients.request(self._url, body=body, headers=self._headers)
                    response = await stack.enter_async_context(sent)
                    whole = await self._whole(response)
            except TimeoutError as error:
                raise self._too_slow() from error
            elapsed = response.extensions.get("elapsed", lambda: time.perf_counter() - started)
            if whole is not None:
                for chunk in _as_chunks(whole):
                    yield replace(self._priced(chunk), elapsed=response.extensions.get("latency", elapsed()))
                return
            async with aclosing(self._events(response, decoder, deadline)) as events:
                async for data in events:
                    for chunk in decoder.feed(data):
                        yield replace(self._priced(chunk), elapsed=elapsed())
            ended = elapsed()
        for chunk in decoder.close():
            yield replace(chunk, elapsed=ended)

    def models(self) -> tuple[str, ...]:
        """Return the names of the models that the server lists; raises ProviderError."""
        return self._background.run(self._models)

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._clients.aclose()

    def close(self) -> None:
        """Release connections and threads; calling it twice is harmless."""
        super().close()
        self._clients.close()

    def _priced(self, chunk: Chunk) -> Chunk:
        if chunk.usage is None or self._price is None:
            return chunk
        return replace(chunk, cost=self._price(self.model, chunk.usage))

    async def _models(self) -> tuple[str, ...]:
        response = await self._answer(f"{self.base_url}/models")
        return decode_models(self._json(response), provider=self.name)

    async def _answer(self, url: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        """Return a whole response; raises ProviderError, also for an HTTP error."""
        try:
            with fail_after(self._total_timeout):
                async with self._clients.request(url, body=body, headers=self._headers) as response:
                    await response.aread()
        except TimeoutError as error:
            raise self._too_slow() from error
        if response.status_code >= _FIRST_ERROR:
            raise self._without_key(error_for(response, self.name))
        return response

    async def _events(self, response: httpx2.Response, decoder: StreamDecoder, deadline: float) -> AsyncGenerator[str]:
        """Yield the data of each event up to the end mark, then let the connection be used again."""
        source = aiter(httpx2.EventSource(response, max_event_size=_MAX_EVENT_BYTES))
        try:
            while not decoder.done:
                with fail_after(max(0.0, deadline - time.monotonic())):
                    event = await anext(source, None)
                if event is None:
                    return
                yield event.data
            with move_on_after(_DRAIN_SECONDS):
                async for _ in source:
                    pass
        except TimeoutError as error:
            raise self._too_slow() from error
        except httpx2.SSEError as error:
            raise self._malformed(f"{error}") from error
        except httpx2.TransportError as error:
            raise CutStreamError(
                f"{self.name}: the stream broke after {len(decoder.text)} characters: "
                f"{str(error) or type(error).__name__}",
                provider=self.name,
                text=decoder.text,
            ) from error
        finally:
            await cast("Any", source).aclose()

    async def _whole(self, response: httpx2.Response) -> Completion | None:
        """Return the reply of a server that does not stream, None for a stream; raises ProviderError."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code < _FIRST_ERROR and kind == "text/event-stream":
            return None
        await response.aread()
        if response.status_code >= _FIRST_ERROR:
            raise self._without_key(error_for(response, self.name))
        return self._decoded(response)

    def _decoded(self, response: httpx2.Response) -> Completion:
        try:
            return decode_completion(self._json(response), provider=self.name)
        except ProviderError as error:
            raise self._without_key(error) from error.__cause__

    def _without_key(self, error: ProviderError) -> ProviderError:
        """Take the key out of a complaint: some servers repeat what they were sent."""
        if self._key:
            error.args = (str(error).replace(self._key, "[REDACTED]"),)
        return error

    def _body(self, request: Request) -> dict[str, Any]:
        body = encode_request(request, self.model)
        if self.base_url == OPENAI_URL and "max_tokens" in body:
            body["max_completion_tokens"] = body.pop("max_tokens")  # the only name all of its models accept
        return body

    def _json(self, response: httpx2.Response) -> Any:
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            kind = response.headers.get("content-type", "no content type")
            what = shorten(response.text) or "an empty body"
            raise self._malformed(
                f"{self._url} answered with something that is not JSON ({kind}): {what}; is this the API's address?"
            ) from error

    def _too_slow(self) -> ProviderTimeoutError:
        return ProviderTimeoutError(
            f"{self.name}: no complete reply from {self._url} within {self._total_timeout:g} s; "
            "ask for less, or raise ASSISTANT_TOTAL_TIMEOUT",
            provider=self.name,
        )

    def _malformed(self, detail: str) -> MalformedReplyError:
        return MalformedReplyError(f"{self.name}: {detail}", provider=self.name)


def _authorization(key: str) -> dict[str, str]:
    if not key:
        return {}
    if not (key.isascii() and key.isprintable() and " " not in key):
        # the key itself is not shown
        raise ConfigurationError("the API key holds a space, a line break or a non-ASCII character; copy it again")
    return {"authorization": f"Bearer {key}"}


def _as_chunks(completion: Completion) -> list[Chunk]:
    end = Chunk(tool_calls=completion.tool_calls, usage=completion.usage, finish_reason=completion.finish_reason)
    return [Chunk(text=completion.text), end] if completion.text else [end]
