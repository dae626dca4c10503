"""Length-prefixed JSON messages over a descriptor."""

from __future__ import annotations

import json
import os
import struct
from typing import Any, TypeAlias

JSON: TypeAlias = Any

HEADER = struct.Struct(">I")
MAX_FRAME = 8_000_000


def pack(message: JSON) -> bytes:
    """Return a message's bytes: four of length, then JSON."""
    body = json.dumps(message).encode()
    return HEADER.pack(len(body)) + body


def unpack(buffer: bytearray) -> JSON | None:
    """Take the first whole message off a buffer, None while there is none; raises ValueError for rubbish."""
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
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("a message nested too deep") from None


def read(descriptor: int) -> JSON | None:
    """Read one message from a blocking descriptor; None at its end."""
    buffer = bytearray()
    wanted = HEADER.size
    while True:
        while len(buffer) < wanted:
            piece = os.read(descriptor, min(wanted - len(buffer), 1 << 16))
            if not piece:
                return None
            buffer += piece
        if wanted > HEADER.size or HEADER.unpack_from(buffer)[0] == 0:
            return unpack(buffer)
        wanted += HEADER.unpack_from(buffer)[0]


def write(descriptor: int, message: JSON) -> None:
    """Write one message to a blocking descriptor."""
    data = memoryview(pack(message))
    while data:
        data = data[os.write(descriptor, data) :]
