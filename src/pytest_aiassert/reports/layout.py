"""What the HTML report shows, worked out: one row per case, one cell per model, all text already harmless."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from assistant.messages import Completion, Message, ToolCall
from pytest_aiassert.reports.excerpt import Line, around_marks, excerpt, is_told
from pytest_aiassert.reports.highlight import Highlighter
from pytest_aiassert.reports.prose import inline, passages
from pytest_aiassert.reports.tally import CaseTally, RunTally, complaint, decisive, failing
from pytest_aiassert.reports.visible import one_line, shorten, visible
from pytest_aiassert.runs.records import TrialRecord
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_TEXT: Final = 20_000  # characters of one text shown; a reply may have ten million
_MATCHER: Final = 140
_EVIDENCE_LINES: Final = 60
_GLANCE: Final = 25  # lines of code whose marks are found without an excerpt
_ORDER: Final = {"failed": 0, "error": 1, "passed": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceView:
    """A piece of a text: running text, or code as numbered lines under a title; prose among code wraps."""

    markup: Markup
    is_code: bool = False
    title: str = ""
    wraps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """A verdict with its parts and the code it speaks of, failing ones first."""

    passed: bool
    matcher: str
    score: str
    reason: str
    evidence: tuple[PieceView, ...]
    parts: tuple[VerdictView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message that was sent, or a reply, under the role of its author."""

    role: str
    pieces: tuple[PieceView, ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialView:
    """One trial: what the model said and what each matcher says of it."""

    record: TrialRecord
    anchor: str
    reason: str
    message: str
    turns: tuple[MessageView, ...]
    verdicts: tuple[VerdictView, ...]
    finish: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One case on one model."""

    model: int
    label: str
    case: CaseTally
    reason: str
    trials: tuple[TrialView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One case on all models; `cells` has None for a model that did not run it."""

    id: str
    anchor: str
    tags: tuple[str, ...]
    weight: float
    cells: tuple[CellView | None, ...]
    lead: CellView
    prompt: tuple[MessageView, ...]

    @property
    def name(self) -> tuple[str, str]:
        """The id cut before its last part: `tests/test_x.py::` and `test_y`."""
        path, colons, name = self.id.rpartition("::")
        return path + colons, name

    @property
    def outcome(self) -> str:
        """The worst outcome over the models."""
        return self.lead.case.result.outcome


@dataclass(slots=True)
class _Anchors:
    """Gives out ids that are unique in the page and safe in a link."""

    taken: set[str] = field(default_factory=set)

    def give(self, text: str) -> str:
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-") or "x"
        name, number = slug, 1
        while name in self.taken:
            number += 1
            name = f"{slug}-{number}"
        self.taken.add(name)
        return name


def lay_out(runs: Sequence[RunTally], highlighter: Highlighter) -> list[RowView]:
    """Return the rows of the report, worst first."""
    by_id: dict[str, list[tuple[int, CaseTally]]] = {}
    for model, run in enumerate(runs):
        for case in run.cases:
            by_id.setdefault(case.result.id, []).append((model, case))
    anchors = _Anchors()
    groups = sorted(by_id.values(), key=lambda group: min(_badness(case) for _, case in group))
    return [_row(group, runs, anchors, highlighter) for group in groups]


def _badness(case: CaseTally) -> tuple[int, float, float, str]:
    return _ORDER[case.result.outcome], case.rate.share or 0.0, -case.result.weight, case.result.id


def _row(
    group: Sequence[tuple[int, CaseTally]], runs: Sequence[RunTally], anchors: _Anchors, highlighter: Highlighter
) -> RowView:
    lead_case = min((case for _, case in group), key=_badness)
    anchor = anchors.give(f"case-{lead_case.result.id}")
    prompt = next((t.turns[0].messages for _, case in group for t in case.result.trials if t.turns), ())
    cells: list[CellView | None] = [None] * len(runs)
    for model, case in group:
        cells[model] = CellView(
            model=model,
            label=visible(runs[model].label),
            case=case,
            reason=shorten(one_line(case.reason), 400),
            trials=tuple(
                _trial(trial, prompt, anchors.give(f"{anchor}-{model + 1}-{trial.index}"), highlighter)
                for trial in sorted(case.result.trials, key=lambda trial: _ORDER[trial.outcome])
            ),
        )
    return RowView(
        id=one_line(lead_case.result.id),
        anchor=anchor,
        tags=tuple(one_line(tag) for tag in lead_case.result.tags),
        weight=lead_case.result.weight,
        cells=tuple(cells),
        lead=next(cell for cell in cells if cell is not None and cell.case is lead_case),
        prompt=tuple(_message(message, highlighter) for message in prompt),
    )


def _trial(trial: TrialRecord, prompt: tuple[Message, ...], anchor: str, highlighter: Highlighter) -> TrialView:
    judged = _Judged(trial.verdicts)
    turns: list[MessageView] = []
    for turn in trial.turns:
        if turn.messages != prompt:
            turns += [_message(message, highlighter) for message in turn.messages]
        turns.append(_reply(turn.reply, judged, highlighter))
    unmet = decisive(trial.verdicts)
    reason = trial.message if unmet is None else complaint(unmet)
    finishes = dict.fromkeys(turn.reply.finish_reason for turn in trial.turns)
    return TrialView(
        record=trial,
        anchor=anchor,
        reason=shorten(one_line(reason), 300),
        message=visible(trial.message[:_TEXT]) if unmet is None else "",
        turns=tuple(turns),
        verdicts=tuple(_verdict(verdict, judged, highlighter) for verdict in failing(trial.verdicts)),
        finish=", ".join(finish for finish in finishes if finish != "stop"),
    )


class _Judged:
    """The code that verdicts speak of, and which of it the reply itself already shows."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.languages: dict[str, str] = {}
        self.marks: dict[str, set[int]] = {}
        self.shown: set[str] = set()  # as code, with its marks
        self.replied: set[str] = set()
        for verdict in _flat(verdicts):
            for evidence in verdict.evidence:
                key = _key(evidence.text)
                if evidence.language or key not in self.languages:
                    self.languages[key] = evidence.language or ""
                if not verdict.passed:
                    self.marks.setdefault(key, set()).update(evidence.marks)


def _key(text: str) -> str:
    return visible(text[:_TEXT]).strip()


def _flat(verdicts: Iterable[Verdict]) -> Iterable[Verdict]:
    for verdict in verdicts:
        yield verdict
        yield from _flat(verdict.parts)


def _reply(reply: Completion, judged: _Judged, highlighter: Highlighter) -> MessageView:
    text, left_out = _capped(reply.text)
    pieces = [*pieces_of(text, highlighter, judged), *(_tool_call(call, highlighter) for call in reply.tool_calls)]
    judged.replied.add(text.strip())
    return MessageView(role="reply", pieces=tuple(pieces), left_out=left_out)


def _message(message: Message, highlighter: Highlighter) -> MessageView:
    text, left_out = _capped(message.content)
    pieces = [*pieces_of(text, highlighter), *(_tool_call(call, highlighter) for call in message.tool_calls)]
    return MessageView(role=message.role, pieces=tuple(pieces), left_out=left_out)


def pieces_of(text: str, highlighter: Highlighter, judged: _Judged | None = None) -> Iterable[PieceView]:
    """Return the pieces of a text that was made visible; code that verdicts speak of carries their marks."""
    judged = judged or _Judged(())
    for passage in passages(text):
        if passage.language is None:
            yield from _running_text(passage.text, judged, highlighter)
            continue
        key = passage.text.strip()
        if not passage.closed and not passage.language and key not in judged.languages:
            yield PieceView(markup=inline(f"```\n{passage.text}"))  # more likely the end of code than its beginning
            continue
        judged.shown.add(key)
        language = judged.languages.get(key) or passage.language
        title = (passage.language or "code") + ("" if passage.closed else ", fence never closed")
        yield _code(passage.text.rstrip("\n"), language, title, judged.marks.get(key, ()), highlighter)


def _running_text(text: str, judged: _Judged, highlighter: Highlighter) -> Iterable[PieceView]:
    """Return running text, with the code in it that verdicts found there without a fence."""
    bare = (key for key, language in judged.languages.items() if key and language and key in text)
    key = max(bare, key=len, default="")
    if not key:
        yield PieceView(markup=inline(text))
        return
    before, _, after = text.partition(key)
    judged.shown.add(key)
    if before.strip():
        yield PieceView(markup=inline(before))
    yield _code(key, judged.languages[key], judged.languages[key], judged.marks.get(key, ()), highlighter)
    if after.strip():
        yield PieceView(markup=inline(after))


def _code(text: str, language: str, title: str, marks: Iterable[int], highlighter: Highlighter) -> PieceView:
    return PieceView(markup=highlighter.code(text, language, marks=set(marks)), is_code=True, title=title)


def _tool_call(call: ToolCall, highlighter: Highlighter) -> PieceView:
    arguments = call.raw_arguments or json.dumps(dict(call.arguments), indent=1, ensure_ascii=False, default=repr)
    return _code(_capped(arguments)[0], "json", f"calls {one_line(call.name)}", (), highlighter)


def _verdict(verdict: Verdict, judged: _Judged, highlighter: Highlighter) -> VerdictView:
    return VerdictView(
        passed=verdict.passed,
        matcher=shorten(one_line(verdict.matcher), _MATCHER),
        score=f"{verdict.score:.2f}",
        reason=visible(verdict.reason[:_TEXT]),
        evidence=tuple(
            piece
            for evidence in verdict.evidence
            if not is_told(evidence, verdict.reason)
            and (piece := _evidence(evidence, judged, highlighter, passed=verdict.passed)) is not None
        ),
        parts=tuple(_verdict(part, judged, highlighter) for part in failing(verdict.parts)),
    )


def _evidence(evidence: Evidence, judged: _Judged, highlighter: Highlighter, *, passed: bool) -> PieceView | None:
    key = _key(evidence.text)
    title = one_line(evidence.title)
    shown: list[Line]
    text = visible(evidence.text[:_TEXT]).rstrip("\n")
    if key in judged.shown or key in judged.replied:  # the reader has it before the eyes; point only at what matters
        easily_seen = key in judged.shown and text.count("\n") < _GLANCE
        if passed or not evidence.marks or easily_seen:
            return None
        shown = around_marks(text, evidence.marks)
    else:
        judged.shown.add(key)
        shown = excerpt(text, evidence.marks, limit=_EVIDENCE_LINES)
    markup = highlighter.excerpt(shown, text, evidence.language)
    return PieceView(markup=markup, is_code=True, title=title, wraps=not evidence.language)


def _capped(text: str) -> tuple[str, str]:
    """Return the text made visible, and how much of it was left out."""
    left = len(text) - _TEXT
    return visible(text[:_TEXT]), plural(left, "more character") if left > 0 else ""
