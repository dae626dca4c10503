"""Interception: while a tap is active, its test's requests are its own to answer, whatever library sends them."""

from __future__ import annotations

from pytest_aiassert.wire.intercept.switchboard import apart, intercept

__all__ = ["apart", "intercept"]
