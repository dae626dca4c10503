"""Golden sets: versioned sets of cases, read from `golden/<name>/cases.yaml`."""

from __future__ import annotations

from pytest_aiassert.golden.golden_set import GoldenSet
from pytest_aiassert.golden.loader import load_golden

__all__ = ["GoldenSet", "load_golden"]
