"""Wire formats: how each model API writes requests, replies, streams and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.wire.formats.base import Call, Operation, Problem, WireFormat
    from pytest_aiassert.wire.formats.registry import formats_in_use, recognise, use_formats

__all__ = ["Call", "Operation", "Problem", "WireFormat", "formats_in_use", "recognise", "use_formats"]

__getattr__, __dir__ = lazy(
    __name__,
    base=("Call", "Operation", "Problem", "WireFormat"),
    registry=("formats_in_use", "recognise", "use_formats"),
)
