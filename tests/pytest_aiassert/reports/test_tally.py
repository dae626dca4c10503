import dataclasses

import pytest

from pytest_aiassert.comparison import wilson
from pytest_aiassert.reports.tally import (
    all_notes,
    complaint,
    decisive_reason,
    quantile,
    rate_of,
    run_labels,
    tally,
    verdict_sentence,
)
from pytest_aiassert.runs.records import Run, RunHeader


def test_a_rate_carries_its_wilson_interval():
    rate = rate_of(8, 10)
    assert (rate.low, rate.high) == pytest.approx(wilson(8, 10))
    assert str(rate) == "80% [49–94%]"


def test_a_rate_of_nothing_has_no_share_and_no_bounds():
    rate = rate_of(0, 0)
    assert rate.share is None
    assert (rate.low, rate.high) == (0, 1)
    assert str(rate) == "–"


def test_cases_come_worst_first_and_errors_do_not_count(mixed):
    (run,) = tally(mixed)
    assert [case.result.id for case in run.cases] == ["subtraction", "addition", "division", "greeting"]
    assert (run.rate.passes, run.rate.n, run.failed, run.errors) == (1, 3, 2, 1)
    assert (run.trial_passes, run.trials) == (3, 5)


def test_tags_come_worst_first(mixed):
    (run,) = tally(mixed)
    assert [(tag, rate.passes, rate.n) for tag, rate in run.tags] == [("python", 0, 2), ("sums", 0, 1), ("text", 1, 1)]


def test_cost_tokens_and_latency_are_those_of_all_trials(mixed):
    (run,) = tally(mixed)
    assert run.cost == pytest.approx(0.01)
    assert run.tokens == 75
    assert run.latency == 0.5
    assert run.slowest == 1.0


def test_unknown_costs_stay_unknown(build):
    (run,) = tally(build.report([build.case("a", build.trial("a", 1, build.verdict(), cost=None))]))
    assert run.cost is None


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2), (0.95, 4), (0, 1), (1, 4)])
def test_quantiles_are_of_nearest_rank(share, expected):
    assert quantile([4, 1, 3, 2], share) == expected


def test_no_values_have_no_quantile():
    assert quantile([], 0.5) is None


def test_the_reason_is_what_most_failing_trials_share(build):
    odd = build.verdict("parses('python')", passed=False, reason="line 1: invalid syntax")
    case = build.case(
        "a", build.trial("a", 1, odd), build.trial("a", 2, build.wrong_sum), build.trial("a", 3, build.wrong_sum)
    )
    assert decisive_reason(case) == "implements: add(2, 2) returned 0, expected 4"


def test_the_reason_of_a_composition_is_that_of_its_one_failing_part(build):
    outer = build.verdict("a & b", passed=False, reason="1 of 2 fails", parts=[build.verdict(), build.wrong_sum])
    assert decisive_reason(build.case("a", build.trial("a", 1, outer))).startswith("implements: add(2, 2)")


def test_the_reason_of_a_composition_with_several_failing_parts_is_its_own(build):
    outer = build.verdict("a | b", passed=False, reason="none passes", parts=[build.wrong_sum, build.wrong_sum])
    assert decisive_reason(build.case("a", build.trial("a", 1, outer))) == "a | b: none passes"


@pytest.mark.parametrize(
    ("matcher", "parts", "name"),
    [
        ("implements('gcd', cases=[[1], 2])", 0, "implements"),
        ("~mentions('eval(')", 1, "~mentions"),
        ("parses('go') & ~mentions('eval(')", 2, "parses('go') & ~mentions('eval(')"),
        ("word", 0, "word"),
    ],
)
def test_a_complaint_names_the_matcher_without_its_arguments(build, matcher, parts, name):
    verdict = build.verdict(matcher, passed=False, reason="no", parts=[build.verdict()] * parts)
    assert complaint(verdict) == f"{name}: no"


