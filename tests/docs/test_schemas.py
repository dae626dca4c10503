from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "schemas"


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _problems(name: str, documents: dict[str, Any]) -> list[str]:
    validator = _validator(name)
    return [
        f"{where}: {error.message[:200]}"
        for where, value in documents.items()
        for error in validator.iter_errors(value)
    ]


def test_golden_sets_follow_their_schema() -> None:
    files = sorted((ROOT / "golden").glob("*/cases.yaml"))
    assert files
    assert not _problems("golden-set", {str(f): yaml.safe_load(f.read_text(encoding="utf-8")) for f in files})


def test_cassettes_follow_their_schema() -> None:
    files = sorted((ROOT / "golden").glob("*/cassettes/*/*.json"))
    assert files
    assert not _problems("cassette", {str(f): json.loads(f.read_text(encoding="utf-8")) for f in files})


def test_runs_follow_their_schema() -> None:
    files = sorted((ROOT / "golden").glob("*/runs/*.jsonl"))
    assert files
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert not _problems("run", {f"{file}:{n}": json.loads(line) for n, line in enumerate(lines, 1)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("golden-set", {"version": 2, "cases": [{"id": "a", "prompt": "x", "checks": ["passes_lint"]}]}),
        (
            "golden-set",
            {"version": 1, "cases": [{"id": "a", "prompt": "x", "messages": [], "checks": ["passes_lint"]}]},
        ),
        ("golden-set", {"version": 1, "cases": [{"id": "a", "prompt": "x", "checks": []}]}),
        (
            "golden-set",
            {"version": 1, "parameters": {"model": "m"}, "cases": [{"id": "a", "prompt": "x", "checks": ["y"]}]},
        ),
        ("cassette", {"version": 1, "exchanges": [{"request": {}}]}),
        ("run", {"kind": "trial", "case": "a", "index": 1, "outcome": "perhaps", "score": 1}),
        ("run", {"kind": "trial", "case": "a", "index": 1, "outcome": "passed", "score": 2}),
    ],
)
def test_schemas_refuse(name: str, value: Any) -> None:
    assert list(_validator(name).iter_errors(value))


def test_written_files_follow_their_schema(tmp_path: Path) -> None:
    from assistant.messages import Completion, Message, ToolCall
    from pytest_aiassert.runs.records import CaseResult, Run, RunHeader, TrialRecord, Turn
    from pytest_aiassert.runs.store import save_run
    from pytest_aiassert.verdict import Evidence, Verdict

    reply = Completion(text="4", tool_calls=(ToolCall(id="1", name="add"),), latency=0.1, cost=0.01, model="m")
    part = Verdict(
        matcher="b", passed=False, score=0, reason="no", evidence=(Evidence(title="t", text="x", marks=(1,)),)
    )
    trial = TrialRecord(
        case="a",
        index=1,
        outcome="failed",
        score=0,
        turns=(Turn(messages=(Message(role="user", content="2 + 2"),), reply=reply),),
        verdicts=(Verdict(matcher="a", passed=False, score=0, reason="no", parts=(part,)),),
    )
    run = Run(
        header=RunHeader(name="n", model="m", provider="mock"),
        cases=(CaseResult(id="a", outcome="failed", trials=(trial,), tags=("t",)),),
    )
    save_run(run, tmp_path / "run.jsonl")

    lines = (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines()

    assert len(lines) == 3
    assert not _problems("run", {f"line {n}": json.loads(line) for n, line in enumerate(lines, 1)})
