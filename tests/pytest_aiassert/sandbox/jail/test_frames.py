"""Messages over a descriptor: whole, in order, bounded."""

from __future__ import annotations

import os
import threading

import pytest

from pytest_aiassert.sandbox.jail import frames


def test_messages_come_out_whole_and_in_order():
    buffer = bytearray()
    for byte in frames.pack({"a": 1}) + frames.pack({"b": [2]}):
        buffer.append(byte)

    assert frames.unpack(buffer) == {"a": 1}
    assert frames.unpack(buffer) == {"b": [2]}
    assert frames.unpack(buffer) is None


def test_a_message_is_waited_for_until_it_is_whole():
    packed = frames.pack({"text": "x" * 100})

    assert frames.unpack(bytearray(packed[:3])) is None
    assert frames.unpack(bytearray(packed[:50])) is None


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff\xff\xff", b"\0\0\0\3abc", b"\0\0\0\1\xff", frames.HEADER.pack(100_000) + b"[" * 100_000, b"\0\0\0\0"],
    ids=["too long", "no JSON", "no text", "too deep", "empty"],
)
def test_rubbish_is_a_value_error(data):
    with pytest.raises(ValueError):
        frames.unpack(bytearray(data))


def test_a_descriptor_carries_messages_of_any_size():
    reading, writing = os.pipe()
    messages = [{"n": 1}, {"text": "x" * 300_000}, {"n": 2}]

    def send():
        for message in messages:
            frames.write(writing, message)
        os.close(writing)

    sender = threading.Thread(target=send)
    sender.start()
    received = [frames.read(reading) for _ in messages]
    sender.join()

    assert received == messages
    assert frames.read(reading) is None
    os.close(reading)
