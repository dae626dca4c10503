"""The OpenAI chat completions format over httpx2, for OpenAI and every compatible server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from anyio.lowlevel import RunVar

from assistant.errors import (
    BadRequestError,
    CutStreamError,
    MalformedReplyError,
    ProviderConnectionError,
    ProviderTimeoutError,
)
from assistant.messages import Chunk, Completion, Request, Usage
from assistant.protocols import BaseProvider
from assistant.providers.openai_format import StreamDecoder, decode_completion, encode_request, error_for, shorten

TransportFactory = Callable[[], httpx2.AsyncBaseTransport]
PriceFunction = Callable[[str, Usage], float | None]


class OpenAIProvider(BaseProvider):
    """Chat completions over HTTP; `timeout` is in seconds and bounds each read."""

    def __init__(
        self,
        *,
        model: str,
        base_url: str = "https://api.openai.com/v1",
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
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._timeout = httpx2.Timeout(timeout, connect=connect_timeout)
        self._total_timeout = total_timeout
        self._transport = transport
        self._price = price
        self._client: RunVar[httpx2.AsyncClient | None] = RunVar(f"client of {name}:{model}", None)

    async def send(self, request: Request) -> Completion:
        """Post one request and decode the whole reply; raises ProviderError."""
        started = time.perf_counter()
        async with self._post(encode_request(request, self.model)) as response:
            await response.aread()
        try:
            body = response.json()
        except ValueError as error:
            raise self._malformed(f"the body is not JSON: {shorten(response.text)}") from error
        completion = decode_completion(body, provider=self.name)
        return self._finish(completion, response, started)

    async def chunks(self, request: Request) -> AsyncIterator[Chunk]:
        """Post one request and yield what arrives; raises CutStreamError when the end mark never comes."""
        body = {**encode_request(request, self.model), "stream": True, "stream_options": {"include_usage": True}}
        decoder = StreamDecoder(self.name)
        async with self._post(body) as response:
            try:
                async for line in response.aiter_lines():
                    for chunk in decoder.feed(line):
                        yield chunk
                    if decoder.done:
                        break
            except httpx2.TransportError as error:
                raise CutStreamError(
                    f"{self.name}: the stream broke after {len(decoder.text)} characters: {error or type(error).__name__}",
                    provider=self.name,
                    text=decoder.text,
                ) from error
        for chunk in decoder.close():
            yield chunk

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._client.get()
        if client is not None:
            self._client.set(None)
            await client.aclose()

    @asynccontextmanager
    async def _post(self, body: dict[str, Any]) -> AsyncIterator[httpx2.Response]:
        url = f"{self.base_url}/chat/completions"
        try:
            async with self._http().stream("POST", url, json=body, headers=self._headers) as response:
                if response.status_code >= 400:
                    await response.aread()
                    raise error_for(response, self.name)
                yield response
        except httpx2.TimeoutException as error:
            raise ProviderTimeoutError(f"{self.name}: no answer from {url} in time", provider=self.name) from error
        except httpx2.TransportError as error:
            detail = str(error) or type(error).__name__
            raise ProviderConnectionError(
                f"{self.name}: cannot reach {url}: {detail}; is the server running, and is the address right?",
                provider=self.name,
            ) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise BadRequestError(f"{self.name}: {url!r} is not a usable address: {error}") from error

    def _http(self) -> httpx2.AsyncClient:
        client = self._client.get()
        if client is None:
            transport = self._transport() if self._transport else None
            client = httpx2.AsyncClient(timeout=self._timeout, transport=transport, follow_redirects=False)
            self._client.set(client)
        return client

    def _finish(self, completion: Completion, response: httpx2.Response, started: float) -> Completion:
        from dataclasses import replace

        latency = response.extensions.get("latency", time.perf_counter() - started)
        cost = self._price(completion.model or self.model, completion.usage) if self._price else None
        return replace(completion, model=completion.model or self.model, latency=latency, cost=cost)

    def _malformed(self, detail: str) -> MalformedReplyError:
        return MalformedReplyError(f"{self.name}: {detail}", provider=self.name)
