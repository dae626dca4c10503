"""Refuses connections to model hosts by libraries whose requests are not answered here.

Nothing of what is said over such a connection is known, so nothing can be played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, wraps
from types import ModuleType
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from pytest_aiassert.wire.intercept.patching import Listening

_Seams: TypeAlias = Iterable[tuple[Any, str, Any]]
_Target: TypeAlias = Callable[[Sequence[Any], Mapping[str, Any]], tuple[object, str]]
"""Tells, from a call's arguments, the host that is meant, if any, and who calls."""

_CURL_URL: Final = 10_002


def socket_seams(module: ModuleType) -> _Seams:
    """Name what every library resolves and connects with, unless it does so in C."""
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        yield module, name, partial(_guarded, _argument(0, "host"))
    for name in ("connect", "connect_ex"):
        yield module.socket, name, partial(_guarded, _argument(1, "address", _host_of_address))


def loop_seams(module: ModuleType) -> _Seams:
    """Name asyncio's resolution, which runs in a thread that belongs to nobody."""
    yield module.BaseEventLoop, "getaddrinfo", partial(_guarded, _argument(1, "host"))


def uvloop_seams(module: ModuleType) -> _Seams:
    """Name uvloop's own resolution, which does not go through Python."""
    yield module.Loop, "getaddrinfo", partial(_guarded, _argument(1, "host"))
    yield module.Loop, "create_connection", partial(_guarded, _argument(2, "host"))


def http_client_seams(module: ModuleType) -> _Seams:
    """Name what urllib, requests, urllib3 and botocore send by, also over kept connections."""
    yield module.HTTPConnection, "putrequest", partial(_guarded, _request)


def grpc_seams(module: ModuleType) -> _Seams:
    """Name what makes a gRPC channel, which resolves and connects in C later on."""
    yield module.Channel, "__init__", partial(_guarded, _argument(1, "target", _host_of_target, "gRPC"))


def curl_seams(module: ModuleType) -> _Seams:
    """Name what tells curl its URL; it resolves and connects in C."""
    yield module.Curl, "setopt", partial(_guarded, _curl_option)


def _guarded(target: _Target, original: Any, listening: Listening) -> Any:
    @wraps(original)
    def guarded(*arguments: Any, **named: Any) -> Any:
        listener = listening()
        if listener is not None:
            host, how = target(arguments, named)
            if host:
                listener.admit(_text(host), how)
        return original(*arguments, **named)

    return guarded


def _argument(position: int, name: str, host_of: Callable[[Any], object] = lambda host: host, how: str = "") -> _Target:
    def target(arguments: Sequence[Any], named: Mapping[str, Any]) -> tuple[object, str]:
        value = arguments[position] if len(arguments) > position else named.get(name)
        return host_of(value), how

    return target


def _request(arguments: Sequence[Any], _named: Mapping[str, Any]) -> tuple[object, str]:
    connection: Any = arguments[0]
    method, url = (*arguments[1:], "", "")[:2]
    parts = urlsplit(url)
    host = getattr(connection, "_tunnel_host", None) or parts.hostname or connection.host
    return host, f"http.client ({method} {parts.path})"


def _curl_option(arguments: Sequence[Any], _named: Mapping[str, Any]) -> tuple[object, str]:
    _, option, value = (*arguments, None, None)[:3]
    return (urlsplit(_text(value)).hostname if option == _CURL_URL else None), "curl_cffi"


def _host_of_address(address: Any) -> object:
    """Return the host of an internet address; other kinds of address have none."""
    return address[0] if isinstance(address, tuple) and address and isinstance(address[0], str | bytes) else None


def _host_of_target(target: Any) -> str:
    """Return the host that a gRPC target names: `dns:///host:443`, `host:443` or `host`."""
    name = _text(target).rpartition("/")[2].removeprefix("dns:")
    host, _, port = name.rpartition(":")
    return host if port.isdigit() else name


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else str(value)
