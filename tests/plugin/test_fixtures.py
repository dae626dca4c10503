"""ai, mock_ai and replay_ai: four ways to ask, all of them recorded."""

from __future__ import annotations

import json

FOUR_WAYS = """
    import asyncio
    import pytest

    @pytest.mark.ai_eval({arguments})
    def test_ask({fixture}):
        ai = {fixture}
        {script}
        async def both():
            whole = await ai.acomplete("a")
            pieces = [str(chunk) async for chunk in ai.astream("b")]
            {finish}
            return whole.text, "".join(pieces)

        said = [ai.complete("c").text, "".join(str(chunk) for chunk in ai.stream("d")), *asyncio.run(both())]
        assert said == ["one two"] * 4
        assert ai.model and ai.name and repr(ai)
        ai.close()
"""


def replies(pytester):
    trial = json.loads((pytester.path / "out.json").read_text())["runs"][0]["cases"][0]["trials"][0]
    return [(turn["messages"][0]["content"], turn["reply"]["text"]) for turn in trial["turns"]]


EXPECTED = [("c", "one two"), ("d", "one two"), ("a", "one two"), ("b", "one two")]


def test_mock(run, pytester):
    source = FOUR_WAYS.format(fixture="mock_ai", arguments="", script="ai.reply('one two')", finish="pass")
    run("--ai-eval", "--ai-report=out.json", source=source).assert_outcomes(passed=1)
    assert replies(pytester) == EXPECTED


def test_ai_on_a_replay_of_a_mock_like_server(run, pytester, chat_server):
    chat_server.text = "one two"
    script = "ask, whole = ai.complete, []"
    source = FOUR_WAYS.format(fixture="ai", arguments="", script=script, finish="pass")
    recorded = ("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once")
    run(*recorded, "--ai-report=out.json", source=source).assert_outcomes(passed=1)
    assert replies(pytester) == EXPECTED
    run("--ai-eval", "--ai-report=again.json").assert_outcomes(passed=1)
    assert len(chat_server.requests) == 4


def test_replay_answers_from_the_cassette_whatever_is_under_test(run, chat_server):
    chat_server.text = "one two"
    source = """
    import pytest

    @pytest.mark.ai_eval(samples=2)
    def test_ask(ai, replay_ai):
        assert {} == "one two"
    """
    recorded = ("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once")
    run(*recorded, source=source.format('ai.complete("hi").text')).assert_outcomes(passed=1)
    result = run("--ai-eval", "--ai-provider=mock", source=source.format('replay_ai.complete("hi").text'))
    result.assert_outcomes(passed=1)


def test_an_unmarked_test_may_ask_too(run, chat_server):
    result = run(
        f"--ai-provider={chat_server.spec}", source="def test_ask(ai): assert ai.complete('hi').text == 'reply 1'"
    )
    result.assert_outcomes(passed=1)


def test_a_cassette_may_be_named_by_the_marker(run, pytester, chat_server):
    source = """
    import pytest

    @pytest.mark.ai_eval(cassette="tapes/{model}/{word}.json")
    @pytest.mark.parametrize("word", ["hi", "ho"])
    def test_ask(ai, word):
        assert "reply" in ai.complete(word).text
    """
    run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once", source=source).assert_outcomes(passed=2)
    assert sorted(str(p.relative_to(pytester.path)) for p in (pytester.path / "tapes").rglob("*.json")) == [
        "tapes/tiny/hi.json",
        "tapes/tiny/ho.json",
    ]
    run("--ai-eval", "--ai-provider=replay:tiny").assert_outcomes(passed=2)
    result = run("--ai-eval", "--ai-provider=replay")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["E *cassette='tapes/{model}/{word}.json' needs a model: use --ai-provider replay:MODEL*"]
    )


def test_a_cassette_name_that_cannot_be_filled_in(run):
    source = """
    import pytest

    @pytest.mark.ai_eval(cassette="tapes/{nothing}.json")
    def test_ask(ai): ai.complete("hi")
    """
    result = run("--ai-eval", source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *cassette='tapes/{nothing}.json' cannot be filled in: KeyError: 'nothing'*"])
    assert not [line for line in result.outlines if "/pytest_aiassert/" in line]
