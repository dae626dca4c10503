"""--ai-provider: who answers."""

from __future__ import annotations

import json

import pytest

ASK = """
    import pytest
    from pytest_aiassert import mentions

    @pytest.mark.ai_eval
    def test_ask(ai, expect):
        expect(ai.complete("hi")).to(mentions("{word}"))
"""


def test_a_live_provider_on_this_machine(run, chat_server):
    run("--ai-eval", "--ai-provider", chat_server.spec, source=ASK.format(word="reply 1")).assert_outcomes(passed=1)
    assert chat_server.requests[0]["messages"] == [{"role": "user", "content": "hi"}]


def test_mock_answers_without_any_network(run):
    run("--ai-eval", "--ai-provider=mock", source=ASK.format(word="mock provider")).assert_outcomes(passed=1)


def test_ini_twin_and_environment(run, pytester, monkeypatch):
    monkeypatch.setenv("AIASSERT_PROVIDER", "mock")
    result = run("--ai-eval", source=ASK.format(word="mock"))
    result.stdout.fnmatch_lines(["ai-eval: mock"])
    pytester.makeini("[pytest]\nai_provider = replay:one\nai_eval = true\n")
    result = run()
    result.stdout.fnmatch_lines(["ai-eval: replay:one"])
    result = run("--ai-provider=mock")
    result.stdout.fnmatch_lines(["ai-eval: mock"])


def test_the_marker_comes_first(run):
    source = ASK.format(word="mock").replace("ai_eval", "ai_eval(provider='mock')")
    run("--ai-eval", "--ai-provider=replay:other", source=source).assert_outcomes(passed=1)


def test_several_models_side_by_side(run, pytester, chat_server):
    result = run(
        "--ai-eval",
        "--ai-provider=mock",
        f"--ai-provider={chat_server.spec}",
        "--ai-report=out.json",
        "--ai-save-run=runs/{model}.jsonl",
        "-v",
        source=ASK.format(word="reply") + "\n    def test_plain(): pass\n",
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*::test_ask?mock? FAILED*", "*::test_ask?tiny? PASSED*"])
    runs = json.loads((pytester.path / "out.json").read_text())["runs"]
    assert [[case["id"] for case in run["cases"]] for run in runs] == [[f"{_module(pytester)}::test_ask"]] * 2
    assert sorted(p.name for p in (pytester.path / "runs").iterdir()) == ["mock.jsonl", "tiny.jsonl"]


def _module(pytester: pytest.Pytester) -> str:
    return next(pytester.path.glob("test_*.py")).name


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nonsense", "does not say KIND:MODEL"),
        ("openia:gpt", "did you mean 'openai'"),
        ("openai:", "names no model"),
        ("replay:", "names no model"),
        ("openai:gpt-5.1", "--ai-allow-network"),
    ],
)
def test_a_spec_that_cannot_work_ends_the_session_at_once(run, spec, said):
    result = run("--ai-eval", f"--ai-provider={spec}", source=ASK.format(word="x"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_the_same_provider_twice(run):
    result = run("--ai-eval", "--ai-provider=mock", "--ai-provider=mock", source=ASK.format(word="x"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is named twice*"])


def test_an_unreachable_provider_is_told_without_our_insides(run):
    result = run("--ai-eval", "--ai-provider=openai+http://127.0.0.1:9/v1:m", source=ASK.format(word="x"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *cannot reach http://127.0.0.1:9/v1/chat/completions*"])
    frames = [line for line in result.outlines if "/pytest_aiassert/" in line or "/assistant/" in line]
    assert frames == []


def test_a_missing_cassette_names_the_file_and_the_way_out(run):
    result = run("--ai-eval", source=ASK.format(word="x"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *no cassette at *cassettes/*/test_ask.json*--ai-record=once*"])
    assert not [line for line in result.outlines if "/pytest_aiassert/" in line]
