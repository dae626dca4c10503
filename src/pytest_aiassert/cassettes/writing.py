"""Writing cassette files: their layout, without secrets, whole or not at all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from pytest_aiassert.atomic import write_atomically
from pytest_aiassert.cassettes.attachments import Attachments
from pytest_aiassert.cassettes.exchange import Attach, Exchange
from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.cassettes.scrubbing import scrub

VERSION: Final = 1

HEAD: Final = b'{\n "exchanges": [\n  {\n'
BETWEEN: Final = b"\n  },\n  {\n"
TAIL: Final = f'\n  }}\n ],\n "version": {VERSION}\n}}\n'.encode()
"""A file is HEAD, exchanges with BETWEEN between them, and TAIL: as JSON with an indent of 1 and sorted keys."""

Secrets: TypeAlias = Sequence[re.Pattern[str]]

_EMPTY: Final = f'{{\n "exchanges": [],\n "version": {VERSION}\n}}\n'.encode()
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def write_exchanges(path: Path, exchanges: Iterable[Exchange], secrets: Secrets = ()) -> None:
    """Write a cassette file without secrets, after the binary bodies that it names; raises OSError."""
    write_atomically(path, format_exchanges(exchanges, secrets, Attachments(path).keep))


def append_exchanges(
    path: Path, exchanges: Iterable[Exchange], read: Callable[[Path], list[Exchange]], secrets: Secrets = ()
) -> None:
    """Add exchanges to a cassette file, which `read` reads if it has another layout; raises OSError."""
    added = list(exchanges)
    content = path.read_bytes()
    if not (content.startswith(HEAD) and content.endswith(TAIL)):
        write_exchanges(path, [*read(path), *added], secrets)
        return
    texts = [_text(exchange, secrets, Attachments(path).keep) for exchange in added]
    write_atomically(path, BETWEEN.join([content.removesuffix(TAIL), *texts]) + TAIL)


def format_exchanges(exchanges: Iterable[Exchange], secrets: Secrets = (), attach: Attach | None = None) -> bytes:
    """Return the content of a cassette file, without secrets; `secrets` finds more of them."""
    texts = [_text(exchange, secrets, attach) for exchange in exchanges]
    return HEAD + BETWEEN.join(texts) + TAIL if texts else _EMPTY


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold a lock that other processes writing to the same folder respect; it leaves no file behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows has no lock on folders; one process at a time is then the user's care
        yield
        return
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _text(exchange: Exchange, secrets: Secrets, attach: Attach | None) -> bytes:
    """Return what stands between the braces of one exchange."""
    value = scrub(exchange, secrets).to_json(attach)
    text = json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).replace("\n", "\n  ")
    inner = text.removeprefix("{\n").removesuffix("\n  }")
    return redact(_LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", inner)).encode()
