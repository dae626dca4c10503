"""Isolated execution: whole programs, and candidates that are called function by function."""

from __future__ import annotations

from pytest_aiassert.sandbox.isolation import Isolation, Layer, Tier
from pytest_aiassert.sandbox.jail.codec import Iterated, Opaque
from pytest_aiassert.sandbox.limits import Execution, Limits, Outcome
from pytest_aiassert.sandbox.nursery import layers, require, tier
from pytest_aiassert.sandbox.outline import Function, outline, parse
from pytest_aiassert.sandbox.program import run
from pytest_aiassert.sandbox.session import Answer, Candidate, CandidateSession, LoadError, Lost, Raised, Returned

__all__ = [
    "Answer",
    "Candidate",
    "CandidateSession",
    "Execution",
    "Function",
    "Isolation",
    "Iterated",
    "Layer",
    "Limits",
    "LoadError",
    "Lost",
    "Opaque",
    "Outcome",
    "Raised",
    "Returned",
    "Tier",
    "layers",
    "outline",
    "parse",
    "require",
    "run",
    "tier",
]
