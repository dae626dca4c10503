"""When a test of repeated trials has passed: pure decisions."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

Decision: TypeAlias = Literal["passed", "failed"]


def needed(bar: float, samples: int) -> int:
    """Return how many of `samples` trials must pass; `bar` is the pass rate needed, in [0, 1]."""
    return math.ceil(round(bar * samples, 9))


def certain(passes: int, fails: int, *, bar: float, samples: int) -> int:
    """Return how many further trials will run whatever they bring; 0 once the outcome is decided."""
    required = needed(bar, samples)
    return max(0, min(required - passes, samples - required + 1 - fails))


def decide(passes: int, fails: int, *, bar: float, samples: int) -> Decision | None:
    """Return the outcome as soon as further trials cannot change it, else None."""
    if certain(passes, fails, bar=bar, samples=samples):
        return None
    return "passed" if passes >= needed(bar, samples) else "failed"
