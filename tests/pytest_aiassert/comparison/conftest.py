import pytest

from assistant.messages import Completion, Message, Usage
from pytest_aiassert.runs import CaseResult, Run, RunHeader, TrialRecord, Turn
from pytest_aiassert.verdict import Verdict


@pytest.fixture
def make_case():
    """Make a case result from passes and trials."""

    def _make(identity, passes, trials, *, errors=0, latency=None, cost=None, tokens=0, fingerprint="f", **fields):
        records = []
        for index in range(1, trials + errors + 1):
            outcome = "error" if index > trials else "passed" if index <= passes else "failed"
            score = float(outcome == "passed")
            reply = Completion(text="x", usage=Usage(output_tokens=tokens), latency=latency, cost=cost)
            verdict = Verdict(matcher="m()", passed=bool(score), score=score, reason=f"{identity} says\nwhy")
            records.append(
                TrialRecord(
                    case=identity,
                    index=index,
                    outcome=outcome,
                    score=score,
                    turns=(Turn(messages=(Message(role="user", content="q"),), reply=reply),),
                    verdicts=(verdict,),
                )
            )
        outcome = "error" if not trials else "passed" if passes == trials else "failed"
        return CaseResult(id=identity, outcome=outcome, trials=tuple(records), fingerprint=fingerprint, **fields)

    return _make


@pytest.fixture
def make_run():
    """Make a run of cases."""

    def _make(*cases, model="m", name="set", notes=(), **header):
        return Run(header=RunHeader(name=name, model=model, provider="p", **header), cases=cases, notes=notes)

    return _make
