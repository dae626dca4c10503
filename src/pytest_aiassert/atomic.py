"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TEMPORARY: Final = re.compile(r"\..+\.[a-z0-9_]{8}")  # as mkstemp names it


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file; a crash leaves the old content or the new, never a part."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    path = Path(os.path.realpath(path))  # a link stays a link
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def temporary_files(folder: Path) -> Iterable[Path]:
    """Return the JSON files and bodies beneath a folder that a crash left half written."""
    for kind in ("json", "recording", "bin"):
        yield from sorted(path for path in folder.rglob(f".*.{kind}.????????") if _TEMPORARY.fullmatch(path.name))
