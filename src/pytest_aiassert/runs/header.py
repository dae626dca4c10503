"""The header of a run: what ran, against what, with which versions."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from pytest_aiassert.runs.records import RunHeader

_PACKAGES: Final = ("pytest-aiassert", "ruff")
"""What can change a verdict, besides Python itself."""


def run_header(
    *,
    name: str,
    model: str,
    provider: str,
    started: str,
    fingerprints: Iterable[str] = (),
    parameters: Mapping[str, Any] | None = None,
) -> RunHeader:
    """Return a header with the versions in use; `fingerprints` are those of all cases, none where not yet known."""
    known = sorted(fingerprints)
    digest = hashlib.sha256("\n".join(known).encode()).hexdigest()[:12] if known else ""
    return RunHeader(
        name=name,
        model=model,
        provider=provider,
        parameters=dict(parameters or {}),
        started=started,
        versions=versions(),
        fingerprint=digest,
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that can change a verdict; nothing about the machine."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
