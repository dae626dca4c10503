"""Behaviours: named, executable specifications of functions."""

from __future__ import annotations

from pytest_aiassert.behaviours.attempts import Attempt, attempt_named, best_attempt
from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.catalogue import all_behaviours, find_behaviour, use_behaviours
from pytest_aiassert.behaviours.examples import Example, same, show

__all__ = [
    "Attempt",
    "Behaviour",
    "Example",
    "all_behaviours",
    "attempt_named",
    "best_attempt",
    "find_behaviour",
    "same",
    "show",
    "use_behaviours",
]
