from contextlib import closing, contextmanager, nullcontext
from itertools import count

import pytest

from assistant.errors import AuthenticationError, OverloadedError, ProviderConnectionError
from assistant.messages import Completion, Message
from pytest_aiassert.case import Case
from pytest_aiassert.errors import CannotJudgeError, CassetteMissError
from pytest_aiassert.matchers.text.mentions import mentions
from pytest_aiassert.providers import MockProvider
from pytest_aiassert.runs import CaseResult, run_cases


class Raises:
    """A check that cannot do its work."""

    def __init__(self, error):
        self.error = error

    def check(self, _reply):
        raise self.error

    def __repr__(self):
        return "raises()"


def make_case(identity="a", checks=(), **fields):
    return Case(
        id=identity, messages=(Message(role="user", content="hi"),), checks=checks or (mentions("yes"),), **fields
    )


def run(cases, provider, **options):
    ticks = count()
    return list(run_cases(cases, lambda _: nullcontext(provider), clock=lambda: float(next(ticks)), **options))


def test_every_sample_is_asked_and_judged():
    mock = MockProvider().reply("yes", "no", "yes")
    case = make_case(tags=("t",), weight=2.0, parameters={"temperature": 0.3})
    (result,) = run([case], mock, samples=3, min_pass_rate=0.6, model="m")
    assert [trial.outcome for trial in result.trials] == ["passed", "failed", "passed"]
    assert [trial.index for trial in result.trials] == [1, 2, 3]
    assert [trial.score for trial in result.trials] == [1.0, 0.0, 1.0]
    assert (result.outcome, result.bar, result.planned, result.tags, result.weight) == ("passed", 0.6, 3, ("t",), 2.0)
    assert (result.model, result.fingerprint) == ("m", case.fingerprint)
    assert mock.calls[0].parameters == {"temperature": 0.3}
    trial = result.trials[0]
    assert trial.turns[0].messages == case.messages
    assert trial.turns[0].reply.text == "yes"
    assert trial.duration == 1.0


def test_failures_do_not_cut_a_case_short():
    (result,) = run([make_case()], MockProvider().reply("no"), samples=4)
    assert len(result.trials) == 4
    assert result.outcome == "failed"


def test_a_case_may_bring_its_own_bar_and_its_own_number_of_trials():
    cases = [make_case("a", min_pass_rate=0.5), make_case("b")]
    mock = MockProvider().reply("yes", "no", "yes")
    first, second = run(cases, mock, samples=lambda case: {"a": 2, "b": 1}[case.id])
    assert (first.outcome, first.bar, len(first.trials)) == ("passed", 0.5, 2)
    assert (second.outcome, second.bar, len(second.trials)) == ("passed", 1.0, 1)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (Raises(CannotJudgeError("node is not installed; install it")), "raises() cannot judge: node is not installed"),
        (Raises(KeyError("x")), "raises() broke: KeyError: 'x'"),
    ],
)
def test_a_matcher_that_cannot_judge_makes_an_error_not_a_fail(check, words):
    (result,) = run([make_case(checks=(mentions("yes"), check))], MockProvider().reply("yes"))
    (trial,) = result.trials
    assert (trial.outcome, result.outcome) == ("error", "error")
    assert words in trial.message
    assert trial.turns[0].reply.text == "yes"
    assert [verdict.passed for verdict in trial.verdicts] == [True]
    assert result.message.startswith("0 of 1 trials were judged: raises()")


@pytest.mark.parametrize("error", [OverloadedError("HTTP 503"), CassetteMissError("no reply")])
def test_a_provider_that_fails_makes_an_error_and_the_rest_goes_on(error):
    mock = MockProvider().reply("yes", error, "yes")
    (result,) = run([make_case()], mock, samples=3)
    assert [trial.outcome for trial in result.trials] == ["passed", "error", "passed"]
    assert result.trials[1].message == str(error)
    assert result.outcome == "error", "two passes of three needed cannot be decided"


@pytest.mark.parametrize("error", [ProviderConnectionError("nobody there"), AuthenticationError("HTTP 401")])
def test_a_provider_that_was_never_there_stops_the_run(error):
    with pytest.raises(type(error)):
        run([make_case()], MockProvider().reply(error))


def test_a_connection_lost_later_is_an_error():
    mock = MockProvider().reply("yes", ProviderConnectionError("gone"))
    (result,) = run([make_case()], mock, samples=2)
    assert [trial.outcome for trial in result.trials] == ["passed", "error"]


def test_a_provider_that_cannot_be_opened_makes_one_error():
    def open_it(case):
        if case.id == "a":
            raise CassetteMissError("no cassette")
        return nullcontext(MockProvider().reply("yes"))

    first, second = run_cases([make_case("a"), make_case("b")], open_it, samples=3)
    assert [trial.outcome for trial in first.trials] == ["error"]
    assert "no cassette" in first.message
    assert second.outcome == "passed"


def test_each_provider_is_closed_also_when_a_trial_breaks_off():
    closed = []

    class Interrupts(MockProvider):
        def complete(self, *_args, **_options):
            raise KeyboardInterrupt

        def close(self):
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        list(run_cases([make_case()], lambda _: closing(Interrupts())))
    assert closed == [True]


def test_trials_that_are_done_are_kept_and_not_repeated(trial):
    opened = []

    @contextmanager
    def open_it(case):
        opened.append(case.id)
        yield MockProvider().reply("no")

    done = {
        "a": CaseResult(id="a", outcome="error", trials=(trial("a", 1),)),
        "b": CaseResult(id="b", outcome="passed", trials=(trial("b", 1), trial("b", 2))),
    }
    heard = []
    first, second = run_cases(
        [make_case("a"), make_case("b")],
        open_it,
        samples=2,
        done=done,
        on_trial=lambda frame, new: heard.append((frame.id, new.index)),
    )
    assert [t.outcome for t in first.trials] == ["passed", "failed"]
    assert second.trials == done["b"].trials
    assert (opened, heard) == (["a"], [("a", 2)])


def test_a_case_without_checks_passes_by_answering():
    case = Case(id="a", messages=(Message(role="user", content="hi"),))
    (result,) = run([case], MockProvider().reply(Completion(text="")))
    assert (result.outcome, result.trials[0].score) == ("passed", 1.0)
