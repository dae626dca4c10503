"""The best attempt of a program at a behaviour, of a function or of a class."""

from __future__ import annotations

from typing import TypeAlias

from pytest_aiassert.behaviours.attempts import Attempt, best_function
from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.instances import best_class
from pytest_aiassert.behaviours.scripts import ClassBehaviour
from pytest_aiassert.sandbox import Limits

AnyBehaviour: TypeAlias = Behaviour | ClassBehaviour


def best_attempt(code: str, behaviour: AnyBehaviour, limits: Limits | None = None) -> Attempt | None:
    """Try what could be meant, likely names first, until one satisfies; None where nothing could be tried.

    Raises SyntaxError for code that Python cannot parse.
    """
    if isinstance(behaviour, ClassBehaviour):
        return best_class(code, behaviour, limits)
    return best_function(code, behaviour, limits)
