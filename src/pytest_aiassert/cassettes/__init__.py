"""Cassettes: HTTP exchanges recorded in files, and replayed offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_aiassert.cassettes.cassette import Cassette
    from pytest_aiassert.cassettes.modes import RecordMode
    from pytest_aiassert.cassettes.transport import CassetteTransport

__all__ = ["Cassette", "CassetteTransport", "RecordMode"]

_HOMES: Final = {"Cassette": "cassette", "CassetteTransport": "transport", "RecordMode": "modes"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
