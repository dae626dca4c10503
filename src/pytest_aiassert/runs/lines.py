"""The lines of a run file: a header, trials, and the outcome of a case.

Readers ignore keys that they do not know, so that a file may say more without a new version.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from assistant.messages import Completion, Message, ToolCall, Usage
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.runs.records import CaseResult, RunHeader, TrialRecord, Turn
from pytest_aiassert.verdict import Evidence, Judging, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON: TypeAlias = Any

VERSION: Final = 1
KIND: Final = "aiassert-run"
EVIDENCE_LIMIT: Final = 2_000
"""Characters kept of a piece of evidence."""


def encode_line(value: Mapping[str, JSON]) -> bytes:
    """Return one line of a run file, LF included, without secrets; raises ValueError for NaN and infinities."""
    text = redact(json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(", ", ": ")))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate in a reply has no UTF-8 form, but a JSON escape
        return redact(json.dumps(value, sort_keys=True, allow_nan=False)).encode() + b"\n"


def decode_line(line: bytes) -> dict[str, JSON]:
    """Read one line; raises ValueError that says what is wrong with it."""
    try:
        value = json.loads(line.decode(), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte 0x{line[error.start]:02x} at column {error.start + 1})") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON ({error.msg} at column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, not {type(value).__name__}")  # noqa: TRY004 - one kind of error to catch
    return value


def pack(case: CaseResult) -> str:
    """Return a case and its trials as one ASCII text, without secrets; `unpack` reads it."""
    trials = [trial_to_json(case, trial) for trial in case.trials]
    return redact(json.dumps({"case": case_to_json(case), "trials": trials}))


def unpack(text: str) -> CaseResult:
    """Read what `pack` returned."""
    packed = json.loads(text)
    return replace(case_from_json(packed["case"]), trials=tuple(map(trial_from_json, packed["trials"])))


def without_secrets(case: CaseResult) -> CaseResult:
    """Return a case as it may be kept: keys, tokens and passwords in it are replaced."""
    texts = [case.message, *(trial.message for trial in case.trials)]
    texts += [turn.reply.text for trial in case.trials for turn in trial.turns]
    texts += [message.content for trial in case.trials for turn in trial.turns for message in turn.messages]
    rest = [[trial.verdicts, [turn.reply.tool_calls for turn in trial.turns]] for trial in case.trials]
    if all(redact(text) == text for text in (*texts, repr(rest))):
        return case
    return unpack(pack(case))


def header_to_json(header: RunHeader) -> dict[str, JSON]:
    """Return the first line of a run file."""
    return {
        "version": VERSION,
        "kind": KIND,
        "name": header.name,
        "model": header.model,
        "provider": header.provider,
        "parameters": dict(header.parameters),
        "started": header.started,
        "versions": dict(header.versions),
        "fingerprint": header.fingerprint,
    }


def header_from_json(value: Mapping[str, JSON]) -> RunHeader:
    """Read the first line; raises ValueError where it is not one of this version."""
    if value.get("kind") != KIND:
        raise ValueError(f"not a run file: its first line must be a header with kind {KIND!r}")
    if value.get("version") != VERSION or value["version"] is True:
        raise ValueError(
            f"version {value.get('version')!r} is not supported (this release reads {VERSION}); upgrade pytest-aiassert"
        )
    return RunHeader(
        name=_get(value, "name", str),
        model=_get(value, "model", str),
        provider=_get(value, "provider", str),
        parameters=_get(value, "parameters", dict, {}),
        started=_get(value, "started", str, ""),
        versions={str(k): str(v) for k, v in _get(value, "versions", dict, {}).items()},
        fingerprint=_get(value, "fingerprint", str, ""),
    )


def case_to_json(case: CaseResult) -> dict[str, JSON]:
    """Return the line that closes a case and states its outcome."""
    told = {"outcome": case.outcome, "message": case.message, "expected": case.expected}
    return {"kind": "case", **_frame(case), **told}


def trial_to_json(case: CaseResult, trial: TrialRecord) -> dict[str, JSON]:
    """Return the line of one trial; it names its case too, so that it can be read alone."""
    return {
        "kind": "trial",
        **_frame(case),
        "index": trial.index,
        "outcome": trial.outcome,
        "score": trial.score,
        "duration": round(trial.duration, 4),
        "message": trial.message,
        "seed": trial.seed,
        "turns": [
            {"messages": [_message_to_json(m) for m in turn.messages], "reply": _reply_to_json(turn.reply)}
            for turn in trial.turns
        ],
        "verdicts": [_verdict_to_json(verdict) for verdict in trial.verdicts],
        **_judging_to_json(trial.judging),
    }


def case_from_json(value: Mapping[str, JSON], *, outcome: str | None = None) -> CaseResult:
    """Read the frame of a case without its trials; raises ValueError where a field is missing or wrong."""
    bar, weight = _number(value, "bar", 1.0), _number(value, "weight", 1.0)
    if not 0 <= bar <= 1:
        raise ValueError(f"'bar' is {bar:g}; it lies in 0 to 1")
    if not 0 < weight < math.inf:
        raise ValueError(f"'weight' is {weight:g}; it must be more than 0")
    return CaseResult(
        id=_get(value, "case", str),
        outcome=_outcome(value.get("outcome") if outcome is None else outcome),
        bar=bar,
        planned=_count(value, "planned", 1),
        tags=tuple(str(tag) for tag in _get(value, "tags", list, [])),
        weight=weight,
        fingerprint=_get(value, "fingerprint", str, ""),
        model=_get(value, "model", str, ""),
        message=_get(value, "message", str, ""),
        expected=_get(value, "expected", str, ""),
    )


def trial_from_json(value: Mapping[str, JSON]) -> TrialRecord:
    """Read the line of one trial; raises ValueError where a field is missing or wrong."""
    score = _number(value, "score")
    if not 0 <= score <= 1:
        raise ValueError(f"'score' is {score!r}, outside 0 to 1")
    seed = value.get("seed")
    return TrialRecord(
        case=_get(value, "case", str),
        index=_count(value, "index"),
        outcome=_outcome(value.get("outcome")),
        score=score,
        duration=_number(value, "duration", 0.0),
        message=_get(value, "message", str, ""),
        seed=None if seed is None else _count(value, "seed"),
        turns=tuple(_turn_from_json(turn) for turn in _objects(value, "turns")),
        verdicts=tuple(_verdict_from_json(verdict) for verdict in _objects(value, "verdicts")),
        judging=_judging_from_json(value),
    )


def _frame(case: CaseResult) -> dict[str, JSON]:
    return {
        "case": case.id,
        "bar": case.bar,
        "planned": case.planned,
        "tags": list(case.tags),
        "weight": case.weight,
        "fingerprint": case.fingerprint,
        "model": case.model,
    }


def _message_to_json(message: Message) -> dict[str, JSON]:
    value: dict[str, JSON] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        value["tool_calls"] = [_call_to_json(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        value["tool_call_id"] = message.tool_call_id
    return value


def _call_to_json(call: ToolCall) -> dict[str, JSON]:
    return {
        "id": call.id,
        "name": call.name,
        "arguments": dict(call.arguments),
        "raw_arguments": call.raw_arguments,
    }


def _reply_to_json(reply: Completion) -> dict[str, JSON]:
    return {
        "text": reply.text,
        "tool_calls": [_call_to_json(call) for call in reply.tool_calls],
        "usage": {
            "input_tokens": reply.usage.input_tokens,
            "output_tokens": reply.usage.output_tokens,
            "cached_tokens": reply.usage.cached_tokens,
        },
        "finish_reason": reply.finish_reason,
        "model": reply.model,
        "latency": reply.latency,
        "cost": reply.cost,
    } | ({} if reply.first_token is None else {"first_token": reply.first_token})


def _verdict_to_json(verdict: Verdict) -> dict[str, JSON]:
    value: dict[str, JSON] = {
        "matcher": verdict.matcher,
        "passed": verdict.passed,
        "score": verdict.score,
        "reason": verdict.reason,
        **_judging_to_json(verdict.judging),
    }
    if verdict.evidence and not verdict.passed:  # a pass needs none, and the reply itself is kept
        value["evidence"] = [_evidence_to_json(piece) for piece in verdict.evidence]
    if verdict.parts:
        value["parts"] = [_verdict_to_json(part) for part in verdict.parts]
    return value


def _judging_to_json(judging: Judging | None) -> dict[str, JSON]:
    return {} if judging is None else {"judging": asdict(judging)}


def _judging_from_json(value: Mapping[str, JSON]) -> Judging | None:
    if value.get("judging") is None:
        return None
    found = _get(value, "judging", dict)
    return Judging(
        model=_get(found, "model", str, ""),
        calls=_count(found, "calls", 0),
        input_tokens=_count(found, "input_tokens", 0),
        output_tokens=_count(found, "output_tokens", 0),
        cost=None if found.get("cost") is None else _number(found, "cost"),
    )


def _evidence_to_json(piece: Evidence) -> dict[str, JSON]:
    text = piece.text
    if len(text) > EVIDENCE_LIMIT:
        text = f"{text[:EVIDENCE_LIMIT]}… ({len(text) - EVIDENCE_LIMIT} more characters)"
    return {"title": piece.title, "text": text, "language": piece.language, "marks": list(piece.marks)}


def _turn_from_json(value: Mapping[str, JSON]) -> Turn:
    return Turn(
        messages=tuple(_message_from_json(message) for message in _objects(value, "messages")),
        reply=_reply_from_json(_get(value, "reply", dict)),
    )


def _message_from_json(value: Mapping[str, JSON]) -> Message:
    role = value.get("role")
    if role not in ("system", "user", "assistant", "tool"):
        raise ValueError(f"'role' is {role!r}; expected system, user, assistant or tool")
    identity = value.get("tool_call_id")
    return Message(
        role=role,
        content=_get(value, "content", str, ""),
        tool_calls=tuple(_call_from_json(call) for call in _objects(value, "tool_calls")),
        tool_call_id=None if identity is None else str(identity),
    )


def _call_from_json(value: Mapping[str, JSON]) -> ToolCall:
    return ToolCall(
        id=_get(value, "id", str, ""),
        name=_get(value, "name", str),
        arguments=_get(value, "arguments", dict, {}),
        raw_arguments=_get(value, "raw_arguments", str, ""),
    )


def _reply_from_json(value: Mapping[str, JSON]) -> Completion:
    usage = _get(value, "usage", dict, {})
    reason = value.get("finish_reason", "stop")
    return Completion(
        text=_get(value, "text", str, ""),
        tool_calls=tuple(_call_from_json(call) for call in _objects(value, "tool_calls")),
        usage=Usage(
            input_tokens=_count(usage, "input_tokens", 0),
            output_tokens=_count(usage, "output_tokens", 0),
            cached_tokens=_count(usage, "cached_tokens", 0),
        ),
        finish_reason=reason if reason in ("stop", "length", "tool_calls", "refused") else "other",
        model=_get(value, "model", str, ""),
        latency=None if value.get("latency") is None else _number(value, "latency"),
        cost=None if value.get("cost") is None else _number(value, "cost"),
        first_token=None if value.get("first_token") is None else _number(value, "first_token"),
    )


def _verdict_from_json(value: Mapping[str, JSON]) -> Verdict:
    return Verdict(
        matcher=_get(value, "matcher", str),
        passed=_get(value, "passed", bool),
        score=_number(value, "score"),
        reason=_get(value, "reason", str, ""),
        evidence=tuple(_evidence_from_json(piece) for piece in _objects(value, "evidence")),
        parts=tuple(_verdict_from_json(part) for part in _objects(value, "parts")),
        judging=_judging_from_json(value),
    )


def _evidence_from_json(value: Mapping[str, JSON]) -> Evidence:
    language, marks = value.get("language"), _get(value, "marks", list, [])
    if not all(isinstance(mark, int) for mark in marks):
        raise ValueError("'marks' must be a list of whole numbers")
    return Evidence(
        title=_get(value, "title", str, ""),
        text=_get(value, "text", str, ""),
        language=None if language is None else str(language),
        marks=tuple(marks),
    )


def _outcome(value: JSON) -> Any:
    if value not in ("passed", "failed", "error"):
        raise ValueError(f"'outcome' is {value!r}; expected passed, failed or error")
    return value


def _objects(value: Mapping[str, JSON], key: str) -> list[dict[str, JSON]]:
    found: list[JSON] = _get(value, key, list, [])
    if not all(isinstance(item, dict) for item in found):
        raise ValueError(f"{key!r} must be a list of objects")
    return found


def _number(value: Mapping[str, JSON], key: str, default: float | None = None) -> float:
    found = value.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"{key!r} must be a number, not {found!r}")  # noqa: TRY004 - one kind of error to catch
    try:
        return float(found)
    except OverflowError as error:
        raise ValueError(f"{key!r} is too large") from error


def _count(value: Mapping[str, JSON], key: str, default: int | None = None) -> int:
    found = value.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError(f"{key!r} must be a whole number, not {found!r}")  # noqa: TRY004 - one kind of error to catch
    return found


def _get(value: Mapping[str, JSON], key: str, kind: type, default: JSON = None) -> Any:
    found = value.get(key, default)
    if not isinstance(found, kind):
        state = "is missing" if key not in value else f"must be {kind.__name__}, not {type(found).__name__}"
        raise ValueError(f"{key!r} {state}")  # noqa: TRY004 - one kind of error to catch
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number that a run file may have")
