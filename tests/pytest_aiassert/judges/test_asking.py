"""One answer to one question, or a JudgeError; never a low score."""

from __future__ import annotations

import threading

import pytest

from assistant.errors import BadRequestError, ContentRefusedError, ContextLengthError, RateLimitError
from assistant.messages import Completion, Usage
from pytest_aiassert import MockProvider, judged_by
from pytest_aiassert.errors import BudgetError, CannotJudgeError, JudgeError, UsageError
from pytest_aiassert.judges import JudgeSetup, hearing, use_judges

GOOD = '{"reason": "fine", "score": 0.9}'


@pytest.fixture
def judge():
    return MockProvider(name="mock", model="wise")


def _helpful(judge, **arguments):
    return judged_by("Is helpful.", judge=judge, name="helpful", **arguments)


def test_a_schema_is_asked_for(judge):
    _helpful(judge.reply(GOOD)).check("x")
    (call,) = judge.calls
    assert call.parameters["temperature"] == 0
    assert call.parameters["response_format"]["type"] == "json_schema"
    assert call.parameters["response_format"]["json_schema"]["strict"] is True


def test_one_bad_answer_is_asked_for_again_with_the_reason(judge):
    verdict = _helpful(judge.reply("Well, 0.9 I guess", GOOD)).check("x")
    assert verdict.score == 0.9
    assert verdict.judging is not None
    assert verdict.judging.calls == 2
    *before, last = judge.calls[1].messages
    assert before[-1].content == "Well, 0.9 I guess"
    assert "it holds no JSON object" in last.content


def test_two_bad_answers_are_an_error_with_the_raw_reply(judge):
    with pytest.raises(JudgeError) as caught:
        _helpful(judge.reply("no", "still no")).check("x")
    assert str(caught.value) == (
        "judge 'helpful' gave an answer that cannot be used: it holds no JSON object; the raw reply is in err.reply"
    )
    assert caught.value.reply == "still no"
    assert isinstance(caught.value, CannotJudgeError)
    assert len(judge.calls) == 2


def test_a_score_outside_the_scale_is_an_error(judge):
    with pytest.raises(JudgeError) as caught:
        _helpful(judge.reply('{"reason": "wow", "score": 7}')).check("x")
    assert str(caught.value) == "judge 'helpful' returned 7, outside 0–1; the raw reply is in err.reply"
    assert caught.value.reply == '{"reason": "wow", "score": 7}'


def test_a_cut_answer_says_what_to_do(judge):
    with pytest.raises(JudgeError, match="cut at its token limit, raise max_tokens in parameters"):
        _helpful(judge.reply(Completion(text='{"reason": "abc', finish_reason="length"))).check("x")


def test_an_answer_of_ten_megabytes_is_an_error_and_is_not_sent_back_whole(judge):
    with pytest.raises(JudgeError, match="it has 10,000,000 characters, more than 100,000"):
        _helpful(judge.reply("🙂" * 10_000_000)).check("x")
    assert len(judge.calls[1].messages[-2].content) == 2_000


def test_a_refusal_is_an_error(judge):
    with pytest.raises(JudgeError, match="refused to judge: 'I will not'") as caught:
        _helpful(judge.reply(Completion(text="I will\nnot", finish_reason="refused"))).check("x")
    assert caught.value.reply == "I will\nnot"


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (RateLimitError("slow down", status=429), "gave no answer: slow down"),
        (ContextLengthError("too long"), "did not take the question: too long"),
        (ContentRefusedError("policy"), "did not take the question: policy"),
        ("timeout", "gave no answer"),
        ("connection", "gave no answer"),
    ],
)
def test_what_the_provider_raises_is_a_judges_error(judge, fault, complaint):
    with pytest.raises(JudgeError, match=f"^judge 'helpful' {complaint}"):
        _helpful(judge.fail(fault)).check("x")


def test_a_server_without_schemas_or_temperature_is_asked_without_them():
    def answer(request):
        if "temperature" in request.parameters:
            return BadRequestError("temperature: only the default (1) is supported", status=400)
        if "response_format" in request.parameters:
            return BadRequestError("json_schema is not available", status=400)
        return GOOD

    judge = MockProvider().reply(answer)
    with use_judges(JudgeSetup()):
        assert _helpful(judge).check("x").passed
        assert len(judge.calls) == 4
        assert _helpful(judge).check("y").passed
        assert len(judge.calls) == 5  # it is remembered what the server lacks