def test_a_verdict_without_reason_complains_by_name(build):
    assert complaint(build.verdict("parses('go')", passed=False, reason="")) == "parses"


def test_a_failing_trial_without_verdicts_gives_its_message(build):
    trial = dataclasses.replace(build.trial("a", 1), outcome="failed", message="assert 1 == 2")
    assert decisive_reason(build.case("a", trial)) == "assert 1 == 2"


def test_a_failing_trial_that_says_nothing_leaves_the_word_to_its_case(build):
    trial = dataclasses.replace(build.trial("a", 1), outcome="failed")
    case = dataclasses.replace(build.case("a", trial), message="0 of 1 passed")
    assert decisive_reason(case) == "0 of 1 passed"


def test_a_trial_that_says_nothing_does_not_outvote_one_that_does(build):
    silent = dataclasses.replace(build.trial("a", 1), outcome="failed")
    case = build.case("a", silent, silent, build.trial("a", 2, build.wrong_sum))
    assert decisive_reason(case).startswith("implements: add(2, 2)")


def test_an_error_gives_what_kept_it_from_being_judged(build):
    assert decisive_reason(build.error("a", "connection refused")) == "connection refused"
    silent = dataclasses.replace(build.error("a", ""), message="budget used up")
    assert decisive_reason(silent) == "budget used up"


def test_a_passing_case_needs_no_reason(build):
    passed = dataclasses.replace(build.case("a", build.trial("a", 1, build.verdict())), message="1 of 1 passed")
    assert decisive_reason(passed) == ""


def test_runs_are_named_by_model_then_by_name_then_by_number():
    runs = [
        Run(header=RunHeader(name=name, model=model, provider=""), cases=())
        for name, model in [("s", "a"), ("s", "b"), ("t", "b"), ("s", "c"), ("s", "c"), ("", ""), ("u", "")]
    ]
    assert run_labels(runs) == ["a", "b (s)", "b (t)", "c (s) #1", "c (s) #2", "run", "u"]


def test_a_note_of_report_and_run_is_told_once(build):
    report = build.report([])
    run = dataclasses.replace(report.runs[0], notes=("line 7 is cut", "both"))
    assert all_notes(dataclasses.replace(report, runs=(run,), notes=("both",))) == ["both", "line 7 is cut"]


class TestVerdictSentence:
    def say(self, build, *runs):
        return verdict_sentence(tally(build.report(*runs)))

    def good(self, build, name="a"):
        return build.case(name, build.trial(name, 1, build.verdict()))

    def bad(self, build, name="b"):
        return build.case(name, build.trial(name, 1, build.wrong_sum))

    def test_nothing_ran(self, build):
        assert self.say(build) == "No cases ran."
        assert self.say(build, []) == "No cases ran."

    def test_all_pass(self, build):
        assert self.say(build, [self.good(build)]) == "The one case passes."
        assert self.say(build, [self.good(build), self.good(build, "c")]) == "All 2 cases pass."
        assert self.say(build, [self.good(build)] * 2, [self.good(build)] * 2) == "All 2 cases pass on all 2 models."

    def test_some_fail(self, build, mixed_cases):
        assert self.say(build, [self.good(build), self.bad(build)]) == "1 of 2 cases fails."
        assert self.say(build, [self.bad(build)]) == "1 of 1 case fails."
        assert self.say(build, mixed_cases) == "2 of 4 cases fail, 1 could not be judged."

    def test_only_errors(self, build):
        assert self.say(build, [self.good(build), build.error("x", "")]) == "1 of 2 cases could not be judged."

    def test_few_models_are_named_many_are_counted(self, build):
        good, bad = [self.good(build)], [self.good(build), self.bad(build)]
        assert self.say(build, bad, good) == "tiny: 1 of 2 cases fails; small: all 1 case pass."
        assert self.say(build, bad, bad, good, good) == "2 of 4 models fail cases or could not be judged."
