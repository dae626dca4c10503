"""Run a golden set, and say honestly which of its cases the model cannot do yet."""

from pathlib import Path

import pytest

from pytest_aiassert import Case, load_golden

CODING = load_golden(Path(__file__).parent.parent / "golden" / "coding")

# The bar is two of three replies. These cases do not reach it; strict xfail tells us when one does.
TOO_HARD = {
    "balanced": "calls a helper that it never defines, or pairs brackets wrongly",
    "run-length": "loses the last run",
    "tested-prime": "writes two of the three tests",
    "tested-reverse": "writes tests only",
    "tests-only": "writes the function too, and one test",
    "explain-yield": "answers with code where none was wanted",
}


def parameter(case: Case):
    marks = [pytest.mark.xfail(reason=TOO_HARD[case.id], strict=True)] if case.id in TOO_HARD else []
    return pytest.param(case, id=case.id, marks=marks)


@pytest.mark.ai_eval(
    samples=3,
    min_pass_rate=0.6,
    cassette="../golden/coding/cassettes/{model}/{case.id}.json",
)
@pytest.mark.parametrize("case", [parameter(case) for case in CODING.cases])
def test_coding(case: Case, ai, expect):
    reply = ai.complete(case.messages, **case.parameters)
    expect(reply).to(*case.checks)
