"""Marks that cannot work: an error at collection that names test and argument, before anything runs."""

from __future__ import annotations

import pytest

MARKED = """
    import pytest

    @pytest.mark.ai_eval({arguments})
    def test_reply(ai):
        assert ai.complete("hi").text
"""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("tags=5", "tags=5 is not a list of names"),
        ("tags=None", "tags=None is not a list of names"),
        ("tags=['a', 1]", "tags=['a', 1] is not a list of names"),
        ("cassette=5", "cassette=5 is not a text"),
        ("cassette=''", "cassette='' is not a text"),
        ("cassette='a\\0b'", "cassette='a\\x00b' is not a text"),
        ("provider=5", "provider=5 is not a text"),
        ("provider=''", "provider='' is not a text"),
        ("weight=10**400", "is not a positive number"),
        ("weight=float('nan')", "weight=nan is not a positive number"),
        ("min_pass_rate=float('nan')", "min_pass_rate=nan is not above 0"),
        ("samples=True", "samples=True is not a whole number"),
    ],
)
def test_an_argument_of_the_wrong_kind(run, arguments, complaint):
    result = run("--ai-eval", source=MARKED.format(arguments=arguments))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.stderr.lines if line.startswith("ERROR:")]
    assert "::test_reply: marker ai_eval " in line
    assert complaint in line


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("claude", "does not say KIND:MODEL"),
        ("openai:gpt-5", "--ai-allow-network"),
        ("openai+http://example.org/v1:m", "--ai-allow-network"),
        ("replay:", "names no model"),
    ],
)
def test_a_provider_that_may_not_be_called(run, monkeypatch, spec, complaint):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    result = run("--ai-eval", source=MARKED.format(arguments=f"provider={spec!r}"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_reply: marker ai_eval provider: *{complaint}*"])


def test_without_the_flag_no_test_calls_a_remote_model(run, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("AIASSERT_PROVIDER", "openai:gpt-5")
    source = """
        def test_unmarked(ai):
            ai.complete("hi")
    """
    result = run(source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *UsageError: openai:gpt-5 would call *--ai-allow-network*"])


def test_a_mock_cannot_be_recorded(run):
    result = run("--ai-eval", "--ai-provider=mock", "--ai-record=once", source=MARKED.format(arguments=""))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-provider: *'mock' has nothing to record from*"])


def test_a_marked_mock_stands_beside_recordings(run, chat_server):
    source = MARKED.format(arguments="provider='mock'")
    run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once", source=source).assert_outcomes(passed=1)
    assert chat_server.requests == []
