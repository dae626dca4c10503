"""The terminal text of a comparison: the verdict in words, then by how much, where, and which cases moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pytest_aiassert.reports.figures import NONE, count, money, percent, seconds
from pytest_aiassert.reports.paint import Style, paint
from pytest_aiassert.reports.visible import columns, one_line, pad, shorten, shorten_middle, wrap

if TYPE_CHECKING:
    from pytest_aiassert.comparison import CaseChange, Comparison, Difference, Quantity

_NARROWEST: Final = 40
_FULL: Final = 72
_STYLES: Final[dict[str, Style]] = {"regression": "failed", "no regression": "passed", "undecided": "error"}


def comparison_lines(comparison: Comparison, *, width: int, colour: bool) -> list[str]:
    """Say whether run B is worse than run A; `width` is in columns, from 40."""
    width = max(width, _NARROWEST)
    style = _STYLES[comparison.verdict]
    lines = [paint(line, style, colour=colour) for line in _wrapped(comparison.summary, width)]
    lines += ["", *_differences(comparison, width=width, colour=colour)]
    lines += _changes(comparison.changes, width=width, colour=colour)
    figures = " · ".join(_quantity(quantity) for quantity in comparison.quantities if quantity.a or quantity.b)
    if figures:
        lines += ["", *_wrapped(f"mean per trial: {figures}", width)]
    for note in comparison.notes:
        lines += _wrapped(f"note: {one_line(note)}", width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(one_line(text), width)


def _differences(comparison: Comparison, *, width: int, colour: bool) -> list[str]:
    """Return the table of differences: all cases, then tags with the most worsened first."""
    every = [comparison.overall, *comparison.tags]
    bounds = f"{comparison.overall.confidence:.0%} interval"
    rows = [("", "cases", "A", "B", "points", bounds, "p worse"), *(_figures(difference) for difference in every)]
    if width < _FULL:  # the rates of A and B, which the summary tells too, make room first
        rows = [(row[0], *row[4:]) for row in rows]
    sizes = [max(columns(row[column]) for row in rows) for column in range(1, len(rows[0]))]
    label = min(max(columns(row[0]) for row in rows), max(5, width - sum(sizes) - 2 * len(sizes)))
    lines: list[str] = []
    for row, difference in zip(rows, (None, *every), strict=True):
        cells = "".join(f"  {cell:>{size}}" for cell, size in zip(row[1:], sizes, strict=True))
        text = f"{pad(shorten_middle(row[0], label), label)}{cells}"
        if difference is None:
            lines.append(paint(text, "dim", colour=colour))
        elif difference.verdict == "regression":
            lines.append(f"{paint(text, 'failed', colour=colour)}  regression")
        else:
            lines.append(text)
    return lines


def _figures(difference: Difference) -> tuple[str, ...]:
    return (
        one_line(difference.label),
        count(difference.cases),
        percent(difference.rate_a),
        percent(difference.rate_b),
        _points(difference.estimate),
        f"{_points(difference.low)} to {_points(difference.high)}",
        _p_value(difference.p_adjusted),
    )


def _changes(changes: Sequence[CaseChange], *, width: int, colour: bool) -> list[str]:
    if not changes:
        return ["", "No case moved."]
    worse = sum(change.worse for change in changes)
    better = len(changes) - worse
    lines = ["", f"Cases that moved: {worse} worse, {better} better"]
    ids = min(max(columns(one_line(change.id)) for change in changes), max(16, width // 3))
    ratios = [f"{c.passes_a}/{c.trials_a} → {c.passes_b}/{c.trials_b}" for c in changes]
    size = max(columns(ratio) for ratio in ratios)
    for change, ratio in zip(changes, ratios, strict=True):
        sign = paint("↓" if change.worse else "↑", "failed" if change.worse else "passed", colour=colour)
        name = pad(shorten_middle(one_line(change.id), ids), ids)
        room = width - ids - size - 6
        reason = shorten(one_line(change.reason), room) if change.worse and room >= 10 else ""  # noqa: PLR2004 - columns
        lines.append(f"{sign} {name}  {pad(ratio, size)}  {reason}".rstrip())
    return lines


def _quantity(quantity: Quantity) -> str:
    a, b = (_amount(value, quantity.unit) for value in (quantity.a, quantity.b))
    return f"{quantity.name} {a} → {b}"


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return NONE
    if unit == "USD":
        return money(value)
    if unit == "s":
        return seconds(value)
    return f"{value:,.0f}" if unit == "tokens" else f"{value:.2f}"


def _points(share: float) -> str:
    points = round(share * 100, 1)
    return f"{points:+.1f}" if points else "0.0"


def _p_value(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"  # noqa: PLR2004 - three digits
