"""Binary bodies, kept in files of their own beside a cassette."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from pytest_aiassert.atomic import write_atomically

_NAME: Final = re.compile(r"[0-9a-f]{64}\.bin")


class Attachments:
    """Files in the folder `<cassette>.bodies`, each named by the SHA-256 of its content."""

    def __init__(self, cassette: Path) -> None:
        self.folder = cassette.with_name(f"{cassette.stem}.bodies")

    def name(self, content: bytes) -> str:
        """Return the name that a body has or would have."""
        return f"{hashlib.sha256(content).hexdigest()}.bin"

    def keep(self, content: bytes) -> str:
        """Write a body unless it is there, and return its name; raises OSError."""
        name = self.name(content)
        path = self.folder / name
        if not path.exists():
            write_atomically(path, content)
        return name

    def read(self, name: str) -> bytes:
        """Return a body; raises ValueError where it is missing or not what was recorded."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} does not name a recorded body")
        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ValueError(f"its body {path} cannot be read ({error.strerror or error})") from error
        if self.name(content) != name:
            raise ValueError(f"its body {path} was changed since it was recorded")
        return content

    def names(self) -> tuple[str, ...]:
        """Return the names of all bodies that are there, in order."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)))
