import json
import re
from dataclasses import replace

import pytest

from pytest_aiassert.comparison import compare_runs, comparison_to_json
from pytest_aiassert.errors import UsageError
from pytest_aiassert.verdict import Judging


@pytest.fixture
def runs(make_run, make_case):
    """Make two runs from passes out of five trials."""

    def _runs(a, b, **header):
        return (
            make_run(*(make_case(f"c{i:02}", p, 5) for i, p in enumerate(a)), model="old", **header),
            make_run(*(make_case(f"c{i:02}", p, 5) for i, p in enumerate(b)), model="new", **header),
        )

    return _runs


def test_a_clear_loss_is_a_regression(runs):
    found = compare_runs(*runs([5, 4, 5, 5, 4, 5], [2, 1, 3, 5, 1, 2]))
    assert found.verdict == "regression"
    assert found.overall.estimate == pytest.approx(-14 / 30)
    assert found.overall.high < 0
    assert found.overall.p_regression < 0.001
    assert found.overall.p_adjusted == found.overall.p_regression
    assert re.match(r"Regression: new passes 46\.7 points less than old \(93\.3% → 46\.7%, 90% interval", found.summary)


def test_a_clear_gain_is_no_regression(runs):
    found = compare_runs(*runs([1, 2, 1, 0, 1, 2], [5, 5, 4, 5, 5, 4]))
    assert found.verdict == "no regression"
    assert found.overall.p_improvement < 0.001
    assert found.summary.startswith("No regression: new passes 70.0 points more than old")
    assert "ruled out" not in found.summary


def test_a_run_against_itself_is_undecided_until_a_margin_says_what_counts(runs):
    a, b = runs([5, 3, 4, 5, 2] * 8, [5, 3, 4, 5, 2] * 8)
    assert compare_runs(a, b).verdict == "undecided"
    assert "passes as much as old" in compare_runs(a, b).summary
    assert "name the loss you can accept with a margin" in compare_runs(a, b).summary
    found = compare_runs(a, b, margin=0.1)
    assert found.verdict == "no regression"
    assert found.summary.endswith("a loss of 10 points or more is ruled out.")


def test_little_data_decides_nothing(runs):
    found = compare_runs(*runs([5, 3], [4, 3]), margin=0.05)
    assert found.verdict == "undecided"
    assert found.summary.startswith("Undecided: new passes 10.0 points less than old")
    assert found.summary.endswith("more samples would tell.")


def test_a_significant_loss_smaller_than_the_margin_is_no_regression_by_itself(runs):
    a, b = runs([5] * 40, [4] * 20 + [5] * 20)
    assert compare_runs(a, b).verdict == "regression"
    assert compare_runs(a, b, margin=0.15).verdict != "regression"


def test_weights_count(make_run, make_case):
    def pair(weight):
        return compare_runs(
            make_run(make_case("a", 5, 5, weight=weight), make_case("b", 0, 5)),
            make_run(make_case("a", 0, 5, weight=weight), make_case("b", 5, 5)),
        )

    assert pair(1.0).overall.estimate == 0
    assert pair(3.0).overall.estimate == pytest.approx(-0.5)
    assert (pair(3.0).overall.rate_a, pair(3.0).overall.rate_b) == (0.75, 0.25)


def test_tags_are_compared_and_corrected(make_run, make_case):
    ids = [f"c{i}" for i in range(8)]
    a = make_run(*(make_case(i, 5, 5, tags=("all", "x" if n < 4 else "y")) for n, i in enumerate(ids)))
    b = make_run(*(make_case(i, 3 if n < 4 else 5, 5, tags=("all", "x" if n < 4 else "y")) for n, i in enumerate(ids)))
    found = compare_runs(a, b)
    assert [(tag.label, tag.cases) for tag in found.tags] == [("x", 4), ("all", 8), ("y", 4)]
    x, everything, y = found.tags
    assert x.estimate == pytest.approx(-0.4)
    assert (x.verdict, everything.verdict, y.verdict) == ("regression", "regression", "undecided")
    assert x.p_adjusted == pytest.approx(3 * x.p_regression)
    assert y.p_adjusted == 1.0


def test_changes_have_the_worst_first_and_say_why(make_run, make_case):
    a = make_run(
        make_case("up", 0, 2), make_case("same", 1, 2), make_case("down", 2, 2), make_case("heavy", 2, 2, weight=9.0)
    )
    b = make_run(
        make_case("up", 2, 2), make_case("same", 1, 2), make_case("down", 0, 2), make_case("heavy", 1, 2, weight=9.0)
    )
    heavy, down, up = compare_runs(a, b).changes
    assert (heavy.id, down.id, up.id) == ("heavy", "down", "up")
    assert (down.passes_a, down.trials_a, down.passes_b, down.trials_b) == (2, 2, 0, 2)
    assert (down.outcome_a, down.outcome_b, down.difference, down.worse) == ("passed", "failed", -1.0, True)
    assert down.reason == "m(): down says why"
    assert (up.worse, up.reason) == (False, "m(): up says why")


def test_a_matcher_with_long_arguments_is_named_without_them(make_run, make_case):
    case = make_case("a", 0, 1)
    verdict = replace(
        case.trials[0].verdicts[0], matcher=f"implements('f', cases={[1] * 30})", reason="f(1) returned 2"
    )
    worse = replace(case, trials=(replace(case.trials[0], verdicts=(verdict,)),))
    assert (
        compare_runs(make_run(make_case("a", 1, 1)), make_run(worse)).changes[0].reason == "implements: f(1) returned 2"
    )


