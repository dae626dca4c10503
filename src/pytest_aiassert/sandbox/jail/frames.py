"""Length-prefixed JSON messages over a descriptor."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterable
from json import encoder
from typing import Any, TypeAlias

JSON: TypeAlias = Any

HEADER = struct.Struct(">I")
MAX_FRAME = 8_000_000
_PIECE = 1 << 14

# what json.loads calls, which is not documented
_scan: Callable[[str, int], tuple[JSON, int]] = getattr(json.JSONDecoder(), "scan_once")  # noqa: B009


def _encoder() -> Callable[[JSON], str]:
    """Return what json.dumps makes anew for each message, or json.dumps."""
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return json.dumps

    def refuse(value: object) -> object:
        raise TypeError(f"a {type(value).__name__} is no JSON")

    text = encoder.encode_basestring_ascii
    chunks: Callable[[JSON, int], Iterable[str]] = make(None, refuse, text, None, ": ", ", ", False, False, True)  # noqa: FBT003
    return lambda message: "".join(chunks(message, 0))


_encoded = _encoder()


def pack(message: JSON) -> bytes:
    """Return a message's bytes: four of length, then JSON."""
    return framed(_encoded(message).encode())


def framed(body: bytes) -> bytes:
    """Return bytes with their length before them."""
    return HEADER.pack(len(body)) + body


def unpack(buffer: bytearray) -> JSON | None:
    """Take the first whole message off a buffer, None while there is none; raises ValueError for rubbish."""
    body = taken(buffer)
    return None if body is None else decoded(body)


def taken(buffer: bytearray) -> bytes | None:
    """Take the first whole message off a buffer, as bytes; None while there is none. Raises ValueError if too long."""
    if len(buffer) < HEADER.size:
        return None
    (length,) = HEADER.unpack_from(buffer)
    if length > MAX_FRAME:
        raise ValueError(f"a message of {length} bytes")
    end = HEADER.size + length
    if len(buffer) < end:
        return None
    body = bytes(buffer[HEADER.size : end])
    del buffer[:end]
    return body


def decoded(body: bytes) -> JSON:
    """Return the JSON of a message; raises ValueError for rubbish."""
    text = body.decode()
    try:
        message, after = _scan(text, 0)
    except StopIteration:
        raise ValueError("a message that is no JSON") from None
    except RecursionError:
        raise ValueError("a message nested too deep") from None
    if after != len(text):
        raise ValueError("a message that goes on after its end")
    return message


def read(descriptor: int) -> JSON | None:
    """Read one message and no more from a blocking descriptor; None at its end."""
    body = receive_first(descriptor)
    return None if body is None else decoded(body)


def receive_first(descriptor: int) -> bytes | None:
    """Read one message and no more, as it is; None at the end."""
    head = _exactly(descriptor, HEADER.size)
    if head is None:
        return None
    (length,) = HEADER.unpack(head)
    if length > MAX_FRAME:
        raise ValueError(f"a message of {length} bytes")
    return _exactly(descriptor, length)


def receive(descriptor: int) -> bytes | None:
    """Read one message, as it is, where no other can follow; None at the end."""
    data = os.read(descriptor, _PIECE)
    if int.from_bytes(data[:4], "big") == len(data) - 4 > 0:
        return data[4:]
    if len(data) < HEADER.size:
        return None  # the other side ended
    rest = _exactly(descriptor, int.from_bytes(data[:4], "big") - len(data) + 4)
    return None if rest is None else data[4:] + rest


def _exactly(descriptor: int, size: int) -> bytes | None:
    data = os.read(descriptor, size) if size else b""
    if len(data) == size:
        return data
    pieces = bytearray(data)
    while data and len(pieces) < size:
        data = os.read(descriptor, min(size - len(pieces), 1 << 16))
        pieces += data
    return bytes(pieces) if data else None


def write(descriptor: int, message: JSON) -> None:
    """Write one message to a blocking descriptor."""
    send(descriptor, pack(message))


def send(descriptor: int, data: bytes) -> None:
    """Write all of it to a blocking descriptor."""
    sent = os.write(descriptor, data)
    while sent < len(data):
        sent += os.write(descriptor, data[sent : sent + MAX_FRAME])
