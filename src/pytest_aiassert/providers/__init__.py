"""Providers for tests: scripted replies, and recorded ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.providers.mock import MockProvider
    from pytest_aiassert.providers.replay import ReplayProvider

__all__ = ["MockProvider", "ReplayProvider"]

__getattr__, __dir__ = lazy(
    __name__,
    mock=("MockProvider",),
    replay=("ReplayProvider",),
)
