"""What a calibration found, as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.cli.screen import table, width
from pytest_aiassert.comparison import wilson
from pytest_aiassert.errors import UsageError
from pytest_aiassert.judges.agreement import Confusion, Kappa, Suggestion
from pytest_aiassert.judges.labels import Label
from pytest_aiassert.reports.figures import interval, judging_cost, percent
from pytest_aiassert.reports.visible import one_line, shorten
from pytest_aiassert.verdict import Judging
from pytest_aiassert.wording import plural

VERSION: Final = 1
SUFFIXES: Final = (".md", ".json")
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A labelled reply and what the judge says of it; `passed` and `score` are None where it failed to judge."""

    label: Label
    reason: str
    score: float | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How well a judge agrees with the labels of a file."""

    labels: str
    judge: str
    rubric: str
    threshold: float
    scale: tuple[float, float]
    votes: int
    judged: tuple[Judged, ...]
    confusion: Confusion
    kappa: Kappa
    suggestion: Suggestion | None
    min_kappa: float | None
    judging: Judging | None

    @property
    def disagreements(self) -> tuple[Judged, ...]:
        """The replies of which people and the judge say different things."""
        return tuple(each for each in self.judged if each.passed is not None and each.passed != each.label.passed)

    @property
    def errors(self) -> tuple[Judged, ...]:
        """The replies that could not be judged."""
        return tuple(each for each in self.judged if each.passed is None)


def to_lines(done: Calibration) -> list[str]:
    """Return what the terminal shows."""
    lines = [*_figures(done), ""]
    cells = done.confusion
    rows = [
        ["", "judge: pass", "judge: fail"],
        ["people: pass", f"{cells.both_pass:>11}", f"{cells.people_pass:>11}"],
        ["people: fail", f"{cells.judge_pass:>11}", f"{cells.both_fail:>11}"],
    ]
    lines += table(rows)
    if done.disagreements:
        lines += ["", f"{plural(len(done.disagreements), 'disagreement')}:"]
        wide = max(len(each.label.where) for each in done.disagreements)
        for each in done.disagreements:
            start = f"  {each.label.where:<{wide}}  {_verdicts(each)}  "
            lines.append(redact(start + shorten(one_line(each.reason), max(30, width() - len(start)))).rstrip())
    return [*lines, "", *(redact(line) for line in _advice(done))]


def check_path(path: Path) -> None:
    """Refuse a report that cannot be written; raises UsageError."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--report {path}: the suffix says the format; use one of {', '.join(SUFFIXES)}")


def write(done: Calibration, path: Path) -> None:
    """Write a report; raises UsageError where that fails."""
    text = _json(done) if path.suffix.lower() == ".json" else _markdown(done)
    try:
        write_atomically(path, redact(text))
    except OSError as error:
        raise UsageError(f"cannot write report {path}: {error.strerror or error}") from error


def _figures(done: Calibration) -> list[str]:
    n, agreeing = done.confusion.n, done.confusion.agreeing
    votes = f", {done.votes} votes" if done.votes > 1 else ""
    errors = f", {plural(len(done.errors), 'error')} not counted" if done.errors else ""
    head = f"{done.labels}: {plural(n, 'reply', 'replies')} judged by {done.judge}{votes}{errors}"
    found = done.kappa
    return [
        head,
        f"agreement  {percent(agreeing / n)} [{interval(*wilson(agreeing, n))}], {agreeing} of {n}",
        f"kappa      {found.estimate:.2f} [{found.low:.2f} to {found.high:.2f}] at 95%; 0 is chance, 1 is perfect",
    ]


def _advice(done: Calibration) -> list[str]:
    found = done.suggestion
    lines: list[str] = []
    if found is None or found.kappa <= done.kappa.estimate + _SAME:
        lines.append(f"threshold  no other than {done.threshold:g} agrees better with these labels")
    else:
        left_out = "undefined" if found.left_out is None else f"{found.left_out:.2f}"
        lines.append(
            f"threshold  {found.threshold:g} in place of {done.threshold:g} would give kappa {found.kappa:.2f} on "
            f"these labels; chosen without the reply it judges: {left_out}"
        )
    if done.judging is not None and done.judging.calls:
        lines.append(f"judging    {judging_cost(done.judging)}")
    return lines


def _verdicts(each: Judged) -> str:
    people = f"{each.label.score:g} " if each.label.score is not None else ""
    score = "" if each.score is None else f" {each.score:g}"
    return f"people {people}{_word(passed=each.label.passed)}, judge{score} {_word(passed=bool(each.passed))}"


def _word(*, passed: bool) -> str:
    return "pass" if passed else "fail"


def _markdown(done: Calibration) -> str:
    cells = done.confusion
    lines = [
        f"# Does {_cell(done.judge)} agree with people?",
        "",
        *(f"- {_cell(' '.join(line.split()))}" for line in [*_figures(done), *_advice(done)]),
        f"- rubric: {_cell(done.rubric)}",
        "",
        "| | judge: pass | judge: fail |",
        "|---|--:|--:|",
        f"| people: pass | {cells.both_pass} | {cells.people_pass} |",
        f"| people: fail | {cells.judge_pass} | {cells.both_fail} |",
    ]
    lines += _markdown_rows("Disagreements", done.disagreements)
    lines += _markdown_rows("Not judged", done.errors)
    return "\n".join(lines) + "\n"


def _markdown_rows(title: str, rows: Sequence[Judged]) -> list[str]:
    if not rows:
        return []
    lines = ["", f"## {title}", "", "| reply | verdicts | why |", "|---|---|---|"]
    for each in rows:
        said = _verdicts(each) if each.passed is not None else f"people {_word(passed=each.label.passed)}"
        lines.append(f"| {_cell(each.label.where)} | {said} | {_cell(each.reason)} |")
    return lines


def _cell(text: str) -> str:
    """Write a text that nobody vouches for so that Markdown shows it as it is."""
    escaped = "".join(f"\\{letter}" if letter in "\\`*_[]<>|#!~&" else letter for letter in one_line(text))
    return shorten(escaped, 400)


def _json(done: Calibration) -> str:
    document: dict[str, Any] = {
        "version": VERSION,
        "labels": done.labels,
        "judge": done.judge,
        "rubric": done.rubric,
        "threshold": done.threshold,
        "scale": list(done.scale),
        "votes": done.votes,
        "n": done.confusion.n,
        "errors": len(done.errors),
        "agreement": done.confusion.agreeing / done.confusion.n,
        "kappa": asdict(done.kappa),
        "min_kappa": done.min_kappa,
        "confusion": asdict(done.confusion),
        "suggestion": None if done.suggestion is None else asdict(done.suggestion),
        "judging": None if done.judging is None else asdict(done.judging),
        "replies": [
            {
                "line": each.label.line,
                "id": each.label.id,
                "people": each.label.passed,
                "people_score": each.label.score,
                "judge": each.passed,
                "judge_score": each.score,
                "reason": each.reason,
            }
            for each in done.judged
        ],
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"
