"""--ai-concurrency: live trials overlap, and no reply is paid for in vain."""

from __future__ import annotations

import threading

import pytest

from assistant import Completion
from pytest_aiassert.integration.prefetch import PrefetchingProvider
from pytest_aiassert.providers import MockProvider

ASK = """
    import pytest
    good = {good}

    @pytest.mark.ai_eval(samples={samples}, min_pass_rate={bar})
    def test_ask(ai):
        reply = ai.complete("hi").text
        assert good is None or int(reply.split()[1]) in good
"""


@pytest.mark.parametrize(
    ("samples", "bar", "good", "asked"),
    [
        (10, 1.0, None, 10),  # the first failure decides, so only one trial is ever certain
        (10, 0.5, None, 5),
        (10, 0.5, [1, 3, 5, 7, 9], 9),
        (10, 0.5, [], 6),
        (1, 1.0, None, 1),
    ],
)
def test_as_many_requests_as_trials(run, chat_server, samples, bar, good, asked):
    source = ASK.format(samples=samples, bar=bar, good=good)
    run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-concurrency=8", source=source)
    assert len(chat_server.requests) == asked


def test_trials_really_overlap(run, chat_server):
    together = threading.Barrier(5, timeout=10)
    chat_server.before_reply = together.wait
    source = ASK.format(samples=10, bar=0.5, good=None)
    result = run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-concurrency=8", source=source)
    result.assert_outcomes(passed=1)  # the server answers nobody until five ask at once


def test_a_recording_is_complete_and_replays(run, chat_server):
    source = ASK.format(samples=6, bar=0.5, good=None)
    recorded = ("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once", "--ai-concurrency=4")
    run(*recorded, source=source).assert_outcomes(passed=1)
    assert len(chat_server.requests) == 6
    run("--ai-eval", "--ai-concurrency=4").assert_outcomes(passed=1)
    assert len(chat_server.requests) == 6


def test_a_failing_provider_is_told_as_ever(run):
    source = ASK.format(samples=6, bar=0.5, good=None)
    result = run("--ai-eval", "--ai-provider=openai+http://127.0.0.1:9/v1:m", "--ai-concurrency=4", source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *cannot reach http://127.0.0.1:9*"])


def test_later_questions_of_a_trial_are_asked_as_they_come():
    mock = MockProvider().reply(lambda request: Completion(text=request.prompt.upper()))
    turns: list[str] = []
    ai = PrefetchingProvider(mock, limit=4, certain=lambda: 3, opening=lambda: not turns)
    assert ai.complete("first").text == "FIRST"
    turns.append("one")
    assert ai.complete("second").text == "SECOND"
    assert "".join(map(str, ai.stream("third"))) == "THIRD"
    ai.close()
    assert [request.prompt for request in mock.calls].count("second") == 1
    assert [request.prompt for request in mock.calls].count("first") == 3


@pytest.mark.parametrize("value", ["0", "-2", "lots"])
def test_not_a_count(run, value):
    result = run("--ai-eval", f"--ai-concurrency={value}", source="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --ai-concurrency: '{value}' is not a whole number of at least 1"])
