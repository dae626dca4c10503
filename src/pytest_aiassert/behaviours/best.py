"""The best attempt of a program at a behaviour, of a function or of a class."""

from __future__ import annotations

from typing import TypeAlias

from pytest_aiassert.behaviours.attempts import Attempt, best_function
from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.dialects import PYTHON, Dialect
from pytest_aiassert.behaviours.instances import best_class
from pytest_aiassert.behaviours.scripts import ClassBehaviour
from pytest_aiassert.sandbox import Limits

AnyBehaviour: TypeAlias = Behaviour | ClassBehaviour


def best_attempt(
    code: str, behaviour: AnyBehaviour, limits: Limits | None = None, *, language: str = "python"
) -> Attempt | None:
    """Try what could be meant, likely names first, until one satisfies; None where nothing could be tried.

    Raises SyntaxError for code that does not parse, CannotJudgeError where the language cannot be run here.
    """
    dialect = dialect_of(language)
    if isinstance(behaviour, ClassBehaviour):
        return best_class(code, behaviour, limits, dialect=dialect)
    return best_function(code, behaviour, limits, dialect=dialect)


def dialect_of(language: str) -> Dialect:
    """Return what judging a language takes: python, javascript or typescript."""
    if language == "python":
        return PYTHON
    from pytest_aiassert.behaviours import javascript

    return javascript.dialect(language)
