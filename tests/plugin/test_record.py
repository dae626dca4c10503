"""--ai-record: what is recorded, what is replayed, and that nothing is lost."""

from __future__ import annotations

import json

import pytest
from tests.plugin.openai_server import ChatServer

ASK = """
    import pytest

    @pytest.mark.ai_eval(samples=2)
    def test_ask(ai):
        assert "reply" in ai.complete("{prompt}").text
"""


@pytest.fixture
def cassette(pytester):
    """Where the test's replies lie, with a reader."""

    class Recorded:
        @property
        def path(self):
            module = next(pytester.path.glob("test_*.py")).stem
            return pytester.path / "cassettes" / module / "test_ask.json"

        @property
        def replies(self):
            exchanges = json.loads(self.path.read_text())["exchanges"]
            return [e["response"]["body"]["json"]["choices"][0]["message"]["content"] for e in exchanges]

    return Recorded()


def live(server, mode):
    return ("--ai-eval", f"--ai-provider={server.spec}", f"--ai-record={mode}")


def test_once_records_and_then_replays(run, chat_server, cassette):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi")).assert_outcomes(passed=1)
    assert cassette.replies == ["reply 1", "reply 2"]
    run(*live(chat_server, "once")).assert_outcomes(passed=1)
    run("--ai-eval").assert_outcomes(passed=1)
    assert len(chat_server.requests) == 2


def test_once_refuses_what_is_not_recorded(run, chat_server, cassette, pytester):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    before = cassette.path.read_bytes()
    source = next(pytester.path.glob("test_*.py"))
    source.write_text(source.read_text().replace('"hi"', '"ho"'))
    result = run(*live(chat_server, "once"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *messages?0?.content 'hi' → 'ho'*"])
    assert cassette.path.read_bytes() == before


def test_new_adds_what_is_missing(run, chat_server, cassette, pytester):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    source = next(pytester.path.glob("test_*.py"))
    source.write_text(source.read_text().replace("samples=2", "samples=3"))
    run(*live(chat_server, "new")).assert_outcomes(passed=1)
    assert cassette.replies == ["reply 1", "reply 2", "reply 3"]


def test_all_records_anew(run, chat_server, cassette):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    run(*live(chat_server, "all")).assert_outcomes(passed=1)
    assert cassette.replies == ["reply 3", "reply 4"]


def test_all_loses_nothing_when_the_provider_fails(run, chat_server, cassette):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    before = cassette.path.read_bytes()
    chat_server.stop()
    run(*live(chat_server, "all")).assert_outcomes(failed=1)
    assert cassette.path.read_bytes() == before


def test_replay_has_no_more_replies_than_were_recorded(run, chat_server, cassette, pytester):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    source = next(pytester.path.glob("test_*.py"))
    source.write_text(source.read_text().replace("samples=2", "samples=3"))
    result = run("--ai-eval")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*recorded 2 replies*--ai-record=new*"])


@pytest.mark.parametrize("damage", ["", "{", '{"version": 1, "exchanges": [{}]}', '{"version": 99}', "[]", "\x00\xff"])
def test_a_damaged_cassette_is_named_and_kept(run, chat_server, cassette, damage):
    run(*live(chat_server, "once"), source=ASK.format(prompt="hi"))
    cassette.path.write_text(damage, encoding="latin-1")
    for arguments in (("--ai-eval",), live(chat_server, "new")):
        result = run(*arguments)
        result.assert_outcomes(failed=1)
        assert "test_ask.json" in result.stdout.str()
        assert cassette.path.read_text(encoding="latin-1") == damage


def test_recording_from_a_recording_makes_no_sense(run):
    result = run("--ai-eval", "--ai-record=new", source=ASK.format(prompt="hi"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*nothing to record from*"])


def test_several_models_share_a_cassette(run, chat_server, cassette):
    other = chat_server.spec.replace(":tiny", ":huge")
    both = (f"--ai-provider={chat_server.spec}", f"--ai-provider={other}")
    run("--ai-eval", *both, "--ai-record=new", source=ASK.format(prompt="hi")).assert_outcomes(passed=2)
    assert cassette.replies == ["reply 1", "reply 2", "reply 3", "reply 4"]
    run("--ai-eval", "--ai-provider=replay:tiny", "--ai-provider=replay:huge").assert_outcomes(passed=2)
    result = run("--ai-eval", "--ai-provider=replay:other")
    result.stdout.fnmatch_lines(["*no recording of model 'other'*tiny, huge*"])


def test_a_recording_has_every_sample_though_fewer_decide(run, chat_server, cassette):
    source = ASK.format(prompt="hi").replace("samples=2", "samples=5, min_pass_rate=0.4")
    run(*live(chat_server, "once"), source=source).assert_outcomes(passed=1)
    assert len(cassette.replies) == 5


def test_all_anew_for_one_model_keeps_the_others(run, chat_server, cassette):
    other = chat_server.spec.replace(":tiny", ":huge")
    both = (f"--ai-provider={chat_server.spec}", f"--ai-provider={other}")
    run("--ai-eval", *both, "--ai-record=new", source=ASK.format(prompt="hi"))
    run(*live(chat_server, "all")).assert_outcomes(passed=1)
    assert sorted(cassette.replies) == ["reply 3", "reply 4", "reply 5", "reply 6"]
    run("--ai-eval", "--ai-provider=replay:tiny", "--ai-provider=replay:huge").assert_outcomes(passed=2)
    assert [p.name for p in cassette.path.parent.iterdir()] == ["test_ask.json"]


def test_models_recorded_from_different_servers_replay_side_by_side(run, chat_server, cassette):
    second = ChatServer()
    try:
        other = second.spec.replace(":tiny", ":huge")
        run("--ai-eval", f"--ai-provider={chat_server.spec}", f"--ai-provider={other}", "--ai-record=new",
            source=ASK.format(prompt="hi")).assert_outcomes(passed=2)  # fmt: skip
    finally:
        second.stop()
    run("--ai-eval", "--ai-provider=replay:tiny", "--ai-provider=replay:huge").assert_outcomes(passed=2)
