"""HTTP for providers: one client per event loop, and every transport failure as a ProviderError."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx2
from anyio.lowlevel import current_token

from assistant.errors import (
    BadRequestError,
    MalformedReplyError,
    ProviderConnectionError,
    ProviderTimeoutError,
)

TransportFactory = Callable[[], httpx2.AsyncBaseTransport]

_LIMITS: Final = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
_FIRST_REDIRECT: Final = 300
_FIRST_ERROR: Final = 400


class HttpClients:
    """Clients that exchange JSON; times are in seconds, `transport` replaces the network.

    Redirects are refused, so that a key goes to the address it was meant for. Proxies and certificates named by the
    environment count for https addresses only: a key never crosses a proxy in the clear.
    """

    def __init__(
        self, *, provider: str, timeout: float, connect_timeout: float, transport: TransportFactory | None = None
    ) -> None:
        self._provider = provider
        self._timeout = httpx2.Timeout(timeout, connect=min(connect_timeout, timeout), pool=None)
        self._transport = transport
        self._clients: dict[object, httpx2.AsyncClient] = {}

    @asynccontextmanager
    async def request(
        self, url: str, *, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[httpx2.Response]:
        """Post JSON, or get where there is no body, and yield the response unread; raises ProviderError."""
        method, content = ("GET", None) if body is None else ("POST", self._encode(body))
        headers = {**headers, "accept": "application/json, text/event-stream", "content-type": "application/json"}
        try:
            async with self._client(url).stream(method, url, content=content, headers=headers) as response:
                if _FIRST_REDIRECT <= response.status_code < _FIRST_ERROR:
                    raise self._redirected(url, response)
                yield response
        except httpx2.TimeoutException as error:
            kind = "connection to" if isinstance(error, httpx2.ConnectTimeout) else "answer from"
            raise ProviderTimeoutError(
                f"{self._provider}: no {kind} {url} in time; is the server up? Raise ASSISTANT_TIMEOUT if it is slow",
                provider=self._provider,
            ) from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise BadRequestError(f"{self._provider}: {url!r} is not a usable address: {error}") from error
        except httpx2.DecodingError as error:
            raise MalformedReplyError(
                f"{self._provider}: the body from {url} cannot be decoded: {error}", provider=self._provider
            ) from error
        except httpx2.TransportError as error:
            raise self._unreachable(url, error) from error

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        client = self._clients.pop(current_token().native_token, None)
        if client is not None:
            await client.aclose()

    def close(self) -> None:
        """Close the connections of asyncio loops that other code runs; ended loops are left out."""
        for loop, client in list(self._clients.items()):
            del self._clients[loop]
            _close_on(loop, client)

    def _client(self, url: str) -> httpx2.AsyncClient:
        token = current_token().native_token
        client = self._clients.get(token)
        if client is None:
            for loop in [loop for loop in self._clients if _ended(loop)]:
                del self._clients[loop]
            client = self._clients[token] = httpx2.AsyncClient(
                timeout=self._timeout,
                limits=_LIMITS,
                transport=self._transport() if self._transport else None,
                follow_redirects=False,
                trust_env=url.startswith("https://"),
            )
        return client

    def _encode(self, body: Mapping[str, Any]) -> bytes:
        try:
            return json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise BadRequestError(
                f"{self._provider}: the request cannot be written as JSON: {error}; "
                "parameters and tools may hold str, numbers, bool, None, lists and dicts",
                provider=self._provider,
            ) from error

    def _redirected(self, url: str, response: httpx2.Response) -> BadRequestError:
        target = response.headers.get("location", "an unnamed address").partition("?")[0]  # a query may hold a token
        return BadRequestError(
            f"{self._provider}: {url} redirects to {target} (HTTP {response.status_code}); redirects are not followed, "
            "so that your key stays where you sent it: name the final address in the provider spec",
            provider=self._provider,
            status=response.status_code,
        )

    def _unreachable(self, url: str, error: httpx2.TransportError) -> ProviderConnectionError:
        detail = str(error) or type(error).__name__
        what = "cannot reach" if isinstance(error, httpx2.ConnectError) else "the connection broke to"
        return ProviderConnectionError(
            f"{self._provider}: {what} {url}: {detail}; is the server running, and is the address right?",
            provider=self._provider,
        )


def _ended(loop: object) -> bool:
    is_closed = getattr(loop, "is_closed", None)
    return bool(is_closed and is_closed())


def _close_on(loop: Any, client: httpx2.AsyncClient) -> None:
    import asyncio

    if not isinstance(loop, asyncio.AbstractEventLoop) or loop.is_closed():
        return
    if loop.is_running():
        loop.call_soon_threadsafe(lambda: asyncio.ensure_future(client.aclose(), loop=loop))
    elif asyncio._get_running_loop() is None:  # noqa: SLF001  the public form raises where none runs
        loop.run_until_complete(client.aclose())
