"""Small reports made by hand: every figure in them can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from assistant.messages import Completion, Message, Usage
from pytest_aiassert.runs.records import CaseResult, EvalReport, Run, RunHeader, TrialRecord, Turn
from pytest_aiassert.verdict import Evidence, Verdict

ADDITION = "def add(a, b):\n    print(a)\n    return a - b"


def make_verdict(
    matcher: str = "mentions('add')",
    *,
    passed: bool = True,
    score: float | None = None,
    reason: str = "found 'add' on line 1",
    evidence: Sequence[Evidence] = (),
    parts: Sequence[Verdict] = (),
) -> Verdict:
    return Verdict(
        matcher=matcher,
        passed=passed,
        score=float(passed) if score is None else score,
        reason=reason,
        evidence=tuple(evidence),
        parts=tuple(parts),
    )


WRONG_SUM = make_verdict(
    "implements('addition')",
    passed=False,
    reason="add(2, 2) returned 0, expected 4",
    evidence=[Evidence(title="the function found", text=ADDITION, language="python", marks=(3,))],
)


def make_trial(
    case: str,
    index: int,
    *verdicts: Verdict,
    reply: str = f"Here you are:\n\n```python\n{ADDITION}\n```\n\nIt **adds** with `-`.",
    prompt: str = "Add two numbers.",
    cost: float | None = 0.002,
    message: str = "",
) -> TrialRecord:
    passed = all(verdict.passed for verdict in verdicts)
    usage = Usage(input_tokens=10, output_tokens=5)
    completion = Completion(text=reply, usage=usage, model="tiny", latency=0.5 * index, cost=cost)
    return TrialRecord(
        case=case,
        index=index,
        outcome="passed" if passed else "failed",
        score=float(passed),
        turns=(Turn(messages=(Message(role="user", content=prompt),), reply=completion),),
        verdicts=verdicts,
        duration=0.1,
        message=message,
    )


def make_case(case: str, *trials: TrialRecord, bar: float = 1.0, tags: Sequence[str] = ()) -> CaseResult:
    judged = [trial for trial in trials if trial.outcome != "error"]
    passes = sum(trial.outcome == "passed" for trial in trials)
    outcome = "error" if not judged else "passed" if passes >= bar * len(judged) else "failed"
    return CaseResult(
        id=case, outcome=outcome, trials=trials, bar=bar, planned=len(trials), tags=tuple(tags), model="tiny"
    )


def make_error(case: str, message: str) -> CaseResult:
    return make_case(case, TrialRecord(case=case, index=1, outcome="error", score=0.0, message=message))


def make_report(*runs: Sequence[CaseResult], models: Sequence[str] = ("tiny", "small", "large", "huge")) -> EvalReport:
    return EvalReport(
        title="golden/sums",
        duration=2.5,
        runs=tuple(
            Run(
                header=RunHeader(name="sums", model=model, provider=f"openai:{model}", parameters={"temperature": 0.7}),
                cases=tuple(cases),
            )
            for model, cases in zip(models, runs, strict=False)
        ),
    )


@pytest.fixture
def mixed_cases() -> list[CaseResult]:
    """One case that passes, one that fails in one of two trials, one that fails always, one in error."""
    good = make_verdict()
    return [
        make_case("greeting", make_trial("greeting", 1, good), make_trial("greeting", 2, good), tags=["text"]),
        make_case(
            "addition",
            make_trial("addition", 1, good, WRONG_SUM),
            make_trial("addition", 2, good),
            tags=["python", "sums"],
        ),
        make_case("subtraction", make_trial("subtraction", 1, WRONG_SUM), tags=["python"]),
        make_error("division", "provider openai:tiny: connection refused"),
    ]


@pytest.fixture
def mixed(mixed_cases: list[CaseResult]) -> EvalReport:
    return make_report(mixed_cases)


@pytest.fixture
def hostile_text() -> str:
    """A reply that tries everything a page, a terminal or a comment could fall for."""
    return (
        "<script>window.owned = 1</script></script><img src=x onerror='window.owned = 1'>\n"
        "</code></pre></details></main><h1>You passed</h1><!-- \n"
        "[click](javascript:window.owned=1) <a href='javascript:window.owned=1'>x</a> <svg onload=window.owned=1>\n"
        "{{ 7 * 7 }} {% raw %} ${7*7} &lt;script&gt; \x1b[2J\x1b]0;owned\x07 \x00 \u202egnol\u202c \ud800\n"
        "```html\n</code></pre><script>window.owned = 1</script>\n```\n"
        "````\n```\n@everyone #1 https://example.org </details>\n"
    )


@pytest.fixture
def hostile(hostile_text: str) -> EvalReport:
    """The hostile text in every place that a report shows."""
    evidence = [
        Evidence(title=hostile_text, text=hostile_text, language="html", marks=(1, 99)),
        Evidence(title="no such language", text=hostile_text + "2", language=hostile_text),
    ]
    inner = make_verdict(hostile_text, passed=False, reason=hostile_text, evidence=evidence)
    outer = make_verdict("all_of(…)", passed=False, reason=hostile_text, parts=[inner, make_verdict(hostile_text)])
    trial = make_trial(hostile_text, 1, outer, inner, reply=hostile_text, prompt=hostile_text, message=hostile_text)
    case = make_case(hostile_text, trial, tags=[hostile_text, 'a"b'])
    header = RunHeader(
        name=hostile_text,
        model=hostile_text,
        provider=hostile_text,
        parameters={hostile_text: hostile_text, "seed": float("nan"), "stop": ["a", object], "top": None},
        versions={hostile_text: hostile_text},
    )
    return EvalReport(
        title=hostile_text,
        runs=(Run(header=header, cases=(case, make_error("x", hostile_text)), notes=(hostile_text,)),),
        notes=(hostile_text,),
        sections=((hostile_text, hostile_text),),
    )


@pytest.fixture
def build() -> SimpleNamespace:
    """The makers above, for tests that need a report of their own."""
    return SimpleNamespace(
        verdict=make_verdict,
        trial=make_trial,
        case=make_case,
        error=make_error,
        report=make_report,
        wrong_sum=WRONG_SUM,
        addition=ADDITION,
    )
