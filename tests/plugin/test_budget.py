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
