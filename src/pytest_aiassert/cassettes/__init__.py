"""Cassettes: HTTP exchanges recorded in files, and replayed offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.cassettes.cassette import Cassette
    from pytest_aiassert.cassettes.cuts import Cut, every_cut
    from pytest_aiassert.cassettes.modes import RecordMode
    from pytest_aiassert.cassettes.transport import CassetteTransport

__all__ = ["Cassette", "CassetteTransport", "Cut", "RecordMode", "every_cut"]

__getattr__, __dir__ = lazy(
    __name__,
    cassette=("Cassette",),
    cuts=("Cut", "every_cut"),
    modes=("RecordMode",),
    transport=("CassetteTransport",),
)
