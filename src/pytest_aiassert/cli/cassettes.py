"""`aiassert cassettes …`: what recordings hold, whether they can still be read, and what of them can go."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pytest_aiassert.atomic import temporary_files
from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange
from pytest_aiassert.cassettes.upkeep import (
    USAGE_FILE,
    Removal,
    Usage,
    is_stale,
    lost_bodies,
    oldest,
    read_usage,
    removals,
    remove,
)
from pytest_aiassert.cassettes.verifying import verify
from pytest_aiassert.cli.exit_codes import BAD_INPUT
from pytest_aiassert.cli.screen import complain, show, table
from pytest_aiassert.errors import CassetteError, UsageError
from pytest_aiassert.providers.replay import models_of
from pytest_aiassert.reports.visible import visible
from pytest_aiassert.wording import cut, plural

DRIFTED: Final = 1
_LONGEST_LINE: Final = 100
_LINES: Final = 12


def list_cassettes(paths: Sequence[Path], *, max_age: int | None = None) -> int:
    """Print what recordings hold, name damaged ones on stderr, and return the exit code; `max_age` is in days."""
    rows: list[list[str]] = []
    code, now = 0, datetime.now(UTC)
    for path, cassette in _readable(paths):
        if cassette is None:
            code = BAD_INPUT
        elif max_age is None or is_stale(cassette.exchanges, timedelta(days=max_age), now):
            rows.append(_row(path, cassette))
    show(table([["replies", "recorded", "models", "cassette"], *rows]) if rows else [])
    if max_age is not None:
        show([f"{plural(len(rows), 'cassette')} with replies older than {plural(max_age, 'day')}"])
    return code


def show_cassettes(paths: Sequence[Path]) -> int:
    """Print every exchange as a person reads it, and return the exit code."""
    code = 0
    for path, cassette in _readable(paths):
        if cassette is None:
            code = BAD_INPUT
            continue
        show([f"{path}: {plural(len(cassette.exchanges), 'exchange')}"])
        for position, exchange in enumerate(cassette.exchanges):
            show(["", *_told(position, exchange)])
    return code


def verify_cassettes(paths: Sequence[Path]) -> int:
    """Validate responses against the installed SDKs, print how they differ, and return the exit code."""
    code = 0
    counts: Counter[str] = Counter()
    missing: set[str] = set()
    for path, cassette in _readable(paths):
        if cassette is None:
            code = BAD_INPUT
            continue
        for position, exchange in enumerate(cassette.exchanges):
            found = verify(exchange)
            counts[found.state] += 1
            missing |= {found.sdk} if found.state == "missing" else set()
            show(f"{path}: exchanges[{position}]: {drift} in {found.sdk}" for drift in found.drifts)
            if not found.readable:
                code = max(code, DRIFTED)
    show([_summary(counts)])
    for package in sorted(missing):
        complain(f"responses for {package} were not verified, since it is not installed: pip install {package}")
    return code


def prune_cassettes(paths: Sequence[Path], *, usage: Path | None, yes: bool) -> int:
    """Say what can go, remove it if `yes`, and return the exit code."""
    files = cassette_files(paths)
    folders = sorted({folder for path in paths if path.is_dir() for folder in path.rglob("*.bodies")})
    left = [Removal(path=p, why="a crash left it") for path in paths if path.is_dir() for p in temporary_files(path)]
    found = [*removals(files, _usages(usage)), *lost_bodies(folders), *left]
    for removal in found:
        if yes:
            remove(removal)
        show([f"{'removed' if yes else 'would remove'} {_what(removal)}: {removal.why}"])
    for staged in sorted(staged for path in paths if path.is_dir() for staged in path.rglob("*.recording")):
        complain(f"{staged} is an interrupted recording; move it in place of the cassette, or remove it")
    if not found:
        show(["nothing to prune"])
    elif not yes:
        show([f"nothing was removed yet; do it with --yes ({plural(len(found), 'removal')})"])
    return 0


def cassette_files(paths: Sequence[Path]) -> list[Path]:
    """Return the cassette files in folders; raises UsageError where there is none."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"no file or folder at {path}")
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path} has no cassettes; recordings are .json files")
        found.extend(inside)
    return found


def _readable(paths: Sequence[Path]) -> Iterator[tuple[Path, Cassette | None]]:
    """Yield each cassette, and None for one that was complained of."""
    for path in cassette_files(paths):
        try:
            yield path, Cassette.load(path, role=None)
        except CassetteError as error:
            complain(str(error))
            yield path, None


def _row(path: Path, cassette: Cassette) -> list[str]:
    days = sorted({exchange.recorded_at[:10] for exchange in cassette.exchanges if exchange.recorded_at})
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}" if days else "-"
    replies = sum(not exchange.role for exchange in cassette.exchanges)
    judgements = len(cassette.exchanges) - replies
    judged = f", {plural(judgements, 'judgement')}" if judgements else ""
    return [f"{replies}{judged}", span, ", ".join(models_of(cassette)) or "-", str(path)]


def _told(position: int, exchange: Exchange) -> Iterator[str]:
    request, response = exchange.request, exchange.response
    moment = oldest([exchange])
    when = f", {moment:%Y-%m-%d %H:%M} UTC" if moment else ""
    who = f" by a {exchange.role}" if exchange.role else ""
    yield f"[{position}] {request.method} {request.url}{who}{when}"
    yield from _indented("→", request.body)
    events = f", {plural(len(response.body.events), 'event')}" if response.body.events is not None else ""
    yield f"    {response.status} in {response.elapsed:.2f} s{events}"
    yield from _indented("←", response.body)


def _indented(arrow: str, body: Body) -> Iterator[str]:
    lines = _text(body).splitlines()
    for line in lines[:_LINES]:
        yield f"  {arrow} {visible(cut(line, _LONGEST_LINE))}"
    if len(lines) > _LINES:
        yield f"  {arrow} … {plural(len(lines) - _LINES, 'more line')}"


def _text(body: Body) -> str:
    if body.raw is not None:
        return f"{plural(len(body.raw), 'byte')} that are no text"
    if body.json is not None:
        return json.dumps(body.json, indent=1, ensure_ascii=False)
    return body.encode().decode(errors="replace")


def _summary(counts: Counter[str]) -> str:
    words = {
        "valid": "valid",
        "drifted": "differ",
        "unknown": "of no known SDK",
        "missing": "not verified",
    }
    told = [f"{counts[state]:,} {word}" for state, word in words.items() if counts[state]]
    return f"{plural(counts.total(), 'response')}: {', '.join(told) or 'none'}"


def _usages(path: Path | None) -> tuple[Usage, ...]:
    if path is not None:
        return read_usage(path)
    return read_usage(USAGE_FILE) if USAGE_FILE.exists() else ()


def _what(removal: Removal) -> str:
    if not removal.exchanges:
        return str(removal.path)
    return f"{plural(len(removal.exchanges), 'exchange')} of {removal.path}"
