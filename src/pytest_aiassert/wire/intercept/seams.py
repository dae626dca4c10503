"""Where each library is looked at; a library that is not loaded costs nothing and is not loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final, TypeAlias

from pytest_aiassert.wire.intercept.patching import Wrap

Seam: TypeAlias = tuple[Any, str, Wrap]
"""A class or module, the name of a function in it, and what makes the function's replacement."""


def _httpx(module: ModuleType) -> Iterable[Seam]:
    from pytest_aiassert.wire.intercept.httpx_family import seams

    return seams(module)


SEAMS: Final[Mapping[str, Callable[[ModuleType], Iterable[Seam]]]] = MappingProxyType(
    {
        "httpx._transports.default": _httpx,
        "httpx2._transports.default": _httpx,
    }
)
"""By the name of the module that must have been loaded."""
