"""Whose traffic it is, and that the process is as it was afterwards."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import anyio
import httpx
import httpx2
import pytest
import trio
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Answering, json_response

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import apart, intercept
from pytest_aiassert.wire.intercept.seams import SEAMS


def state():
    """What interception replaces while it lasts."""
    loaded = {name: sys.modules[name] for name in SEAMS if name in sys.modules}
    functions = [
        (name, owner, function, vars(owner).get(function))
        for name, module in loaded.items()
        for owner, function, _ in SEAMS[name](module)
    ]
    return functions, list(sys.meta_path)


@pytest.fixture(autouse=True)
def leaves_nothing():
    before = state()
    yield
    assert state() == before


def answering(text):
    return Tap(text, [Answering(json_response(f'"{text}"'))])


def ask(library=httpx2):
    return library.get(MODEL_URL).json()


async def ask_async(library=httpx2):
    async with library.AsyncClient() as client:
        return (await client.get(MODEL_URL)).json()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit, SystemExit])
def test_everything_is_as_it_was_also_after_an_error(error):
    with pytest.raises(error), intercept(Tap("t")):
        raise error


def test_everything_is_as_it_was_when_a_seam_breaks(monkeypatch):
    broken = {**SEAMS, "socket": lambda _module: 1 / 0}
    monkeypatch.setattr("pytest_aiassert.wire.intercept.switchboard.SEAMS", broken)
    monkeypatch.setattr("pytest_aiassert.wire.intercept.switchboard._BOARD._known", {})
    with pytest.raises(ZeroDivisionError), intercept(Tap("t")):
        pytest.fail("not reached")


def test_the_inner_tap_answers_until_its_end():
    with intercept(answering("outer")):
        with intercept(answering("inner")):
            assert ask() == "inner"
        assert ask() == "outer"


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_threads_and_pools_without_the_context_are_the_only_tap_s(library):
    said = []
    with intercept(answering("mine")):
        thread = threading.Thread(target=lambda: said.append(ask(library)))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(2) as pool:
            said += pool.map(ask, [library] * 4)
    assert said == ["mine"] * 5


def test_a_thread_inside_nested_taps_is_the_inner_one_s():
    with intercept(answering("outer")), intercept(answering("inner")), ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == "inner"


@pytest.mark.parametrize("run", [asyncio.run, anyio.run, trio.run], ids=["asyncio", "anyio", "trio"])
def test_event_loops(run):
    async def asking():
        return [await ask_async(library) for library in (httpx, httpx2)]

    with intercept(answering("mine")):
        assert run(asking if run is not asyncio.run else asking()) == ["mine", "mine"]


def test_tasks_and_threads_of_a_loop():
    async def asking():
        others = await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(3)))
        return [*others, await asyncio.create_task(ask_async())]

    with intercept(answering("mine")):
        assert asyncio.run(asking()) == ["mine"] * 4


def test_a_loop_that_was_started_before_the_tap():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        with intercept(answering("mine")):
            assert asyncio.run_coroutine_threadsafe(ask_async(), loop).result(10) == "mine"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_what_was_started_in_a_test_that_is_over_belongs_to_the_next():
    with intercept(answering("first")):
        context = contextvars.copy_context()
    with intercept(answering("second")):
        assert context.run(ask) == "second"


def test_two_taps_in_two_threads_each_get_their_own():
    both = threading.Barrier(2)

    def run_test(name):
        with intercept(answering(name)):
            both.wait(10)
            said = ask()
            both.wait(10)
        return said

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run_test, ["one", "two"])) == ["one", "two"]


def in_a_thread_of_nobody(taps, ask_it):
    """Run something in a thread of no context while all of the taps are active, each in a context of its own."""
    started, over = threading.Barrier(len(taps) + 1), threading.Event()

    def hold(tap):
        with intercept(tap):
            started.wait(10)
            over.wait(10)

    with ThreadPoolExecutor(len(taps)) as pool:
        holding = [pool.submit(hold, tap) for tap in taps]
        started.wait(10)
        try:
            return ask_it()
        finally:
            over.set()
            for held in holding:
                held.result(10)


def test_what_is_sent_apart_is_no_test_s(origin):
    tap = Tap("t", [Answering(json_response("1"))])
    with intercept(tap):
        with apart():
            assert httpx2.get(f"{origin.url}/cookie").text == "sweet"
        assert ask() == 1


def test_after_an_inner_tap_the_context_is_the_outer_one_s_again():
    other, over = threading.Event(), threading.Event()

    def run_other_test():
        with intercept(Tap("other")):
            other.set()
            over.wait(10)

    with ThreadPoolExecutor(1) as pool, intercept(answering("outer")):
        with intercept(answering("inner")):
            pass
        pool.submit(run_other_test)
        assert other.wait(10)
        try:
            assert ask() == "outer"
        finally:
            over.set()


def test_traffic_that_could_be_of_either_is_refused_for_both():
    taps = [answering("test_one"), answering("test_two")]
    with pytest.raises(TrafficRefusedError, match=r"none of the 2 tests running now \(test_one, test_two\)"):
        in_a_thread_of_nobody(taps, ask)
    assert [len(tap.refusals) for tap in taps] == [1, 1]


def test_other_traffic_of_either_passes(origin):
    taps = [answering("test_one"), answering("test_two")]
    assert in_a_thread_of_nobody(taps, lambda: httpx2.get(f"{origin.url}/cookie").text) == "sweet"


def test_a_bare_connection_that_could_be_of_either_is_refused():
    with pytest.raises(TrafficRefusedError):
        in_a_thread_of_nobody([Tap("a"), Tap("b")], lambda: socket.getaddrinfo("api.openai.com", 443))


def test_a_reloaded_library_is_still_looked_at():
    with intercept(answering("mine")):
        importlib.reload(httpx)
        assert ask(httpx) == "mine"


def test_a_library_that_is_forgotten_and_imported_anew_is_looked_at(monkeypatch):
    kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "httpx"}
    try:
        with intercept(answering("mine")):
            for name in kept:
                del sys.modules[name]
            again = importlib.import_module("httpx")
            assert again is not httpx
            assert ask(again) == ask(httpx) == "mine"
        with intercept(answering("mine")):
            assert ask(again) == "mine"
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "httpx"]:
            del sys.modules[name]
        sys.modules.update(kept)
    with intercept(answering("mine")):
        assert ask(httpx) == "mine"


def test_a_library_of_another_shape_is_guarded_beneath(monkeypatch):
    """As a future version may have it, or a module that another thread has half imported."""
    monkeypatch.setitem(sys.modules, "httpx._transports.default", ModuleType("httpx._transports.default"))
    with intercept(Tap("t")) as tap:
        with pytest.raises(TrafficRefusedError, match=r"a connection to api\.openai\.com"):
            ask(httpx)
        assert len(tap.refusals) == 1


def test_nothing_is_imported():
    program = """
import sys
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import apart, intercept
with intercept(Tap("t")):
    pass
print(sorted({"httpx", "httpx2", "aiohttp", "anyio", "http.client", "asyncio", "grpc"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
