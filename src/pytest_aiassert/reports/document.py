"""The JSON report: everything the others show, for programs. Its schema is docs/schemas/report.schema.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from assistant.messages import Completion, Message
from pytest_aiassert.reports.tally import CaseTally, Rate, RunTally, tally, verdict_sentence
from pytest_aiassert.runs.records import EvalReport, TrialRecord
from pytest_aiassert.verdict import Evidence, Judging, Verdict

VERSION: Final = 1


def render_json(report: EvalReport) -> str:
    """Write a report as indented JSON with sorted keys; replies stand in it whole."""
    document = to_document(report)
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate in a reply; escaped, it survives
        text = json.dumps(document, indent=1, sort_keys=True, allow_nan=False)
    return text + "\n"


def to_document(report: EvalReport) -> dict[str, Any]:
    """Return the report as plain values that JSON can hold."""
    runs = tally(report)
    return {
        "version": VERSION,
        "title": report.title,
        "verdict": verdict_sentence(runs),
        "duration": _number(report.duration),
        "notes": list(report.notes),
        "sections": [{"title": title, "text": text} for title, text in report.sections],
        "runs": [_run(run) for run in runs],
    }


def _run(run: RunTally) -> dict[str, Any]:
    header = run.run.header
    return {
        "label": run.label,
        "name": header.name,
        "model": header.model,
        "provider": header.provider,
        "parameters": _plain(header.parameters),
        "started": header.started,
        "versions": _plain(header.versions),
        "fingerprint": header.fingerprint,
        "notes": list(run.run.notes),
        "cases_passed": _rate(run.rate),
        "errors": run.errors,
        "trials": {"passed": run.trial_passes, "judged": run.trials},
        "tags": {tag: _rate(rate) for tag, rate in run.tags},
        "cost": _number(run.cost),
        "judging": _judging(run.judging),
        "tokens": run.tokens,
        "latency": {"median": _number(run.latency), "p95": _number(run.slowest)},
        "cases": [_case(case) for case in run.cases],
    }


def _case(case: CaseTally) -> dict[str, Any]:
    result = case.result
    return {
        "id": result.id,
        "outcome": result.outcome,
        "reason": case.reason,
        "message": result.message,
        "expected": result.expected,
        "bar": result.bar,
        "planned": result.planned,
        "tags": list(result.tags),
        "weight": _number(result.weight),
        "fingerprint": result.fingerprint,
        "model": result.model,
        "trials_passed": _rate(case.rate),
        "cost": _number(case.cost),
        "judging": _judging(case.judging),
        "tokens": case.tokens,
        "latency": _number(case.latency),
        "trials": [_trial(trial) for trial in result.trials],
    }


def _trial(trial: TrialRecord) -> dict[str, Any]:
    return {
        "index": trial.index,
        "outcome": trial.outcome,
        "score": _number(trial.score),
        "duration": _number(trial.duration),
        "message": trial.message,
        "seed": trial.seed,
        "cost": _number(trial.cost),
        "judging": _judging(trial.judging),
        "tokens": trial.tokens,
        "latency": _number(trial.latency),
        "turns": [
            {"messages": [_message(message) for message in turn.messages], "reply": _reply(turn.reply)}
            for turn in trial.turns
        ],
        "verdicts": [_verdict(verdict) for verdict in trial.verdicts],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "role": message.role,
        "content": message.content,
        "tool_calls": [{"name": call.name, "arguments": _plain(call.arguments)} for call in message.tool_calls],
    }


def _reply(reply: Completion) -> dict[str, Any]:
    return {
        "text": reply.text,
        "tool_calls": [{"name": call.name, "arguments": _plain(call.arguments)} for call in reply.tool_calls],
        "finish_reason": reply.finish_reason,
        "model": reply.model,
        "input_tokens": reply.usage.input_tokens,
        "output_tokens": reply.usage.output_tokens,
        "latency": _number(reply.latency),
        "first_token": _number(reply.first_token),
        "cost": _number(reply.cost),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "matcher": verdict.matcher,
        "passed": verdict.passed,
        "score": verdict.score,
        "reason": verdict.reason,
        "evidence": [_evidence(evidence) for evidence in verdict.evidence],
        "parts": [_verdict(part) for part in verdict.parts],
        "judging": _judging(verdict.judging),
    }


def _judging(judging: Judging | None) -> dict[str, Any] | None:
    return None if judging is None else asdict(judging)


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "title": evidence.title,
        "text": evidence.text,
        "language": evidence.language,
        "marks": list(evidence.marks),
    }


def _rate(rate: Rate) -> dict[str, Any]:
    return {"passed": rate.passes, "n": rate.n, "rate": rate.share, "low": rate.low, "high": rate.high}


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(member) for member in value]
    if isinstance(value, float):
        return _number(value)
    return value if value is None or isinstance(value, str | int) else repr(value)