def test_a_request_that_is_refused_all_the_same_is_an_error(judge):
    with pytest.raises(JudgeError, match="did not take the question: no such model"):
        _helpful(judge.fail(BadRequestError("no such model", status=404))).check("x")
    assert len(judge.calls) == 1


def test_a_judge_that_hangs_is_left_behind():
    release = threading.Event()

    def hang(_request):
        release.wait(60)
        return GOOD

    with pytest.raises(JudgeError, match=r"gave no answer: nothing came in 0\.05 s; give it more with timeout=…"):
        _helpful(MockProvider().reply(hang), timeout=0.05).check("x")
    release.set()


def test_a_bug_in_a_provider_is_shown_as_it_is():
    def broken(_request):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _helpful(MockProvider().reply(broken)).check("x")


def test_what_is_known_is_not_asked_again(judge):
    judge.reply(GOOD)
    with use_judges(JudgeSetup()):
        first = _helpful(judge).check("x")
        again = _helpful(judge).check("x")
        _helpful(judge).check("y")
        judged_by("Is brief.", judge=judge).check("x")
        _helpful(MockProvider().reply('{"reason": "other", "score": 0}')).check("x")
    assert len(judge.calls) == 3
    assert again.score == first.score
    assert (first.judging.calls, again.judging.calls) == (1, 0)


def test_votes_are_asked_apart_and_then_known(judge):
    judge.reply(*(f'{{"reason": "r{n}", "score": {n / 10}}}' for n in (9, 2, 8)))
    with use_judges(JudgeSetup()):
        assert _helpful(judge, votes=3).check("x").score == 0.8
        assert _helpful(judge, votes=3).check("x").score == 0.8
    assert len(judge.calls) == 3
    assert {call.parameters["temperature"] for call in judge.calls} == {1.0}


def test_an_error_is_not_kept(judge):
    with use_judges(JudgeSetup()):
        with pytest.raises(JudgeError):
            _helpful(judge.fail("overloaded")).check("x")
        assert _helpful(judge.reply(GOOD)).check("x").passed


def test_a_provider_that_cannot_be_a_key_is_asked_each_time():
    class Plain(MockProvider):
        __hash__ = None

    judge = Plain().reply(GOOD)
    with use_judges(JudgeSetup()):
        assert _helpful(judge).check("x").passed
        assert _helpful(judge).check("x").passed
    assert len(judge.calls) == 2


def test_everything_that_was_asked_is_told_and_counted(judge):
    priced = Completion(text=GOOD, usage=Usage(input_tokens=40, output_tokens=2), cost=0.25, model="wise-2026")
    heard = []
    with hearing(heard.append):
        verdict = _helpful(judge.reply(priced), votes=3).check("x")
        with pytest.raises(JudgeError):
            _helpful(judge.reply(Completion(text="no", cost=0.5))).check("x")
    assert verdict.judging.model == "wise-2026"
    assert (verdict.judging.calls, verdict.judging.tokens, verdict.judging.cost) == (3, 126, 0.75)
    assert [judging.cost for judging in heard] == [0.25] * 3 + [0.5] * 2  # what ends in an error has its price, too


def test_a_budget_is_asked_before_each_answer(judge):
    def empty():
        raise BudgetError("used up")

    with use_judges(JudgeSetup(before_ask=empty)), pytest.raises(BudgetError):
        _helpful(judge.reply(GOOD)).check("x")
    assert judge.calls == ()


def test_specs_and_the_default_are_looked_up(judge):
    asked = []

    def provider_for(spec):
        asked.append(spec)
        return judge

    judge.reply(GOOD)
    with use_judges(JudgeSetup(provider_for=provider_for)):
        judged_by("a").check("x")
        judged_by("b", judge="openai:gpt").check("x")
    assert asked == ["", "openai:gpt"]


@pytest.mark.parametrize(("judge", "named"), [(None, "no judge is named"), ("openai:gpt", "the judge 'openai:gpt'")])
def test_without_a_session_a_judge_needs_a_provider(judge, named):
    with use_judges(JudgeSetup()), pytest.raises(UsageError, match=f"{named}.*--ai-judge SPEC"):
        judged_by("x", judge=judge).check("y")
