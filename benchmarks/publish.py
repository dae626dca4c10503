"""Printing results, and writing them to docs/benchmarks.md and build/benchmarks.json."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks.environment import ROOT
from benchmarks.result import Figure, Result, Table

PAGE = ROOT / "docs" / "benchmarks.md"
TABLES = ROOT / "docs" / "reference" / "peers.md"
RAW = ROOT / "build" / "benchmarks.json"
NAMES = ("pytest", "pytest-aiassert")


def as_text(result: Result | Table) -> str:
    """Return a result for the terminal."""
    if isinstance(result, Table):
        return "\n".join([result.title, *(_cells(row) for row in (result.head, *result.rows))])
    width = max(len(figure.name) for figure in result.figures)
    lines = [
        f"{figure.name:<{width}}  {_value(figure):>12}  {_interval(figure):<24}{_verdict(figure)}"
        for figure in result.figures
    ]
    return "\n".join(line.rstrip() for line in [result.title, *(f"  {line}" for line in lines)])


def as_markdown(result: Result | Table) -> str:
    """Return a result as a table under its heading."""
    if isinstance(result, Table):
        rows = [_cells(row) for row in (result.head, ("---",) * len(result.head), *result.rows)]
        return "\n".join([f"## {result.title}", "", result.method, "", *rows, ""])
    rows = [
        f"| {figure.name} | {_value(figure)} | {_interval(figure)} | {figure.n} | {_limit(figure)} |"
        for figure in result.figures
    ]
    head = ["| figure | median | 95 % interval | n | bound |", "|---|---:|---|---:|---:|"]
    return "\n".join([f"## {result.title}", "", result.method, "", *head, *rows, ""])


def write(results: Mapping[str, Result | Table]) -> list[Path]:
    """Replace the measured sections of the pages, and the raw figures; return the files written."""
    texts: dict[Path, str] = {}
    for name, result in results.items():
        page = TABLES if isinstance(result, Table) else PAGE
        text = texts.get(page) or page.read_text(encoding="utf-8")
        start, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
        if start not in text or end not in text:
            raise SystemExit(
                f"benchmarks: {page} lacks the markers {start} and {end}; add them where the table belongs"
            )
        before, _, rest = text.partition(start)
        after = rest.partition(end)[2]
        texts[page] = f"{before}{start}\n{as_markdown(result)}\nMeasured {_when()} on {_machine()}.\n{end}{after}"
    for page, text in texts.items():
        page.write_text(text, encoding="utf-8")
    RAW.parent.mkdir(exist_ok=True)
    raw = {name: asdict(result) for name, result in results.items()}
    document = {"version": 1, "date": _when(), "machine": _machine(), "results": raw}
    RAW.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return [*texts, RAW]


def _cells(row: tuple[str, ...]) -> str:
    return f"| {' | '.join(row)} |"


def _value(figure: Figure) -> str:
    return f"{_number(figure.value)} {figure.unit}".strip() if figure.unit != figure.name else _number(figure.value)


def _interval(figure: Figure) -> str:
    return "" if figure.low is None or figure.high is None else f"{_number(figure.low)} to {_number(figure.high)}"


def _limit(figure: Figure) -> str:
    bounds = [(sign, bound) for sign, bound in (("≤", figure.limit), ("≥", figure.least)) if bound is not None]
    return ", ".join(f"{sign} {_number(bound)}" for sign, bound in bounds)


def _verdict(figure: Figure) -> str:
    bound = _limit(figure)
    return f"MISSES its bound {bound}" if figure.over else bound and f"bound {bound}"


def _number(value: float) -> str:
    if float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _when() -> str:
    return datetime.now(UTC).date().isoformat()


def _machine() -> str:
    system = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    versions = [f"{name} {metadata.version(name)}" for name in NAMES]
    return ", ".join([system, f"Python {platform.python_version()}", *versions])
