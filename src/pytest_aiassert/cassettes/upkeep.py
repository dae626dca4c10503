"""What of a folder of cassettes is old, unused, or left over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.cassettes.attachments import Attachments
from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.exchange import Body, Exchange
from pytest_aiassert.cassettes.files import read_exchanges
from pytest_aiassert.cassettes.writing import exclusive, write_exchanges
from pytest_aiassert.errors import CassetteError, UsageError

USAGE_FILE: Final = Path(".pytest_cache", "d", "aiassert", "cassettes.json")
"""Where a pytest session notes what it used, seen from the folder it was started in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a session left unused of one cassette; `stamp` tells whether the file is still the same."""

    path: Path
    stamp: tuple[int, int]
    unused: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Something that can go: exchanges of a cassette, or a whole file where `exchanges` is empty."""

    path: Path
    why: str
    exchanges: tuple[int, ...] = ()


def stamp_of(path: Path) -> tuple[int, int]:
    """Return what tells one state of a file from another; raises OSError."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def usage_of(cassette: Cassette) -> Usage | None:
    """Say what nobody asked for, by positions in the file; None for a cassette that has no file."""
    left = {id(exchange) for exchange in cassette.unused}
    unused = tuple(n for n, exchange in enumerate(cassette.exchanges) if id(exchange) in left)
    if unused and cassette.shares_file:
        own = [n for n, exchange in enumerate(read_exchanges(cassette.path)) if exchange.role == cassette.role]
        unused = tuple(own[n] for n in unused)
    try:
        return Usage(path=cassette.path, stamp=stamp_of(cassette.path), unused=unused)
    except OSError:
        return None


def write_usage(path: Path, usages: Iterable[Usage]) -> None:
    """Write what a session used; raises OSError."""
    document = {str(usage.path): {"stamp": usage.stamp, "unused": usage.unused} for usage in usages}
    write_atomically(path, json.dumps(document, indent=1, sort_keys=True) + "\n")


def read_usage(path: Path) -> tuple[Usage, ...]:
    """Read what a session used; raises UsageError where there is nothing to read."""
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Usage(path=Path(name), stamp=(int(said["stamp"][0]), int(said["stamp"][1])), unused=tuple(said["unused"]))
            for name, said in document.items()
        )
    except FileNotFoundError:
        raise UsageError(f"no session has noted what it used at {path}; run the whole test suite first") from None
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise UsageError(f"cannot read {path}: {error}; run the whole test suite again") from error


def oldest(exchanges: Iterable[Exchange]) -> datetime | None:
    """Return when the oldest exchange was recorded; None where none says so."""
    return min(filter(None, map(_moment, exchanges)), default=None)


def is_stale(exchanges: Iterable[Exchange], max_age: timedelta, now: datetime) -> bool:
    """Whether an exchange is older than allowed."""
    moment = oldest(exchanges)
    return moment is not None and now - moment > max_age


def removals(paths: Iterable[Path], usages: Iterable[Usage]) -> Iterator[Removal]:
    """Yield what can go of cassette files: what a session left unused, and what belongs to no test any more."""
    used = {usage.path.resolve(): usage for usage in usages}
    for path in paths:
        usage = used.get(path.resolve())
        module = _lost_module(path)
        if module is not None:
            yield Removal(path=path, why=f"there is no {module}")
        elif usage is not None and usage.unused and usage.stamp == stamp_of(path):
            whole = len(usage.unused) == len(read_exchanges(path))
            why = "no request asked for it" if whole else f"no request asked for {len(usage.unused)} of its replies"
            yield Removal(path=path, why=why, exchanges=() if whole else usage.unused)


def lost_bodies(folders: Iterable[Path]) -> Iterator[Removal]:
    """Yield the binary bodies in folders that no cassette names; raises CassetteError for a damaged one."""
    for folder in folders:
        cassette = folder.with_name(f"{folder.stem}.json")
        attachments = Attachments(cassette)
        named = {attachments.name(body) for body in _raw_bodies(cassette)} if cassette.exists() else set[str]()
        for name in attachments.names():
            if name not in named:
                yield Removal(path=folder / name, why=f"{cassette.name} does not name it")


def remove(removal: Removal) -> None:
    """Carry a removal out; raises CassetteError."""
    try:
        if not removal.exchanges:
            removal.path.unlink(missing_ok=True)
            return
        with exclusive(removal.path):
            kept = [e for n, e in enumerate(read_exchanges(removal.path)) if n not in removal.exchanges]
            write_exchanges(removal.path, kept)
    except OSError as error:
        raise CassetteError(f"cannot prune {removal.path}: {error}; check the folder's permissions") from error


def _moment(exchange: Exchange) -> datetime | None:
    try:
        moment = datetime.fromisoformat(exchange.recorded_at)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _lost_module(path: Path) -> Path | None:
    """Return the test module that a cassette in `cassettes/<module>/` belongs to, if there is none."""
    folder = path.parent
    tests = folder.parent.parent
    if folder.parent.name != "cassettes" or not folder.name.startswith("test_") or (tests / "cases.yaml").exists():
        return None
    module = tests / f"{folder.name}.py"
    return None if module.exists() else module


def _raw_bodies(cassette: Path) -> Iterator[bytes]:
    for exchange in read_exchanges(cassette):
        bodies: tuple[Body, Body] = (exchange.request.body, exchange.response.body)
        yield from (body.raw for body in bodies if body.raw is not None)
