"""--ai-budget: a cap on what replies cost."""

from __future__ import annotations

import pytest

from assistant import Completion
from pytest_aiassert.errors import BudgetError
from pytest_aiassert.integration.evaluation import Purse, Recorder
from pytest_aiassert.integration.observed import ObservedProvider
from pytest_aiassert.providers import MockProvider


def test_replies_stop_once_the_money_is_spent():
    mock = MockProvider().reply(Completion(text="hi", cost=0.04))
    ai = ObservedProvider(lambda: mock, Recorder, Purse(0.1))
    for _ in range(3):
        ai.complete("hello")
    with pytest.raises(BudgetError, match=r"\$0\.1200 of --ai-budget \$0\.1000"):
        ai.complete("hello")
    assert len(mock.calls) == 3


def test_streamed_replies_cost_too():
    mock = MockProvider().reply(Completion(text="one two", cost=0.2))
    kept = Recorder()
    ai = ObservedProvider(lambda: mock, lambda: kept, Purse(0.1))
    assert "".join(map(str, ai.stream("hello"))) == "one two"
    with pytest.raises(BudgetError):
        list(ai.stream("hello"))
    assert [(turn.reply.text, turn.reply.cost) for turn in kept.turns] == [("one two", 0.2)]


def test_a_stream_left_early_is_kept_as_far_as_it_came():
    kept = Recorder()
    ai = ObservedProvider(lambda: MockProvider().reply("one two three"), lambda: kept, Purse(None))
    chunks = ai.stream("hello")
    next(chunks)
    chunks.close()
    assert [(turn.reply.text, turn.reply.finish_reason) for turn in kept.turns] == [("one", "other")]


def test_no_budget_no_limit():
    mock = MockProvider().reply(Completion(text="hi", cost=1e9))
    ai = ObservedProvider(lambda: mock, Recorder, Purse(None))
    assert [ai.complete("hello").text for _ in range(3)] == ["hi"] * 3


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "ten"])
def test_not_an_amount(run, value):
    result = run("--ai-eval", f"--ai-budget={value}", source="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --ai-budget: '{value}' is not a positive number of US dollars"])


def test_a_choice_that_does_not_exist(run):
    result = run("--ai-eval", "-o", "ai_fail_on=sometimes", source="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: ini option ai_fail_on: 'sometimes' is not one of failure, regression, never"])