def test_a_reason_without_a_verdict_is_the_trials_message(make_run, make_case):
    broken = make_case("a", 0, 1)
    trial = replace(broken.trials[0], verdicts=(), message="assert 1 == 2\n" + "x" * 300)
    found = compare_runs(make_run(make_case("a", 1, 1)), make_run(replace(broken, trials=(trial,))))
    assert found.changes[0].reason.startswith("assert 1 == 2 xxx")
    assert len(found.changes[0].reason) == 200
    silent = replace(broken, trials=(replace(trial, message=""),))
    assert compare_runs(make_run(make_case("a", 1, 1)), make_run(silent)).changes[0].reason == ""


def test_cost_latency_and_tokens_are_means_in_which_each_case_counts_once(make_run, make_case):
    a = make_run(make_case("x", 1, 1, latency=1.0, cost=0.1, tokens=10), make_case("y", 3, 3, latency=3.0, tokens=20))
    b = make_run(make_case("x", 1, 1, latency=2.0, cost=0.3, tokens=10), make_case("y", 1, 1, latency=4.0, tokens=60))
    found = {quantity.name: quantity for quantity in compare_runs(a, b).quantities}
    assert (found["latency"].a, found["latency"].b, found["latency"].unit) == (2.0, 3.0, "s")
    assert found["cost"].difference == pytest.approx(0.2)
    assert (found["tokens"].a, found["tokens"].b) == (15.0, 35.0)
    assert found["score"].difference == 0.0


def test_what_only_one_run_knows_has_no_difference(make_run, make_case):
    a, b = make_run(make_case("x", 1, 1)), make_run(make_case("x", 1, 1, latency=2.0))
    found = {quantity.name: quantity for quantity in compare_runs(a, b).quantities}
    assert (found["latency"].a, found["latency"].b, found["latency"].difference) == (None, 2.0, None)
    assert (found["cost"].a, found["cost"].b) == (None, None)


def test_what_is_not_compared_is_noted(make_run, make_case):
    a = make_run(
        make_case("x", 1, 1),
        make_case("gone", 1, 1),
        make_case("e", 1, 1, fingerprint="1"),
        parameters={"t": 0},
        notes=("cut",),
    )
    b = make_run(
        make_case("x", 1, 1, errors=2, weight=2.0),
        make_case("e", 1, 1, fingerprint="2"),
        make_case("new", 1, 1, errors=1),
        name="other",
        parameters={"t": 1},
    )
    assert compare_runs(a, b).notes == (
        "cut",
        "the runs are of different sets: 'set' and 'other'",
        "the parameters differ: {'t': 0} and {'t': 1}",
        "only in A, not compared: gone",
        "only in B, not compared: new",
        "changed prompt, parameters or checks, not compared: e",
        "weights differ, B's are used: x",
        "3 trials of B ended in an error and do not count",
    )


def test_runs_without_a_common_case_are_an_error(make_run, make_case):
    a, b = make_run(make_case("x", 1, 1), make_case("z", 0, 0)), make_run(make_case("y", 1, 1), make_case("z", 1, 1))
    with pytest.raises(UsageError, match=r"no case can be compared .*: 1 only in A, 1 only in B, 1 with errors only"):
        compare_runs(a, b)
    with pytest.raises(UsageError, match="both are empty"):
        compare_runs(make_run(), make_run())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": 0}, "alpha is 0; it must lie between 0 and 0.5"),
        ({"alpha": 0.5}, "alpha is 0.5"),
        ({"alpha": float("nan")}, "alpha is nan"),
        ({"margin": -0.1}, "margin is -0.1; it must be at least 0"),
        ({"margin": 1}, "margin is 1"),
    ],
)
def test_arguments_out_of_range_are_named(runs, options, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        compare_runs(*runs([1], [1]), **options)


def test_equal_model_names_are_told_apart(make_run, make_case):
    assert (
        "B (m) passes as much as A (m)"
        in compare_runs(make_run(make_case("x", 1, 1)), make_run(make_case("x", 1, 1))).summary
    )


def test_the_json_form_has_everything_and_nothing_that_is_not_json(runs):
    found = compare_runs(*runs([5, 4, 5, 5], [2, 1, 3, 5], parameters={"t": 1}))
    document = json.loads(json.dumps(comparison_to_json(found), allow_nan=False))
    assert (document["version"], document["kind"], document["verdict"]) == (1, "aiassert-comparison", "regression")
    assert document["overall"]["estimate"] == found.overall.estimate
    assert [change["id"] for change in document["changes"]] == [change.id for change in found.changes]
    assert document["a"]["model"] == "old"
    assert document["not_compared"] == {"only_a": [], "only_b": [], "changed": [], "unjudged": []}
    assert {quantity["name"] for quantity in document["quantities"]} == {"score", "cost", "latency", "tokens"}


def test_runs_that_different_models_judged_are_told_apart(make_case, make_run):
    def judged(*models):
        case = make_case("x", 1, 1)
        trials = tuple(replace(case.trials[0], judging=Judging(model=model, calls=1)) for model in models)
        return make_run(replace(case, trials=trials or case.trials))

    assert compare_runs(judged("a, b"), judged("b, a")).notes == ()
    assert compare_runs(judged("old"), judged("new")).notes == (
        "different models judged, old and new: a difference may be theirs",
    )
    assert compare_runs(judged(), judged("new")).notes == (
        "different models judged, none and new: a difference may be theirs",
    )
