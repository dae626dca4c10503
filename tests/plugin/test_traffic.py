"""A test that uses a fixture of ours calls no model by accident, whatever the application does with the refusal."""

from __future__ import annotations

import json
import socket

import pytest

FIXTURES = ("ai", "mock_ai", "replay_ai", "expect")

CALL = """
import httpx2

def call(host="api.openai.com"):
    return httpx2.post(f"https://{host}/v1/chat/completions", json={"model": "gpt-x"})
"""


def messages(result) -> list[str]:
    """Return the refusals that reports tell, without the session's short summary."""
    return [line for line in result.outlines if "refused:" in line and not line.startswith(("FAILED", "ERROR"))]


def run_tests(run, tests: str, *options: str):
    """Run tests, which may use `call`; every refusal must be told once."""
    return run(*options, source=CALL + tests)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_every_fixture_guards_its_test(run, fixture):
    result = run_tests(run, f"\ndef test_it({fixture}):\n    call()\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        "E *refused: POST https://api.openai.com/v1/chat/completions for model 'gpt-x' in *::test_it is neither*"
    )
    assert len(messages(result)) == 1


def test_a_test_that_uses_none_is_left_alone(run):
    tests = """
import socket
before = socket.getaddrinfo

def test_it():
    assert socket.getaddrinfo is before

def test_other(expect):
    assert socket.getaddrinfo is not before

def test_again():
    assert socket.getaddrinfo is before
"""
    run_tests(run, tests).assert_outcomes(passed=3)


def test_fixtures_that_are_set_up_earlier_and_torn_down_later_are_guarded(run):
    tests = """
import pytest

@pytest.fixture
def early():
    call()

@pytest.fixture
def late():
    yield
    call()

def test_early(early, expect): pass
def test_late(late, expect): pass
def test_free(): pass
"""
    result = run_tests(run, tests)
    result.assert_outcomes(passed=2, errors=2)
    assert len(messages(result)) == 2


def test_a_fixture_asked_for_by_name_guards_from_there(run):
    result = run_tests(run, "\ndef test_it(request):\n    request.getfixturevalue('expect')\n    call()\n")
    result.assert_outcomes(failed=1)
    assert len(messages(result)) == 1


SWALLOWING = """
def ask(kind):
    for _ in range(3):
        try:
            return call()
        except kind:
            continue
"""


def test_an_application_that_swallows_every_exception_and_retries_is_stopped_at_once(run):
    result = run_tests(run, SWALLOWING + "\ndef test_it(expect):\n    ask(Exception)\n")
    result.assert_outcomes(failed=1)
    assert len(messages(result)) == 1
    assert "times" not in result.stdout.str()


def test_an_application_that_swallows_everything_fails_its_test_once(run):
    result = run_tests(run, SWALLOWING + "\ndef test_it(expect):\n    ask(BaseException)\n")
    result.assert_outcomes(failed=1)
    assert len(messages(result)) == 1
    result.stdout.fnmatch_lines("*the application swallowed this (3 times in all)")


def test_a_test_that_fails_by_that_is_told_why(run):
    result = run_tests(run, SWALLOWING + "\ndef test_it(expect):\n    assert ask(BaseException) == 'Paris'\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert None == 'Paris'", "E *refused: POST https://api.openai.com*"])
    assert len(messages(result)) == 1


def test_a_refusal_that_was_wrapped_is_not_told_twice(run):
    tests = """
def test_it(expect):
    try:
        call()
    except BaseException as error:
        raise RuntimeError("no answer") from error
"""
    result = run_tests(run, tests)
    result.assert_outcomes(failed=1)
    assert len(messages(result)) == 1


@pytest.mark.parametrize(("expected", "outcome"), [(True, "passed"), (False, "failed")])
def test_a_refusal_that_was_meant_is_no_failure(run, expected, outcome):
    tests = f"""
import pytest
from pytest_aiassert.errors import TrafficRefusedError

def test_it(expect):
    with pytest.raises(TrafficRefusedError) as caught:
        call()
    caught.value.expected = {expected}
"""
    run_tests(run, tests).assert_outcomes(**{outcome: 1})


def test_what_is_swallowed_in_teardown_is_told_there(run):
    tests = (
        SWALLOWING
        + """
import pytest

@pytest.fixture
def late():
    yield
    ask(BaseException)

def test_it(late, expect): pass
"""
    )
    result = run_tests(run, tests)
    result.assert_outcomes(passed=1, errors=1)
    assert len(messages(result)) == 1


