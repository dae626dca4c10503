import json
from pathlib import Path

import pytest

from assistant.messages import Completion, Message, ToolCall, Usage
from pytest_aiassert.runs import CaseResult, Run, RunHeader, TrialRecord, Turn
from pytest_aiassert.verdict import Evidence, Judging, Verdict

ROOT = Path(__file__).parents[3]


@pytest.fixture
def schema():
    return json.loads((ROOT / "docs" / "schemas" / "run.schema.json").read_text())


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def header():
    return RunHeader(
        name="coding",
        model="qwen",
        provider="replay:qwen",
        parameters={"temperature": 0.7},
        started="2026-11-24T10:00:00+00:00",
        versions={"python": "3.11.7"},
        fingerprint="abc",
    )


@pytest.fixture
def full_trial():
    """A trial that uses every field a trial can have."""
    call = ToolCall(id="c1", name="look", arguments={"at": 1}, raw_arguments='{"at": 1}')
    inner = Verdict(matcher="mentions('x')", passed=False, score=0.0, reason="no 'x'")
    return TrialRecord(
        case="a",
        index=1,
        outcome="failed",
        score=0.25,
        duration=1.5,
        message="assert",
        seed=7,
        judging=Judging(model="wise", calls=1, input_tokens=40, output_tokens=9, cost=0.01),
        turns=(
            Turn(
                messages=(
                    Message(role="system", content="Brief."),
                    Message(role="assistant", tool_calls=(call,)),
                    Message(role="tool", content="r", tool_call_id="c1"),
                    Message(role="user", content="Ünï\u2028code \ud800"),
                ),
                reply=Completion(
                    text="hi\n",
                    tool_calls=(call,),
                    usage=Usage(input_tokens=3, output_tokens=2, cached_tokens=1),
                    finish_reason="length",
                    model="qwen",
                    latency=0.5,
                    first_token=0.2,
                    cost=0.001,
                ),
            ),
            Turn(messages=(Message(role="user", content="again"),), reply=Completion(text="no price")),
        ),
        verdicts=(
            Verdict(
                matcher="all_of()",
                passed=False,
                score=0.25,
                reason="one failed",
                evidence=(Evidence(title="code", text="x = 1", language="python", marks=(1,)),),
                parts=(inner,),
                judging=Judging(model="wise", calls=1),
            ),
        ),
    )


@pytest.fixture
def trial():
    """Make a plain trial."""

    def _trial(case="a", index=1, outcome="passed", **fields):
        score = {"passed": 1.0, "failed": 0.0, "error": 0.0}[outcome]
        return TrialRecord(case=case, index=index, outcome=outcome, score=score, **fields)

    return _trial


@pytest.fixture
def run(header, full_trial, trial):
    full = CaseResult(
        id="a",
        outcome="failed",
        trials=(full_trial, trial("a", 2)),
        bar=0.9,
        planned=2,
        tags=("x", "y"),
        weight=2.0,
        fingerprint="f1",
        model="qwen",
        message="1 of 2",
    )
    plain = CaseResult(id="b", outcome="passed", trials=(trial("b"),), fingerprint="f2", model="qwen")
    return Run(header=header, cases=(full, plain))
