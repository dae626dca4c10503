"""--ai-judge: who judges for judged_by and better_than, recorded, replayed and counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

JUDGED = """
    import pytest
    from pytest_aiassert import judged_by

    @pytest.mark.ai_eval(samples=2)
    def test_kind(ai, expect):
        expect(ai.complete("Say hello.")).to(judged_by("Is kind."))
"""
GOLDEN = "version: 1\nname: small\ncases: [{id: hello, prompt: Say hello., checks: [{judged_by: Is kind.}]}]\n"


def exchanges(path: Path) -> list[tuple[str, str]]:
    found = json.loads(path.read_text())["exchanges"]
    return [(each.get("role", ""), each["request"]["body"]["json"]["model"]) for each in found]


def judge_of(chat_server) -> str:
    return chat_server.spec.replace(":tiny", ":wise")


@pytest.fixture
def live(chat_server) -> tuple[str, ...]:
    return ("--ai-eval", f"--ai-provider={chat_server.spec}", f"--ai-judge={judge_of(chat_server)}")


def test_replies_and_judgements_are_recorded_and_replayed_together(run, chat_server, live, pytester):
    run(*live, "--ai-record=once", source=JUDGED).assert_outcomes(passed=1)
    (cassette,) = pytester.path.rglob("*.json")
    # two replies that differ, and a judgement of each
    assert sorted(exchanges(cassette)) == [("", "tiny"), ("", "tiny"), ("judge", "wise"), ("judge", "wise")]
    asked, before = len(chat_server.requests), cassette.read_bytes()
    run("--ai-eval").assert_outcomes(passed=1)
    run("--ai-eval", "--ai-provider=replay:tiny", "--ai-judge=replay:wise").assert_outcomes(passed=1)
    assert len(chat_server.requests) == asked
    assert cassette.read_bytes() == before


def test_the_judge_is_told_what_was_asked(run, chat_server, live):
    run(*live, "--ai-record=once", source=JUDGED)
    judging = next(request for request in chat_server.requests if request["model"] == "wise")
    assert "Say hello." in judging["messages"][1]["content"]
    assert "reply 1" in judging["messages"][1]["content"]


def test_one_model_can_answer_and_judge(run, chat_server, pytester):
    same = ("--ai-eval", f"--ai-provider={chat_server.spec}", f"--ai-judge={chat_server.spec}")
    run(*same, "--ai-record=once", source=JUDGED).assert_outcomes(passed=1)
    run("--ai-eval").assert_outcomes(passed=1)
    asked = len(chat_server.requests)
    run(*same, "--ai-record=all").assert_outcomes(passed=1)
    assert len(chat_server.requests) == 2 * asked
    (cassette,) = pytester.path.rglob("*.json")
    assert sorted(exchanges(cassette)) == [("", "tiny")] * 2 + [("judge", "tiny")] * 2
    run("--ai-eval").assert_outcomes(passed=1)


def test_judgements_are_added_to_replies_that_are_recorded(run, chat_server, live, pytester):
    plain = JUDGED.replace('judged_by("Is kind.")', "length(1)").replace("import judged_by", "import length")
    run(*live, "--ai-record=once", source=plain).assert_outcomes(passed=1)
    run("--ai-eval", source=JUDGED).assert_outcomes(failed=1)  # nothing is asked by accident
    asked = len(chat_server.requests)
    judge = f"--ai-judge={judge_of(chat_server)}"
    run("--ai-eval", judge, "--ai-record=new").assert_outcomes(passed=1)
    assert [request["model"] for request in chat_server.requests[asked:]] == ["wise", "wise"]
    run("--ai-eval").assert_outcomes(passed=1)


def test_a_missing_recording_says_how_to_make_it(run, chat_server):
    source = JUDGED.replace("(ai, expect)", "(mock_ai, expect)").replace("ai.complete", "mock_ai.reply('hi').complete")
    result = run("--ai-eval", source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*CassetteError: *has no recorded judge; record one with *--ai-judge SPEC*"])
    result.stdout.fnmatch_lines(["*1 error ·*"])


def test_a_reply_that_was_not_recorded_is_a_miss_of_the_judge(run, chat_server, live, pytester):
    run(*live, "--ai-record=once", source=JUDGED).assert_outcomes(passed=1)
    result = run("--ai-eval", source=JUDGED.replace("Is kind.", "Is unkind."))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*CassetteMissError*Is kind.*Is unkind.*--ai-record=new --ai-judge SPEC*"])


@pytest.mark.parametrize(
    ("judgement", "said"),
    [
        ('{"reason": "wow", "score": 7}', "*JudgeError: judge 'Is kind.' returned 7, outside 0–1*"),
        ("I would rather talk about the weather.", "*JudgeError: judge 'Is kind.' gave an answer that cannot be used*"),
    ],
)
def test_a_judge_that_fails_makes_an_error_and_no_failure(run, chat_server, live, judgement, said):
    chat_server.judgement = judgement
    result = run(*live, "--ai-record=once", "--ai-report=out.json", source=JUDGED)
    result.stdout.fnmatch_lines([said])
    (trial,) = json.loads(Path("out.json").read_text())["runs"][0]["cases"][0]["trials"]
    assert trial["outcome"] == "error"
    assert trial["judging"]["calls"] == 2  # asked, and asked again: it has its price
    run("--ai-eval").assert_outcomes(failed=1)  # replayed, it is the same error


def test_a_low_score_is_a_failure_with_its_reason(run, chat_server, live):
    chat_server.judgement = '{"reason": "it shouts", "score": 0.2}'
    result = run(*live, "--ai-record=once", source=JUDGED)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*0.2 on 0–1, 0.7 needed: it shouts*"])


def test_what_judging_took_is_saved_and_shown_apart(run, chat_server, live):
    result = run(
        *live, "--ai-record=once", "--ai-save-run=run.jsonl", "--ai-report=r.json", "--ai-report=r.md",
        "--ai-report=r.html", source=JUDGED,
    )  # fmt: skip
    result.stdout.fnmatch_lines(["*2 trials · 10 tokens · judged: 2 answers of wise, 10 tokens · *"])
    taken = {"calls": 1, "cost": None, "input_tokens": 3, "model": "wise", "output_tokens": 2}
    trial = json.loads(Path("run.jsonl").read_text().splitlines()[1])
    assert trial["judging"] == taken
    assert trial["verdicts"][0]["judging"] == taken
    report = json.loads(Path("r.json").read_text())["runs"][0]
    assert report["tokens"] == 10
    assert report["judging"] == taken | {"calls": 2, "input_tokens": 6, "output_tokens": 4}
    assert "was judged by models: 2 answers of wise, 10 tokens" in Path("r.md").read_text()
    assert "was judged by models: 2 answers of wise, 10 tokens" in Path("r.html").read_text()


def test_judging_counts_against_the_budget(run):
    source = """
        import pytest
        from assistant import Completion
        from pytest_aiassert import MockProvider, judged_by

        @pytest.mark.ai_eval(samples=9)
        def test_kind(mock_ai, expect):
            answer = Completion(text='{"reason": "", "score": 1}', cost=0.4)
            reply = mock_ai.reply("hello").complete("Hi")
            expect(reply).to(judged_by("Is kind.", judge=MockProvider().reply(answer)))
    """
    result = run("--ai-eval", "--ai-budget=1", source=source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*BudgetError: replies have cost $1.2000 of --ai-budget $1.0000*"])
    result.stdout.fnmatch_lines(["*judged: $1.20 for 3 answers of mock*"])


def test_a_live_judge_is_asked_once_for_the_same_reply(run, chat_server):
    source = """
        import pytest
        from pytest_aiassert import judged_by

        @pytest.mark.ai_eval(samples=3)
        @pytest.mark.parametrize("number", [1, 2])
        def test_kind(mock_ai, expect, number):
            expect(mock_ai.reply("hello").complete("Hi")).to(judged_by("Is kind."), judged_by("Is kind.", votes=3))
    """
    run("--ai-eval", f"--ai-judge={judge_of(chat_server)}", source=source).assert_outcomes(passed=2)
    assert len(chat_server.requests) == 1 + 3


def test_a_judge_named_in_the_test_is_recorded_and_replayed(run, chat_server):
    source = JUDGED.replace('"Is kind."', f'"Is kind.", judge="{judge_of(chat_server)}"')
    run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once", source=source).assert_outcomes(passed=1)
    asked = len(chat_server.requests)
    run("--ai-eval").assert_outcomes(passed=1)
    assert len(chat_server.requests) == asked


def test_a_judge_elsewhere_is_never_asked_by_accident(run, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")
    result = run("--ai-eval", "--ai-judge=openai:gpt-5-mini", source=JUDGED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*--ai-judge: openai:gpt-5-mini would call https://api.openai.com/v1*--ai-allow-network*"]
    )
    named = JUDGED.replace('"Is kind."', '"Is kind.", judge="openai:gpt-5-mini"').replace("(ai,", "(mock_ai,")
    result = run("--ai-eval", source=named.replace("ai.complete", "mock_ai.reply('x').complete"))
    result.stdout.fnmatch_lines(["*UsageError: openai:gpt-5-mini would call *"])


def test_a_mock_has_no_opinion(run):
    result = run("--ai-eval", "--ai-judge=mock", source=JUDGED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ai-judge: a mock has no opinion; script one in the test*"])


def test_ini_file_and_environment_name_a_judge(run, chat_server, pytester, monkeypatch):
    source = JUDGED.replace("(ai,", "(mock_ai,").replace("ai.complete", "mock_ai.reply('x').complete")
    monkeypatch.setenv("AIASSERT_JUDGE", judge_of(chat_server))
    run("--ai-eval", source=source).assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nai_judge = openai:\n")
    result = run("--ai-eval")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--ai-judge: provider spec 'openai:' names no model*"])


def test_golden_cases_are_judged(run, chat_server, live, pytester):
    folder = pytester.mkdir("small")
    (folder / "cases.yaml").write_text(GOLDEN)
    run(*live, "--ai-record=once", "small").assert_outcomes(passed=1)
    assert sorted(exchanges(folder / "cassettes" / "tiny" / "hello.json")) == [("", "tiny"), ("judge", "wise")]
    run("--ai-eval", "--ai-provider=replay:tiny", "small").assert_outcomes(passed=1)


def test_a_test_without_a_mark_can_judge(run):
    source = """
        from pytest_aiassert import MockProvider, better_than, judged_by

        def test_kind(mock_ai, expect):
            judge = MockProvider().reply('{"reason": "kind enough", "score": 1}')
            reply = mock_ai.reply("hello").complete("Greet me.")
            expect(reply).to(judged_by("Is kind.", judge=judge))
            assert reply == judged_by("Is kind.", judge=judge)
            assert "Greet me." in judge.calls[0].prompt
            assert len(judge.calls) == 1

        def test_better():
            judge = MockProvider().reply('{"reason": "", "winner": "A"}')
            assert "a" != better_than("b", judge=judge)
    """
    run(source=source).assert_outcomes(passed=2)


def test_a_failing_comparison_explains_itself(run):
    source = """
        from pytest_aiassert import MockProvider, judged_by

        def test_kind():
            assert "Go away." == judged_by("Is kind.", judge=MockProvider().reply('{"reason": "rude", "score": 0}'))
    """
    run(source=source).stdout.fnmatch_lines(["*0 on 0–1, 0.7 needed: rude*"])


def test_a_server_without_schemas_is_recorded_and_replayed(run, chat_server, live, pytester):
    chat_server.refuses_schemas = True
    run(*live, "--ai-record=once", source=JUDGED).assert_outcomes(passed=1)
    asked = [request["response_format"]["type"] for request in chat_server.requests if request["model"] == "wise"]
    assert asked == ["json_schema", "json_object", "json_object"]
    run("--ai-eval").assert_outcomes(passed=1)  # the refusal, a failure of the day, was not recorded
