"""The Markdown report: a comment on a pull request, most important first, details folded."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Final

from pytest_aiassert.reports.excerpt import excerpt, is_told
from pytest_aiassert.reports.figures import count, interval, judging_cost, money, seconds
from pytest_aiassert.reports.tally import CaseTally, RunTally, all_notes, failing, tally, verdict_sentence
from pytest_aiassert.reports.visible import one_line, shorten, visible
from pytest_aiassert.runs.records import EvalReport, TrialRecord
from pytest_aiassert.verdict import Verdict
from pytest_aiassert.wording import plural

LIMIT: Final = 64_000
"""Characters a report may take; GitHub refuses comments of more than 65,536."""

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~&$])")
_REFERENCE: Final = re.compile(r"([@#])(?=\w)")
_LINK: Final = re.compile(r"www(?=\.)|:(?=//)", re.IGNORECASE)
_REASON: Final = 160
_MATCHER: Final = 80
_REPLY: Final = 3_000
_ROWS: Final = 100
_SIGNS: Final = {"passed": "✅", "failed": "❌", "error": "⚠️"}


def render_markdown(report: EvalReport, *, limit: int = LIMIT) -> str:
    """Write a report of fewer than `limit` characters; what did not fit is said at the end."""
    runs = tally(report)
    several = len(runs) > 1
    unmet = [(run, case) for run in runs for case in run.cases if case.result.outcome != "passed"]
    page = _Page(limit - 200)  # room for the closing line
    page.add(_overview(report, runs))
    page.add(_unmet_table(unmet, several=several))
    page.add(_tags(runs))
    for run, case in unmet:
        page.add(_details(run, case, several=several), dropped="failing cases")
    for title, text in report.sections:
        page.add(f"\n### {_prose(title)}\n\n{visible(text)}\n", dropped="sections")
    page.add(_met(runs), dropped="lists of passing cases")
    return page.text()


class _Page:
    """Collects pieces while they fit."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._pieces: list[str] = []
        self._dropped: dict[str, int] = {}

    def add(self, piece: str, *, dropped: str = "tables") -> None:
        if len(piece) <= self._left:
            self._pieces.append(piece)
            self._left -= len(piece)
        else:
            self._dropped[dropped] = self._dropped.get(dropped, 0) + 1

    def text(self) -> str:
        text = "".join(self._pieces)
        if self._dropped:
            what = ", ".join(f"{number} {noun}" for noun, number in self._dropped.items())
            text += f"\n_Left out to fit a comment: {what}; the HTML report has them._\n"
        return text


def _overview(report: EvalReport, runs: Sequence[RunTally]) -> str:
    lines = [f"## {_prose(report.title)}: {_prose(verdict_sentence(runs))}", ""]
    for note in all_notes(report):
        lines += [f"> {_prose(note)}", ""]
    if runs:
        lines += [
            "| model | cases passed | rate [95% interval] | trials passed | cost | tokens | latency, median / p95 |"
        ]
        lines += ["|---|--:|--:|--:|--:|--:|--:|"]
    for run in runs:
        errors = f", {plural(run.errors, 'error')}" if run.errors else ""
        lines.append(
            f"| {_prose(run.label)} | {run.rate.passes}/{run.rate.n}{errors} | {run.rate} "
            f"| {run.trial_passes}/{run.trials} | {_prose(money(run.cost))} | {count(run.tokens)} "
            f"| {seconds(run.latency)} / {seconds(run.slowest)} |"
        )
    for run in runs:
        if run.judging is not None and run.judging.calls:
            lines += ["", f"{_prose(run.label)} was judged by models: {_prose(judging_cost(run.judging))}."]
    lines += ["", f"Took {seconds(report.duration)}."]
    return "\n".join(lines) + "\n"


def _unmet_table(unmet: Sequence[tuple[RunTally, CaseTally]], *, several: bool) -> str:
    if not unmet:
        return ""
    model = "model | " if several else ""
    lines = ["", f"| case | {model}passed | 95% interval | why |", "|---|" + "---|" * several + "--:|--:|---|"]
    for run, case in unmet[:_ROWS]:
        sign = _SIGNS[case.result.outcome]
        where = f"{_prose(run.label)} | " if several else ""
        bounds = interval(case.rate.low, case.rate.high) if case.rate.n else ""
        why = _prose(shorten(one_line(case.reason), _REASON))
        name = _prose(case.result.id)
        lines.append(f"| {sign} {name} | {where}{case.rate.passes}/{case.rate.n} | {bounds} | {why} |")
    if len(unmet) > _ROWS:
        lines.append(f"\nand {plural(len(unmet) - _ROWS, 'more case')}.")
    return "\n".join(lines) + "\n"


