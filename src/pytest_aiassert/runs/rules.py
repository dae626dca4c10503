"""When a test of repeated trials has passed: pure decisions."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

Decision: TypeAlias = Literal["passed", "failed"]


def needed(bar: float, samples: int) -> int:
    """Return how many of `samples` trials must pass; `bar` is the pass rate needed, in [0, 1]."""
    return math.ceil(round(bar * samples, 9))


def decide(passes: int, fails: int, *, bar: float, samples: int) -> Decision | None:
    """Return the outcome as soon as further trials cannot change it, else None."""
    required = needed(bar, samples)
    if passes >= required:
        return "passed"
    if fails > samples - required:
        return "failed"
    return None
