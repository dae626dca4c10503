"""A test that uses a fixture of ours calls no model by accident, whatever the application does with the refusal."""

from __future__ import annotations

import json
import socket

import pytest
from tests.plugin.traffic import SWALLOWING, messages, run_tests

FIXTURES = ("ai", "mock_ai", "replay_ai", "expect")


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


def test_a_skip_does_not_hide_what_was_swallowed(run):
    tests = (
        SWALLOWING
        + """
import pytest

def test_it(expect):
    ask(BaseException)
    pytest.skip("no answer")
"""
    )
    result = run_tests(run, tests)
    result.assert_outcomes(failed=1)
    assert len(messages(result)) == 1


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
