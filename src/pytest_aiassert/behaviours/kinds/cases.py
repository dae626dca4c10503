"""Short ways to write cases."""

from __future__ import annotations

from typing import Any


def single(*values: Any) -> tuple[tuple[Any], ...]:
    """Return a case of one argument for each value."""
    return tuple((value,) for value in values)
