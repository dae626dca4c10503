"""What a played response does step by step, the same for every library."""

from __future__ import annotations

import errno
import os
import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pytest_aiassert.wire.message import Failure, Headers, WireRequest, WireResponse

_FRAMING: Final = ("content-encoding", "transfer-encoding")
_EMPTY: Final = (204, 304)
_GZIP_OR_ZLIB: Final = 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """After `delay` seconds come bytes, or the connection fails."""

    delay: float = 0.0
    data: bytes = b""
    failure: Failure | None = None


def seen(method: str, url: str, headers: Iterable[tuple[str, str]], content: bytes) -> WireRequest:
    """Return a request as handlers see it; a body whose compression is unknown or broken stays as it is."""
    request = WireRequest(method=method, url=url, headers=tuple(headers), content=content)
    if content and request.header("content-encoding").lower() in ("gzip", "deflate"):
        try:
            content = zlib.decompress(content, _GZIP_OR_ZLIB)
        except zlib.error:
            return request
        return WireRequest(method=method, url=url, headers=request.headers, content=content)
    return request


def head(decision: WireResponse | Failure, *, connect: float | None, read: float | None) -> Step:
    """Return what comes first; a delay ends early at the caller's own time-outs, in seconds."""
    if isinstance(decision, WireResponse):
        return _patient(Step(delay=decision.delay), read)
    limit = {"connect_timeout": connect, "read_timeout": read}.get(decision.kind)
    return Step(delay=decision.delay if limit is None else min(decision.delay, limit), failure=decision)


def body(response: WireResponse, *, method: str, read: float | None) -> Iterator[Step]:
    """Yield the steps of a response's body; a pause longer than `read` seconds becomes a time-out."""
    if has_body(response, method):
        for piece in response.pieces:
            step = _patient(Step(delay=piece.delay, data=piece.data), read)
            yield step
            if step.failure is not None:
                return
    if response.failure is not None:
        yield head(response.failure, connect=None, read=read)


def has_body(response: WireResponse, method: str) -> bool:
    """Whether a response has a body in HTTP."""
    return method.upper() != "HEAD" and response.status not in _EMPTY


def headers_of(response: WireResponse, method: str) -> Headers:
    """Return the headers as they fit a body that is not compressed; a length that is wrong is left out."""
    length = str(sum(len(piece.data) for piece in response.pieces))
    checked = has_body(response, method)
    return tuple(
        (name, value)
        for name, value in response.headers
        if name.lower() not in _FRAMING and not (checked and name.lower() == "content-length" and value != length)
    )


def cause_of(failure: Failure) -> OSError:
    """Return what the operating system would have said."""
    match failure.kind:
        case "dns":
            return socket.gaierror(socket.EAI_NONAME, failure.message or "Name or service not known")
        case "tls":
            text = "certificate verify failed: self-signed certificate"
            return ssl.SSLCertVerificationError(1, failure.message or f"[SSL: CERTIFICATE_VERIFY_FAILED] {text}")
        case "connect":
            return ConnectionRefusedError(errno.ECONNREFUSED, failure.message or os.strerror(errno.ECONNREFUSED))
        case "connect_timeout" | "read_timeout":
            return TimeoutError(failure.message or "timed out")
        case "reset" | "cut":
            return ConnectionResetError(errno.ECONNRESET, failure.message or os.strerror(errno.ECONNRESET))


def _patient(step: Step, read: float | None) -> Step:
    if read is None or step.delay <= read:
        return step
    return Step(delay=read, failure=Failure(kind="read_timeout"))
