"""The HTML report: one self-contained file that answers which cases fail, why, and what it cost."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pytest_aiassert.reports import figures
from pytest_aiassert.reports.highlight import Highlighter
from pytest_aiassert.reports.layout import RowView, lay_out, pieces_of
from pytest_aiassert.reports.tally import RunTally, all_notes, tally, verdict_sentence
from pytest_aiassert.reports.visible import one_line, visible
from pytest_aiassert.runs.records import EvalReport
from pytest_aiassert.wording import plural

SIGNS: Final[Mapping[str, str]] = {"passed": "✓", "failed": "✗", "error": "!"}


def render_html(report: EvalReport) -> str:
    """Write a report as one HTML page without any outside reference; nothing in a reply is ever markup."""
    runs = tally(report)
    highlighter = Highlighter()
    rows = lay_out(runs, highlighter)
    script = _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template("report.html")
        .render(
            title=one_line(report.title),
            sentence=verdict_sentence(runs),
            runs=runs,
            rows=rows,
            tags=_tags(runs),
            counts=_counts(rows),
            priced=any(run.cost is not None for run in runs),
            sections=[
                (one_line(title), list(pieces_of(visible(text), highlighter))) for title, text in report.sections
            ],
            notes=[visible(note) for note in all_notes(report)],
            duration=report.duration,
            style=Markup(_asset("report.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_digest=digest,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pytest_aiassert.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": figures.percent,
        "money": figures.money,
        "count": figures.count,
        "judging_cost": figures.judging_cost,
        "seconds": figures.seconds,
        "visible": visible,
    }
    extra: dict[str, Any] = {"interval": figures.interval, "plural": plural, "signs": SIGNS}
    environment.globals.update(extra)
    return environment


def _asset(name: str) -> str:
    return resources.files("pytest_aiassert.reports").joinpath("templates", name).read_text(encoding="utf-8")


def _tags(runs: tuple[RunTally, ...]) -> list[tuple[str, list[Any]]]:
    """Return each tag with its rate on every model, None where the model has no such case."""
    names = dict.fromkeys(tag for run in runs for tag, _ in run.tags)
    rates = [dict(run.tags) for run in runs]
    return [(one_line(name), [by_tag.get(name) for by_tag in rates]) for name in names]


def _counts(rows: list[RowView]) -> dict[str, int]:
    return {outcome: sum(row.outcome == outcome for row in rows) for outcome in SIGNS}