def _tags(runs: Sequence[RunTally]) -> str:
    tags = list(dict.fromkeys(tag for run in runs for tag, _ in run.tags))
    if not tags:
        return ""
    rates = [dict(run.tags) for run in runs]
    lines = ["", _summary("", "By tag"), ""]
    lines += ["| tag | " + " | ".join(_prose(run.label) for run in runs) + " |", "|---|" + "--:|" * len(runs)]
    for tag in tags:
        cells = [f"{rate.passes}/{rate.n} {rate}" if (rate := by_tag.get(tag)) else "" for by_tag in rates]
        lines.append(f"| {_prose(tag)} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", "</details>"]) + "\n"


def _details(run: RunTally, case: CaseTally, *, several: bool) -> str:
    result = case.result
    where = f" · {run.label}" if several else ""
    title = f"{result.id}{where} · {case.rate.passes}/{case.rate.n} passed"
    lines = ["", _summary(f"{_SIGNS[result.outcome]} ", title), ""]
    trial = next((trial for trial in result.trials if trial.outcome != "passed"), None)
    if trial is None:
        lines.append(_prose(result.message))
    else:
        lines += _trial(trial)
    return "\n".join([*lines, "", "</details>"]) + "\n"


def _trial(trial: TrialRecord) -> list[str]:
    lines: list[str] = []
    if trial.turns:
        prompt = trial.turns[-1].messages[-1].content if trial.turns[-1].messages else ""
        lines += ["Prompt:", "", _fenced(_capped(prompt)), ""]
    lines += [f"Trial {trial.index}:" + (f" {_prose(trial.message)}" if trial.message else ""), ""]
    for verdict in failing(trial.verdicts):
        lines += _verdict(verdict, "")
    seen: set[str] = set()
    for verdict in trial.verdicts:
        for evidence in verdict.evidence:
            if not verdict.passed and evidence.text not in seen and not is_told(evidence, verdict.reason):
                seen.add(evidence.text)
                lines += ["", f"{_prose(evidence.title)}:", "", _numbered(evidence.text, evidence.marks)]
    if trial.turns and not seen:
        lines += ["", "Reply:", "", _fenced(_capped(trial.turns[-1].reply.text))]
    return lines


def _verdict(verdict: Verdict, indent: str) -> list[str]:
    sign = "✓" if verdict.passed else "✗"
    reason = _prose(shorten(one_line(verdict.reason), 2 * _REASON))
    line = f"{indent}- {sign} {_prose(shorten(one_line(verdict.matcher), _MATCHER))} ({verdict.score:.2f}): {reason}"
    parts = [line for part in failing(verdict.parts) for line in _verdict(part, indent + "  ")]
    return [line, *parts]


def _met(runs: Sequence[RunTally]) -> str:
    pieces: list[str] = []
    for run in runs:
        met = [case for case in run.cases if case.result.outcome == "passed"]
        if met:
            names = ", ".join(f"{_prose(c.result.id)} {c.rate.passes}/{c.rate.n}" for c in met)
            title = f"{plural(len(met), 'case')} passed on {run.label}"
            pieces += ["", _summary(f"{_SIGNS['passed']} ", title), "", names, "", "</details>"]
    return "\n".join(pieces) + "\n" if pieces else ""


def _numbered(text: str, marks: Sequence[int]) -> str:
    lines = excerpt(text[: 10 * _REPLY], marks)
    shown = [
        f"{'>' if line.marked else ' '} {line.number:>3} | {shorten(line.text, 200)}"
        if line.number is not None
        else f"      … {plural(line.skipped, 'line')}"
        for line in lines
    ]
    return _fenced("\n".join(shown))


def _fenced(text: str) -> str:
    text = visible(text).rstrip()
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _capped(text: str) -> str:
    left = len(text) - _REPLY
    return text if left <= 0 else f"{text[:_REPLY]}\n… {plural(left, 'more character')}"


def _summary(sign: str, text: str) -> str:
    """Return what opens a fold; within it GitHub reads HTML, not Markdown."""
    return f"<details><summary>{sign}{_unlinked(html.escape(one_line(text)))}</summary>"


def _prose(text: str) -> str:
    """Return text in one line that Markdown shows as it is, that mentions nobody and refers to no issue."""
    return _unlinked(_SPECIAL.sub(r"\\\1", one_line(text)))


def _unlinked(text: str) -> str:
    unlinked = _LINK.sub("\\g<0>\N{WORD JOINER}", text)
    return _REFERENCE.sub("\\1\N{WORD JOINER}", unlinked)
