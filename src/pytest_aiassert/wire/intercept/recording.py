"""A real response on its way to the caller, taken down by a sink."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.wire.message import Sink
from pytest_aiassert.wire.traffic import Listener


class Decoder(Protocol):
    """Undoes compression piece by piece; httpx returns bytes, httpx2 several."""

    def decode(self, data: bytes, /) -> bytes | Iterable[bytes]:
        """Return what can be decoded so far."""
        ...

    def flush(self) -> bytes | Iterable[bytes]:
        """Return the rest."""
        ...


class Recording:
    """Tells a sink of one response; it is finished once, however it ends.

    What the sink refuses by an AIAssertError becomes a refusal of the traffic.
    """

    def __init__(self, sink: Sink, listener: Listener) -> None:
        self._sink = sink
        self._listener = listener
        self._decoder: Decoder | None = None
        self._over = False
        self._broken = False
        self._lock = threading.Lock()

    def start(self, status: int, headers: Sequence[tuple[str, str]], decoder: Decoder | None = None) -> None:
        """Take the head; `decoder` undoes the compression of the pieces."""
        self._decoder = decoder
        self._tell(self._sink.start, status, headers)

    def piece(self, data: bytes) -> None:
        """Take bytes as they came; those that cannot be decoded leave the recording incomplete."""
        if self._over or self._broken:
            return
        if self._decoder is not None:
            data = self._decoded(self._decoder.decode, data)
        if data:
            self._tell(self._sink.piece, data)

    def finish(self, *, complete: bool) -> None:
        """End the response; later ends are not heard."""
        with self._lock:
            if self._over:
                return
            self._over = True
        if complete and self._decoder is not None and not self._broken:
            rest = self._decoded(self._decoder.flush)
            if rest:
                self._tell(self._sink.piece, rest)
        self._tell(self._sink.finish, complete=complete and not self._broken)

    def _decoded(self, decode: Any, *data: bytes) -> bytes:
        try:
            decoded = decode(*data)
            return decoded if isinstance(decoded, bytes) else b"".join(decoded)
        except Exception:  # noqa: BLE001 - each library and codec raises its own; the caller meets it, too
            self._broken = True
            return b""

    def _tell(self, verb: Any, *arguments: Any, **named: Any) -> None:
        try:
            verb(*arguments, **named)
        except AIAssertError as error:
            raise self._listener.refuse(str(error)) from error
