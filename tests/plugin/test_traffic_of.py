"""Whose traffic it is: that of threads, pools, loops and servers, and of several workers."""

from __future__ import annotations

import pytest
from tests.plugin.traffic import CALL, SWALLOWING, messages, run_tests

BELONGING = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor

def in_thread():
    thread = threading.Thread(target=quietly)
    thread.start()
    thread.join()

def quietly():
    try:
        call()
    except BaseException:
        pass

def in_pool():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(quietly).result()

def in_loop():
    async def ask():
        await asyncio.to_thread(quietly)
    asyncio.run(ask())

import pytest

@pytest.mark.parametrize("how", [in_thread, in_pool, in_loop])
def test_it(expect, how):
    how()
"""


def test_threads_pools_and_loops_belong_to_the_test(run):
    result = run_tests(run, BELONGING)
    result.assert_outcomes(failed=3)
    assert len(messages(result)) == 3


SERVER = """
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import pytest

class Application(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            call()
        except BaseException as error:
            self.send_error(500)
        else:
            self.send_error(204)

    def log_message(self, *_): pass

@pytest.fixture(scope="module")
def server():
    server = HTTPServer(("127.0.0.1", 0), Application)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()

@pytest.mark.parametrize("n", range(2))
def test_it(server, expect, n):
    assert httpx2.get(server).status_code == 500
"""


def test_a_server_of_a_module_asks_on_behalf_of_the_running_test(run):
    result = run_tests(run, SERVER)
    result.assert_outcomes(failed=2)
    assert [f"::test_it[{n}] is neither" in line for n, line in enumerate(messages(result))] == [True, True]


ANYIO = """
import pytest

@pytest.fixture(scope="module")
def anyio_backend():
    return "BACKEND"

@pytest.fixture(scope="module", autouse=True)
async def early(anyio_backend):
    yield

async def acall():
    async with httpx2.AsyncClient() as client:
        return await client.post("https://api.openai.com/v1/chat/completions", json={"model": "gpt-x"})

@pytest.mark.anyio
async def test_raising(expect):
    await acall()

@pytest.mark.anyio
async def test_swallowing(expect):
    try:
        await acall()
    except BaseException:
        pass

@pytest.mark.anyio
async def test_in_a_group(expect):
    import anyio
    async with anyio.create_task_group() as group:
        group.start_soon(acall)
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio_with_a_backend_of_the_module(pytester, backend):
    pytester.makepyfile(CALL + ANYIO.replace("BACKEND", backend))
    result = pytester.runpytest_subprocess("-p", "no:asyncio", "-p", "no:cacheprovider")
    assert result.parseoutcomes()["failed"] == 3
    assert len(messages(result)) == 3


def test_pytest_asyncio(pytester):
    source = ANYIO.partition("@pytest.mark.anyio")[2].replace("pytest.mark.anyio", "pytest.mark.asyncio")
    helper = ANYIO.partition("async def acall")[2].partition("@pytest.mark.anyio")[0]
    pytester.makepyfile(f"{CALL}\nimport pytest\nasync def acall{helper}\n@pytest.mark.asyncio{source}")
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    result = pytester.runpytest_subprocess("-p", "no:anyio", "-p", "no:cacheprovider")
    result.assert_outcomes(failed=3)


def test_two_workers(pytester):
    tests = (
        SWALLOWING
        + """
import pytest

@pytest.mark.parametrize("n", range(4))
def test_it(expect, n):
    if n % 2:
        ask(BaseException)
"""
    )
    pytester.makepyfile(CALL + tests)
    result = pytester.runpytest_subprocess("-n2", "-p", "no:anyio", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=2)
