"""Providers for tests: scripted replies, and recorded ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_aiassert.providers.mock import MockProvider
    from pytest_aiassert.providers.replay import ReplayProvider

__all__ = ["MockProvider", "ReplayProvider"]

_HOMES: Final = {"MockProvider": "mock", "ReplayProvider": "replay"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
