"""Takes down a response that aiohttp receives, as it arrives."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire.intercept.recording import Recording

_INFORMATIONAL = range(100, 200)


def follow(connection: Any, recording: Recording) -> Any:
    """Return the connection; the next response on it goes to the recording and to the caller."""
    protocol = connection.protocol
    forward = protocol.feed_data

    def feed_data(item: Any, size: int = 0) -> None:
        message, payload = item
        if message.code not in _INFORMATIONAL:
            unhook()
            try:
                item = message, _teed(connection, message, payload, recording)
            except TrafficRefusedError as error:
                protocol.set_exception(error)
                return
        forward(item, size)

    def unhook() -> None:
        with suppress(AttributeError):
            del protocol.feed_data

    def released() -> None:
        unhook()
        recording.finish(complete=False)

    protocol.feed_data = feed_data
    connection.add_callback(released)
    return connection


def _teed(connection: Any, message: Any, payload: Any, recording: Recording) -> Any:
    """Return a stream for the caller, which gets what is read from the real one."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message.raw_headers]
    recording.start(message.code, headers)
    if payload.is_eof() and not payload.total_bytes:
        recording.finish(complete=True)
        return payload
    timer = getattr(payload, "_timer", None)
    stream = type(payload)(connection.protocol, 2**16, timer=timer, loop=asyncio.get_running_loop())
    pump = asyncio.get_running_loop().create_task(_pump(payload, stream, recording))
    connection.add_callback(pump.cancel)
    return stream


async def _pump(payload: Any, stream: Any, recording: Recording) -> None:
    try:
        while data := await payload.readany():
            recording.piece(data)
            stream.feed_data(data)
        recording.finish(complete=True)
        stream.feed_eof()
    except asyncio.CancelledError:
        recording.finish(complete=False)
        raise
    except (Exception, TrafficRefusedError) as error:  # noqa: BLE001 - whatever it is, it is the caller's to meet
        recording.finish(complete=False)
        stream.set_exception(error)
