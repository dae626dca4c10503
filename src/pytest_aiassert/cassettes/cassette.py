"""A cassette: the exchanges of one test or case, looked up by request and kept in one JSON file."""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pytest_aiassert.cassettes.exchange import Exchange, RecordedRequest, identity
from pytest_aiassert.errors import CassetteError, CassetteMissError

VERSION: Final = 1

_SECRETS: Final = re.compile(
    r"\b(?:sk|rk|pk)-[A-Za-z0-9_\-]{16,}|\bAIza[A-Za-z0-9_\-]{30,}|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|\bAKIA[A-Z0-9]{16}\b|\bxox[abprs]-[A-Za-z0-9\-]{10,}"
)


class Cassette:
    """Recorded exchanges; the n-th identical request gets the n-th recorded reply. Safe across threads."""

    def __init__(self, path: Path, exchanges: Iterable[Exchange] = (), *, ignore: Sequence[str] = ()) -> None:
        self.path = path
        self.exchanges: list[Exchange] = []
        self._ignore = tuple(ignore)
        self._by_identity: dict[str, list[Exchange]] = {}
        self._served: dict[str, int] = {}
        self._lock = threading.Lock()
        for exchange in exchanges:
            self._index(exchange)

    @classmethod
    def load(cls, path: Path, *, ignore: Sequence[str] = ()) -> Cassette:
        """Read a cassette; raises CassetteError naming file and line."""
        return cls(path, _read(path), ignore=ignore)

    @classmethod
    def open(cls, path: Path, *, ignore: Sequence[str] = ()) -> Cassette:
        """Read a cassette, or start an empty one where there is no file."""
        return cls.load(path, ignore=ignore) if path.exists() else cls(path, ignore=ignore)

    def take(self, request: RecordedRequest) -> Exchange | None:
        """Return the next reply to this request, None where it has no further one."""
        key = identity(request, ignore=self._ignore)
        with self._lock:
            position = self._served.get(key, 0)
            replies = self._by_identity.get(key, ())
            if position >= len(replies):
                return None
            self._served[key] = position + 1
            return replies[position]

    def add(self, exchange: Exchange) -> None:
        """Append an exchange, count it as served, and write the file."""
        with self._lock:
            key = self._index(exchange)
            self._served[key] = self._served.get(key, 0) + 1
            self._save()

    def miss(self, request: RecordedRequest) -> CassetteMissError:
        """Return the error for a request that has no reply."""
        from pytest_aiassert.cassettes.miss import explain

        return CassetteMissError(explain(self, request))

    def count(self, request: RecordedRequest) -> int:
        """Return how many replies to this request are recorded."""
        return len(self._by_identity.get(identity(request, ignore=self._ignore), ()))

    def _index(self, exchange: Exchange) -> str:
        key = identity(exchange.request, ignore=self._ignore)
        self.exchanges.append(exchange)
        self._by_identity.setdefault(key, []).append(exchange)
        return key

    def _save(self) -> None:
        document = {"version": VERSION, "exchanges": [exchange.to_json() for exchange in self.exchanges]}
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        write_atomically(self.path, _SECRETS.sub("[REDACTED]", text))


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a crash leaves the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path) -> list[Exchange]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CassetteError(f"no cassette at {path}; record one with --ai-record=once --ai-provider SPEC") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(f"cannot read cassette {path}: {error}") from error
    except json.JSONDecodeError as error:
        raise CassetteError(
            f"{path}:{error.lineno}: not valid JSON ({error.msg}); restore the file from version control, "
            "or remove it and record again"
        ) from error
    if not isinstance(document, dict) or "version" not in document:
        raise CassetteError(f"{path}:1: not a cassette: expected an object with 'version' and 'exchanges'")
    if document["version"] != VERSION:
        raise CassetteError(
            f"{path}: version {document['version']!r} is not supported (this release reads {VERSION}); upgrade pytest-aiassert"
        )
    exchanges = []
    for position, value in enumerate(document.get("exchanges", ())):
        try:
            exchanges.append(Exchange.from_json(value))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CassetteError(
                f"{path}: exchanges[{position}] is damaged ({type(error).__name__}: {error}); "
                "restore the file from version control, or remove it and record again"
            ) from error
    return exchanges
