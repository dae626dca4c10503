"""Isolated execution: whole programs, and candidates that are called function by function."""

from __future__ import annotations

from pytest_aiassert.sandbox.checking import Check, Checked, acheck, check, check_many
from pytest_aiassert.sandbox.isolation import Isolation, Layer, Tier
from pytest_aiassert.sandbox.jail.codec import Iterated, Opaque
from pytest_aiassert.sandbox.limits import MEBIBYTE, Execution, Limits, Outcome
from pytest_aiassert.sandbox.nursery import layers, require, tier
from pytest_aiassert.sandbox.outline import Function, outline, parse
from pytest_aiassert.sandbox.program import arun, arun_many, run, run_command, run_many
from pytest_aiassert.sandbox.session import Answer, Call, Candidate, CandidateSession, LoadError, Lost, Raised, Returned

__all__ = [
    "MEBIBYTE",
    "Answer",
    "Call",
    "Candidate",
    "CandidateSession",
    "Check",
    "Checked",
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
    "acheck",
    "arun",
    "arun_many",
    "check",
    "check_many",
    "layers",
    "outline",
    "parse",
    "require",
    "run",
    "run_command",
    "run_many",
    "tier",
]
