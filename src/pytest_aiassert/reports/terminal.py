"""The terminal summary, in pytest's own manners: failing cases first, then one line of totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from pytest_aiassert.reports.figures import count, interval, judging_cost, money, percent, seconds
from pytest_aiassert.reports.paint import paint
from pytest_aiassert.reports.tally import CaseTally, Rate, RunTally, tally
from pytest_aiassert.reports.visible import columns, one_line, pad, shorten, shorten_middle
from pytest_aiassert.runs.records import EvalReport
from pytest_aiassert.verdict import Judging
from pytest_aiassert.wording import plural

_BAR: Final = 10
_NARROWEST: Final = 40
_WIDE: Final = 72  # from here on there is room for the bar
_FIGURES: Final = 34  # columns for the outcome, the passes, the bar and the interval
_REASON: Final = 40  # columns that a reason needs to say something
_LETTERS: Final = {"passed": "PASSED", "failed": "FAILED", "error": "ERROR"}


def terminal_lines(report: EvalReport, *, width: int, colour: bool, verbosity: int) -> list[str]:
    """Summarise a report: -1 or less is one line, 0 the failing cases, 1 or more all cases."""
    runs = tally(report)
    if verbosity < 0:
        return [_totals(report, runs, colour=colour)]
    width = max(width, _NARROWEST)
    lines: list[str] = []
    for run in runs:
        shown = [case for case in run.cases if verbosity > 0 or case.result.outcome != "passed"]
        if len(runs) > 1:
            lines.append(paint(f"{one_line(run.label)}: {_headline(run)}", "bold", colour=colour))
        lines += _table(shown, width=width, colour=colour)
        lines += [f"note: {one_line(note)}" for note in run.run.notes]
    return [*lines, _totals(report, runs, colour=colour)]


def bar(rate: Rate, width: int = _BAR) -> str:
    """Draw a rate as blocks, blank where nothing was judged; only a full rate fills all blocks."""
    if rate.share is None:
        return " " * width
    full = int(rate.share * width + 0.5)
    if 0 < rate.passes < rate.n:
        full = min(max(full, 1), width - 1)
    return "█" * full + "░" * (width - full)


def _table(cases: Sequence[CaseTally], *, width: int, colour: bool) -> list[str]:
    if not cases:
        return []
    names = _names(cases, max(16, width // 3), most=max(16, width - _FIGURES))
    size = max(columns(name) for name in names)
    ratio = max(len(_ratio(case)) for case in cases)
    lines: list[str] = []
    for case, name in zip(cases, names, strict=True):
        lines += _row(case, pad(name, size), ratio=ratio, width=width, colour=colour)
    return lines


def _names(cases: Sequence[CaseTally], limit: int, *, most: int) -> list[str]:
    """Return ids of `limit` columns: whole, without the file of a test, or cut; of `most` to tell them apart."""
    names = [one_line(case.result.id) for case in cases]
    if max(columns(name) for name in names) <= limit:
        return names
    bare = [name.rpartition("::")[2] for name in names]
    for candidates, size in ((bare, limit), (names, limit), (names, most)):
        cut = [shorten_middle(name, size) for name in candidates]
        if len(set(cut)) == len(set(names)):
            return cut
    return [shorten_middle(name, most) for name in names]


def _row(case: CaseTally, name: str, *, ratio: int, width: int, colour: bool) -> list[str]:
    """Return the line of a case; a reason that would lose most of itself there gets a line of its own."""
    outcome = case.result.outcome
    word = pad("XFAIL" if outcome == "failed" and case.result.expected else _LETTERS[outcome], 6)
    numbers = f"{_ratio(case):>{ratio}}"
    if width >= _WIDE:
        numbers += f" {bar(case.rate)}"
    bounds = f"[{interval(case.rate.low, case.rate.high)}]" if case.rate.n else ""
    numbers += f" {bounds:<9}"
    room = width - columns(f"{word} {name} {numbers} ")
    row = f"{paint(word, outcome, colour=colour)} {name} {paint(numbers, 'dim', colour=colour)}"
    reason = one_line(case.reason)
    if columns(reason) <= max(room, 0) or room >= _REASON:
        return [f"{row} {shorten(reason, room)}".rstrip()]
    return [row.rstrip(), " " * 7 + shorten(reason, width - 7)]


def _ratio(case: CaseTally) -> str:
    return f"{case.rate.passes}/{case.rate.n}"


def _headline(run: RunTally) -> str:
    if not run.rate.n:
        return f"{plural(run.errors, 'error')}, no case was judged" if run.errors else "no cases"
    return f"{run.rate.passes} of {plural(run.rate.n, 'case')} passed, {run.rate}"


def _totals(report: EvalReport, runs: Sequence[RunTally], *, colour: bool) -> str:
    failed, errors = sum(run.failed for run in runs), sum(run.errors for run in runs)
    passed, expected = sum(run.rate.passes for run in runs), sum(run.expected for run in runs)
    counts: list[tuple[int, str, Literal["passed", "failed", "error"]]] = [
        (failed, "failed" if not expected else f"failed ({count(expected)} as expected)", "failed"),
        (passed, "passed", "passed"),
        (errors, "error" if errors == 1 else "errors", "error"),
    ]
    said = [paint(f"{count(number)} {word}", style, colour=colour) for number, word, style in counts if number]
    if not said:
        return "no cases ran"
    facts = [", ".join(said)]
    judged = failed + passed
    if len(runs) == 1 and judged:
        rate = runs[0].rate
        facts.append(f"{percent(rate.share)} of {plural(judged, 'case')} [{interval(rate.low, rate.high)}]")
    facts.append(plural(sum(run.trials for run in runs), "trial"))
    costs = [run.cost for run in runs if run.cost is not None]
    if costs:
        facts.append(money(sum(costs)))
    tokens = sum(run.tokens for run in runs)
    if tokens:
        facts.append(plural(tokens, "token"))
    judging = Judging.total(run.judging for run in runs if run.judging is not None)
    if judging is not None and judging.calls:
        facts.append(f"judged: {judging_cost(judging)}")
    return " · ".join([*facts, seconds(report.duration)])
