"""Labels: replies that people have judged, read from a CSV file with every flaw named."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pytest_aiassert.errors import UsageError
from pytest_aiassert.judges.rubric import Scale
from pytest_aiassert.wording import cut, did_you_mean, plural

FEWEST: Final = 10
"""Rows below which agreement says nothing."""

_COLUMNS: Final = ("reply", "label", "prompt", "reference", "rubric", "id")
_NEEDED: Final = ("reply", "label")
_WORDS: Final = MappingProxyType(
    {
        **dict.fromkeys(("pass", "passed", "true", "yes", "good", "1"), True),
        **dict.fromkeys(("fail", "failed", "false", "no", "bad", "0"), False),
    }
)
_MOST_BYTES: Final = 64_000_000
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A reply and what people say of it; `score` is theirs where they gave one, `line` that of the file, from 1."""

    line: int
    reply: str
    passed: bool
    score: float | None = None
    prompt: str | None = None
    reference: str | None = None
    rubric: str | None = None
    id: str = ""

    @property
    def where(self) -> str:
        """How the reply is called: its id, else its line."""
        return self.id or f"line {self.line}"


def read_labels(path: Path, *, threshold: float, scale: Scale | None = None) -> tuple[Label, ...]:
    """Read labels; scores pass from `threshold` on, and lie on `scale` where one is given.

    Columns are `reply` and `label` (pass or fail, or a score), and where wanted `prompt`, `reference`, `rubric` and
    `id`. Raises UsageError that names file and line of every flaw.
    """
    rows = _rows(path)
    labels = [row["label"] for _, row in rows]
    numeric = any(_score(label) is not None and label.casefold() not in _WORDS for label in labels)
    problems = [
        f"{path}:{line}: {problem}"
        for line, row in rows
        if (problem := _problem(row["label"], numeric=numeric, scale=scale))
    ]
    if problems:
        more = f"\nand {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise UsageError("\n".join(problems[:_SHOWN]) + more)
    if len(rows) < FEWEST:
        raise UsageError(f"{path}: {plural(len(rows), 'row')} of labels; agreement needs {FEWEST} at least, better 50")
    found = tuple(_label(line, row, threshold=threshold, numeric=numeric) for line, row in rows)
    classes = {label.passed for label in found}
    if len(classes) == 1:
        word = "pass" if found[0].passed else "fail"
        raise UsageError(
            f"{path}: all {len(found)} labels say {word}, so kappa is undefined; add replies that people "
            f"{'fail' if found[0].passed else 'pass'}"
        )
    return found


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        columns = _columns(path, next(reader, []))
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(columns):
                    raise UsageError(
                        f"{path}:{line}: {plural(len(cells), 'cell')}, the header has {len(columns)}; "
                        "put texts with commas in quotes"
                    )
                row = {name: cell for name, cell in zip(columns, cells, strict=True) if name in _COLUMNS}
                row["label"] = row["label"].strip()
                rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not valid CSV: {error}") from error
    return rows


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read labels {path}: {error.strerror or error}") from error
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{path}: {len(content):,} bytes are more than the {_MOST_BYTES:,} that labels may have")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{line}: not a text file in UTF-8 (byte 0x{content[error.start]:02x})") from error
    if "\0" in text:
        raise UsageError(f"{path}:{text.count(chr(10), 0, text.index(chr(0))) + 1}: a binary file, not CSV")
    return text


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    names = [name.strip().casefold() for name in header]
    for needed in _NEEDED:
        if needed not in names:
            hint = did_you_mean(needed, names)
            has = f"it has {', '.join(map(repr, names))}" if names else "the file is empty"
            raise UsageError(f"{path}:1: no column {needed!r}; {has}{f'; {hint}' if hint else ''}")
    twice = next((name for name in names if name in _COLUMNS and names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{path}:1: two columns are named {twice!r}; rename one")
    return names


def _problem(label: str, *, numeric: bool, scale: Scale | None) -> str:
    if not label:
        return "the label is empty; write pass or fail, or a score"
    if numeric:
        score = _score(label)
        if score is None:
            return f"label {cut(label, 40)!r} is no score, as others are"
        if scale is not None and not scale.low <= score <= scale.high:
            return f"label {score:g} is outside {scale}; say from which score on people pass with --label-threshold"
        return ""
    return "" if label.casefold() in _WORDS else f"label {cut(label, 40)!r} is unknown; write pass or fail, or a score"


def _label(line: int, row: dict[str, str], *, threshold: float, numeric: bool) -> Label:
    score = _score(row["label"]) if numeric else None
    others = {name: row.get(name) or None for name in ("prompt", "reference", "rubric")}
    return Label(
        line=line,
        reply=row["reply"],
        passed=_WORDS[row["label"].casefold()] if score is None else score >= threshold,
        score=score,
        id=" ".join(row.get("id", "").split()),
        **others,
    )


def _score(label: str) -> float | None:
    try:
        score = float(label)
    except ValueError:
        return None
    return score if math.isfinite(score) else None
