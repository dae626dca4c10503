"""A cassette: the exchanges of one test or case, looked up by request and kept in one JSON file."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_aiassert.cassettes.exchange import Exchange, RecordedRequest
from pytest_aiassert.cassettes.files import read_exchanges
from pytest_aiassert.cassettes.matching import EXACT, Matching
from pytest_aiassert.cassettes.modes import RecordMode, decide
from pytest_aiassert.cassettes.writing import append_exchanges, exclusive, write_exchanges
from pytest_aiassert.errors import CassetteError, CassetteMissError

_STAGED_SUFFIX: Final = ".recording"

REMEDY: Final = "--ai-record={mode} --ai-provider SPEC"
JUDGE_REMEDY: Final = "--ai-record={mode} --ai-judge SPEC"
"""How a missing reply is recorded, by which mode."""


class Cassette:
    """Recorded exchanges; the n-th identical request gets the n-th recorded reply. Safe across threads and processes.

    `records` says whether new exchanges are welcome, `matching` which requests are identical, `remedy` how a missing
    reply is recorded. A `staged` cassette keeps its recording beside `path`, until `publish` puts it in the old one's
    place, or `discard` drops it. Where `model` is given, only that model's exchanges are replaced. Exchanges of other
    roles than `role` share the file, are not looked at, and stay. So does all of a file that was written `since` a
    moment, in seconds of the epoch: another test of the same session recorded it.
    """

    def __init__(
        self,
        path: Path,
        exchanges: Iterable[Exchange] = (),
        *,
        records: bool = True,
        staged: bool = False,
        model: str = "",
        role: str = "",
        matching: Matching = EXACT,
        remedy: str = REMEDY,
        since: float | None = None,
    ) -> None:
        self.path = path
        self.role = role
        self.remedy = JUDGE_REMEDY if role == "judge" and remedy == REMEDY else remedy
        self.records = records
        self.matching = matching
        self.exchanges: list[Exchange] = []
        self.shares_file = False
        self._model = model
        self._since = since
        self._staging = path.with_name(f"{path.name}{_safe(model)}{_safe(role)}{_STAGED_SUFFIX}") if staged else None
        self._by_identity: dict[str, list[Exchange]] = {}
        self._served: dict[str, int] = {}
        self._unsaved: list[Exchange] = []
        self._starts_anew = staged  # what an interrupted recording left is not continued
        self._awaited: set[str] = set()
        self._skipped: dict[str, str] = {}
        self._lock = threading.Lock()
        for exchange in exchanges:
            self._index(exchange)

    @classmethod
    def load(cls, path: Path, *, role: str | None = "", matching: Matching = EXACT) -> Cassette:
        """Read a cassette to replay it, None for all roles; raises CassetteError naming file and line."""
        return cls._read(path, records=False, role=role, matching=matching)

    @classmethod
    def open(
        cls,
        path: Path,
        mode: RecordMode = "new",
        *,
        model: str = "",
        role: str = "",
        matching: Matching = EXACT,
        remedy: str = REMEDY,
        since: float | None = None,
    ) -> Cassette:
        """Read or start a cassette as a record mode says; raises CassetteError or UsageError.

        In mode `all` the exchanges of other models than `model` stay, where one is given. A file counts as there
        once it has exchanges of this role. What another test of the session recorded, `since` a moment, is added to.
        """
        if mode == "once" and _is_fresh(path, since):
            mode = "new"
        there = path.exists()
        if there and role:
            there = any(exchange.role == role for exchange in read_exchanges(path))
        decision = decide(mode, exists=there)
        if decision.replays:
            return cls._read(path, records=decision.records, role=role, matching=matching, remedy=remedy)
        if decision.replaces:
            read_exchanges(path)  # a damaged file is reported, not replaced
        made: dict[str, Any] = {"model": model, "role": role, "matching": matching, "remedy": remedy}
        return cls(path, records=decision.records, staged=decision.replaces, since=since, **made)

    @property
    def complete(self) -> bool:
        """Whether every request that was sent to be recorded has its reply."""
        return not self._awaited

    @property
    def unused(self) -> tuple[Exchange, ...]:
        """The exchanges that nobody asked for so far, in recorded order."""
        with self._lock:
            spare = [replies[self._served.get(key, 0) :] for key, replies in self._by_identity.items()]
        left = {id(exchange) for replies in spare for exchange in replies}
        return tuple(exchange for exchange in self.exchanges if id(exchange) in left)

    def take(self, request: RecordedRequest) -> Exchange | None:
        """Return the next reply to this request, None where it has no further one."""
        key = self.matching.key(request)
        with self._lock:
            position = self._served.get(key, 0)
            replies = self._by_identity.get(key, ())
            if position >= len(replies):
                return None
            self._served[key] = position + 1
            return replies[position]

    def expect(self, request: RecordedRequest) -> None:
        """Note that a request is on its way; the recording is incomplete until its exchange is added."""
        with self._lock:
            self._awaited.add(self.matching.key(request))

    def add(self, exchange: Exchange) -> None:
        """Append an exchange, count it as served, and write the file; raises CassetteError."""
        exchange = replace(exchange, role=self.role)
        with self._lock:
            key = self._index(exchange)
            self._awaited.discard(key)
            self._skipped.pop(key, None)
            self._served[key] = self._served.get(key, 0) + 1
            self._unsaved.append(exchange)
            self._save()

    def skip(self, request: RecordedRequest, why: str) -> None:
        """Note why the reply to a request is not recorded; a later reply to the same request takes the note away."""
        with self._lock:
            self._skipped[self.matching.key(request)] = f"{request.method} {urlsplit(request.url).path or '/'}: {why}"

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was asked and not recorded, and why."""
        return tuple(dict.fromkeys(self._skipped.values()))

    def publish(self) -> bool:
        """Put a complete staged recording in the old file's place; say whether that was done."""
        with self._lock:
            if self._staging is None or self._awaited or not self.exchanges:
                return False
            try:
                with exclusive(self.path):
                    write_exchanges(self.path, [*self._others(), *self.exchanges], self.matching.secrets)
                self._staging.unlink(missing_ok=True)
            except OSError as error:
                raise CassetteError(
                    f"cannot put the new recording {self._staging} in place of {self.path}: {error}; move it by hand"
                ) from error
            self._staging = None
            return True

    def discard(self) -> None:
        """Drop a staged recording; the old file stays as it was."""
        with self._lock:
            if self._staging is not None:
                self._staging.unlink(missing_ok=True)

    def miss(self, request: RecordedRequest) -> CassetteMissError:
        """Return the error for a request that has no reply."""
        from pytest_aiassert.cassettes.miss import explain

        return CassetteMissError(explain(self, request))

    def count(self, request: RecordedRequest) -> int:
        """Return how many replies to this request are recorded."""
        return len(self._by_identity.get(self.matching.key(request), ()))

    def __repr__(self) -> str:
        return f"<Cassette {self.path}, {len(self.exchanges)} exchanges>"

    @classmethod
    def _read(
        cls, path: Path, *, records: bool, role: str | None, matching: Matching, remedy: str = REMEDY
    ) -> Cassette:
        whole = read_exchanges(path)
        own = [each for each in whole if role in (None, each.role)]
        cassette = cls(path, own, records=records, role=role or "", matching=matching, remedy=remedy)
        cassette.shares_file = len(own) < len(whole)
        return cassette

    def _others(self) -> list[Exchange]:
        """Return what a new recording leaves as it is: other roles, other models where one is named, other tests."""
        if not self.path.is_file():
            return []
        there = read_exchanges(self.path)
        if _is_fresh(self.path, self._since):
            return there
        return [e for e in there if e.role != self.role or (self._model and e.request.model != self._model)]

    def _index(self, exchange: Exchange) -> str:
        key = self.matching.key(exchange.request)
        self.exchanges.append(exchange)
        self._by_identity.setdefault(key, []).append(exchange)
        return key

    def _save(self) -> None:
        """Add what is unsaved to what stands in the file now, which another process may have written."""
        target = self._staging or self.path
        try:
            with exclusive(target):
                if target.exists() and not self._starts_anew:
                    append_exchanges(target, self._unsaved, read_exchanges, self.matching.secrets)
                else:
                    write_exchanges(target, self.exchanges, self.matching.secrets)
        except OSError as error:
            raise CassetteError(f"cannot write cassette {target}: {error}; check the folder's permissions") from error
        self._starts_anew = False
        self._unsaved.clear()


def _is_fresh(path: Path, since: float | None) -> bool:
    """Whether a file was written since a moment."""
    return since is not None and path.is_file() and path.stat().st_mtime >= since


def _safe(model: str) -> str:
    return "." + "".join(letter if letter.isalnum() else "-" for letter in model) if model else ""
