from __future__ import annotations

import logging

import pytest

from assistant.events import Emitter, Event, RequestStarted

STARTED = RequestStarted(id=1, provider="openai", model="m")


def test_listeners_hear_in_order_until_they_stop() -> None:
    heard: list[tuple[str, Event]] = []
    emitter = Emitter(lambda event: heard.append(("first", event)))
    stop = emitter.listen(lambda event: heard.append(("second", event)))
    emitter.emit(STARTED)
    stop()
    stop()
    emitter.emit(STARTED)
    assert [name for name, _ in heard] == ["first", "second", "first"]
    assert heard[0][1] is STARTED


def test_a_broken_listener_is_logged_and_silences_nobody(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def broken(event: Event) -> None:
        raise ValueError("oops")

    with caplog.at_level(logging.ERROR):
        Emitter(broken, heard.append).emit(STARTED)
    assert heard == [STARTED]
    assert "RequestStarted" in caplog.text
    assert "oops" in caplog.text


def test_emitters_share_nothing() -> None:
    heard: list[Event] = []
    Emitter(heard.append)
    Emitter().emit(STARTED)
    assert heard == []
