"""Behaviours: named, executable specifications of functions and classes."""

from __future__ import annotations

from pytest_aiassert.behaviours.attempts import Attempt, attempt_named
from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.best import AnyBehaviour, best_attempt
from pytest_aiassert.behaviours.catalogue import all_behaviours, behaviours_by_kind, find_behaviour, use_behaviours
from pytest_aiassert.behaviours.drawing import Draw
from pytest_aiassert.behaviours.examples import Example, same, show
from pytest_aiassert.behaviours.scripts import ClassBehaviour, Method

__all__ = [
    "AnyBehaviour",
    "Attempt",
    "Behaviour",
    "ClassBehaviour",
    "Draw",
    "Example",
    "Method",
    "all_behaviours",
    "attempt_named",
    "behaviours_by_kind",
    "best_attempt",
    "find_behaviour",
    "same",
    "show",
    "use_behaviours",
]
