"""HTTP traffic of the code under test: seen, answered, recorded or refused, whatever SDK sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.wire.faults import Fault
    from pytest_aiassert.wire.message import (
        Decision,
        Failure,
        Forward,
        Handler,
        Piece,
        Sink,
        WireRequest,
        WireResponse,
    )
    from pytest_aiassert.wire.mocking import AIWire
    from pytest_aiassert.wire.templates import Template
    from pytest_aiassert.wire.traffic import Tap

__all__ = [
    "AIWire",
    "Decision",
    "Failure",
    "Fault",
    "Forward",
    "Handler",
    "Piece",
    "Sink",
    "Tap",
    "Template",
    "WireRequest",
    "WireResponse",
]

__getattr__, __dir__ = lazy(
    __name__,
    message=("Decision", "Failure", "Forward", "Handler", "Piece", "Sink", "WireRequest", "WireResponse"),
    faults=("Fault",),
    mocking=("AIWire",),
    templates=("Template",),
    traffic=("Tap",),
)
