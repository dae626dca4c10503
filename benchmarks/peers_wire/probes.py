"""One small test for each thing that may go wrong; `peer` is whatever tool an environment has.

In the mode "mock" a probe scripts its replies with `peer.reply`; in "record" and "replay" that does nothing.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import app
import pytest
from planted import KEYS

MODE = os.environ["MODE"]
Say = Callable[[str, object], None]


def test_openai(peer: Any) -> None:
    peer.reply("Hi there")
    assert "Hi" in app.ask("Hi")


def test_anthropic(peer: Any) -> None:
    peer.reply("Hi there")
    assert "Hi" in app.ask_anthropic("Hi")


def test_async(peer: Any) -> None:
    peer.reply("Hi there")
    assert "Hi" in app.run(app.ask_async("Hi"))


def test_aiohttp(peer: Any) -> None:
    peer.reply("Hi there")
    assert "Hi" in app.run(app.ask_aiohttp("Hi"))


def test_fixed_address(peer: Any, real: str) -> None:
    peer.reply("Hi there")
    assert "Hi" in app.ask("Hi", base_url=f"{real}/v1")


def test_thread(peer: Any) -> None:
    peer.reply("Hi there")
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(app.ask("Hi")))
    thread.start()
    thread.join()
    assert "Hi" in heard[0]


def test_unanswered(peer: Any) -> None:
    peer.reply("Hi there")
    app.ask("Hi")
    if MODE != "record":
        app.embed("Hi")


def test_swallowed(peer: Any) -> None:
    peer.reply("Hi there")
    app.ask("Hi")
    if MODE != "record":
        app.embed_stubbornly("Hi")


def test_unused_script(peer: Any) -> None:
    peer.reply("Hi there")


@pytest.mark.usefixtures("peer")
def test_unused_recording() -> None:
    app.ask("Hi")
    if MODE == "record":
        app.ask("Bye")


@pytest.mark.usefixtures("peer")
def test_other_prompt(record_property: Say) -> None:
    record_property("heard", app.ask("toaster" if MODE == "record" else "kettle"))


def test_miss(peer: Any, record_property: Say) -> None:
    peer.reply("Hi there", only_for="toaster")
    try:
        app.ask("kettle" if MODE != "record" else "toaster")
    except BaseException as error:
        told, link = "", error
        while link is not None:
            told, link = f"{told}\n{link}", link.__cause__ or link.__context__
        record_property("error", told)
        raise


@pytest.mark.usefixtures("peer")
def test_nth(record_property: Say) -> None:
    record_property("heard", [app.ask("Hi") for _ in range(3)])


@pytest.mark.usefixtures("peer")
def test_one_too_many(record_property: Say) -> None:
    heard = [app.ask("Hi"), app.ask("Hi")]
    record_property("heard", heard)
    if MODE == "replay":
        record_property("third", app.ask("Hi"))


@pytest.mark.usefixtures("peer")
def test_keys() -> None:
    app.ask("Hi", key=KEYS["bearer"])
    app.ask_anthropic("Hi", key=KEYS["x-api-key"])
    app.ask_gemini("Hi", KEYS["?key="])
    app.ask(f"My token is {KEYS['prompt']}, what now?")


@pytest.mark.usefixtures("peer")
def test_stream(record_property: Say) -> None:
    heard = app.stream("Hi")
    record_property("first", heard[0][0])
    record_property("last", heard[-1][0])
    record_property("texts", len(heard))


@pytest.mark.usefixtures("peer")
def test_pieces(record_property: Say) -> None:
    pieces = app.pieces("Hi")
    record_property("pieces", len(pieces))
    record_property("events", b"".join(pieces).count(b"data: "))


@pytest.mark.usefixtures("peer")
def test_threads() -> None:
    def work(number: int) -> None:
        for turn in range(5):
            app.ask(f"thread-{number}-{turn}.")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("peer")
def test_processes() -> None:
    meet("start")
    for turn in range(5):
        app.ask(f"process-{os.environ['WORKER']}-{turn}.")
    meet("end")


def test_load(peer: Any, record_property: Say) -> None:
    count = int(os.environ["COUNT"])
    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    with app.http().Client(timeout=30) as client:
        for number in range(count) if MODE == "record" else [count - 1]:
            prompt = f"Question number {number}: write a function that adds {number} to its argument"
            reply = client.post(url, json={"model": app.MODEL, "messages": app.messages(prompt)})
            assert reply.status_code == 200, reply.text
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    record_property("megabytes", peer.megabytes() if hasattr(peer, "megabytes") else peak)


def meet(place: str) -> None:
    """Wait until both processes have come here."""
    Path(f"{place}-{os.environ['WORKER']}").touch()
    deadline = time.monotonic() + 60
    while not all(Path(f"{place}-{worker}").exists() for worker in (0, 1)):
        assert time.monotonic() < deadline, "the other process did not come"
        time.sleep(0.01)
