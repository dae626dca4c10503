"""Where each library is looked at; a library that is not loaded costs nothing and is not loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeAlias

from pytest_aiassert.wire.intercept import guard

Seam: TypeAlias = tuple[Any, str, Any]
"""A class or module, the name of a function in it, and what makes the function's replacement."""


def _httpx(module: ModuleType) -> Iterable[Seam]:
    from pytest_aiassert.wire.intercept.httpx_family import seams

    return seams(module)


def _aiohttp(module: ModuleType) -> Iterable[Seam]:
    from pytest_aiassert.wire.intercept.aiohttp_client import seams

    return seams(module)


SEAMS: Final[Mapping[str, Callable[[ModuleType], Iterable[Seam]]]] = MappingProxyType(
    {
        "httpx._transports.default": _httpx,
        "httpx2._transports.default": _httpx,
        "aiohttp.connector": _aiohttp,
        "http.client": guard.http_client_seams,
        "socket": guard.socket_seams,
        "asyncio.base_events": guard.loop_seams,
        "uvloop": guard.uvloop_seams,
        "grpc._channel": guard.grpc_seams,
        "grpc.aio._channel": guard.grpc_seams,
        "curl_cffi.curl": guard.curl_seams,
    }
)
"""By the name of the module that must have been loaded."""