def test_teardown_that_fails_by_that_is_told_why(run):
    tests = (
        SWALLOWING
        + """
import pytest

@pytest.fixture
def late():
    yield
    assert ask(BaseException) == "Paris"

def test_it(late, expect): pass
"""
    )
    result = run_tests(run, tests)
    result.assert_outcomes(passed=1, errors=1)
    assert len(messages(result)) == 1


@pytest.mark.parametrize("option", ["--ai-allow-network", "--ai-record=once", "--ai-record=all"])
def test_the_network_may_be_allowed(run, option):
    tests = """
import pytest, socket

def test_it(mock_ai, monkeypatch):
    with pytest.raises(OSError, match="offline"):
        socket.getaddrinfo("api.openai.com", 443)

@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def getaddrinfo(*_, **__):
        raise OSError("offline")
    monkeypatch.setattr("_socket.getaddrinfo", getaddrinfo)
"""
    run_tests(run, tests, option).assert_outcomes(passed=1)


def test_a_refusal_in_a_trial_is_no_verdict(run, pytester):
    tests = """
import pytest

@pytest.mark.ai_eval(samples=3, min_pass_rate=0.3)
def test_it(mock_ai):
    mock_ai.reply("4")
    mock_ai.complete("2+2")
    call()
"""
    result = run_tests(run, tests, "--ai-eval", "--ai-report=out.json")
    result.assert_outcomes(failed=1)
    [case] = json.loads((pytester.path / "out.json").read_text())["runs"][0]["cases"]
    assert [trial["outcome"] for trial in case["trials"]] == ["error"]


def test_each_trial_has_a_tap_of_its_own(run):
    tests = """
import pytest

@pytest.mark.ai_eval(samples=3)
def test_it(mock_ai):
    mock_ai.reply("4")
    assert mock_ai.complete("2+2").text == "4"
"""
    run_tests(run, tests, "--ai-eval").assert_outcomes(passed=1)


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


def test_an_interrupted_session_leaves_nothing_patched(pytester):
    before = socket.getaddrinfo
    tests = "\ndef test_it(expect):\n    raise KeyboardInterrupt\n"
    pytester.makepyfile(tests)
    assert pytester.inline_run("-p", "no:asyncio", no_reraise_ctrlc=True).ret == pytest.ExitCode.INTERRUPTED
    assert socket.getaddrinfo is before


def test_a_session_inside_a_test_has_taps_of_its_own(run, pytester, expect):
    """This very test has a tap, too: what the inner test is refused, it is not."""
    run_tests(run, "\ndef test_it(expect):\n    call()\n").assert_outcomes(failed=1)


ASKING = """
import asyncio

def ask_in_four_ways(ai):
    async def both():
        return (await ai.acomplete("a")).text, "".join([str(chunk) async for chunk in ai.astream("b")])

    return [ai.complete("c").text, "".join(str(chunk) for chunk in ai.stream("d")), *asyncio.run(both())]

def test_it(ai, ai_wire):
    ai_wire.openai.reply("mocked")
    assert ask_in_four_ways(ai) == ["real"] * 4
    said = httpx2.post("https://api.openai.com/v1/chat/completions", json={"model": "m", "messages": []}).json()
    assert said["choices"][0]["message"]["content"] == "mocked"
"""


@pytest.mark.parametrize("options", [(), ("--ai-record=once",)])
def test_the_provider_under_test_is_not_the_application(run, chat_server, options):
    """Its requests reach its server, although the test mocks the same API."""
    chat_server.text = "real"
    run_tests(run, ASKING, f"--ai-provider={chat_server.spec}", *options).assert_outcomes(passed=1)
    assert len(chat_server.requests) == 4


def test_a_guarded_test_imports_no_http_library(pytester):
    tests = """
import sys

def test_it(expect):
    assert not {"httpx", "httpx2", "aiohttp", "http.client"} & set(sys.modules)
"""
    pytester.makepyfile(tests)
    options = ("-p", "no:anyio", "-p", "no:asyncio", "-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:cov")
    pytester.runpytest_subprocess(*options, "-p", "no:cacheprovider").assert_outcomes(passed=1)
