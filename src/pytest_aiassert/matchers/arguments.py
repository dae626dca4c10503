"""Arguments of matchers, checked when a matcher is made; `where` names matcher and argument."""

from __future__ import annotations

import math

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import known_names


def whole_number(where: str, value: object, *, least: int) -> int:
    """Return a whole number of at least `least`; raises UsageError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{where} is {value!r}; expected a whole number, {least} or more")
    return value


def number(where: str, value: object, *, most: float = math.inf) -> float:
    """Return a finite number from 0 to `most`; raises UsageError."""
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not math.isfinite(value)
        or not 0 <= value <= most
    ):
        limits = "0 or more" if most == math.inf else f"from 0 to {most:g}"
        raise UsageError(f"{where} is {value!r}; expected a number, {limits}")
    return value


def words(where: str, value: object) -> str:
    """Return a str that is not empty; raises UsageError."""
    if not isinstance(value, str):
        raise UsageError(f"{where} is {value!r}; expected a str (in YAML, put it in quotes)")
    if not value:
        raise UsageError(f"{where} is empty, which every reply has in it; expected at least one character")
    return value


def flag(where: str, value: object) -> bool:
    """Return True or False; raises UsageError for anything else."""
    if not isinstance(value, bool):
        raise UsageError(f"{where} is {value!r}; expected True or False")
    return value


def choice(where: str, value: object, known: tuple[str, ...]) -> str:
    """Return one of several known words; raises UsageError that lists them."""
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"{where} is {value!r}; {known_names(str(value), known)}")
    return value


def text(where: str, value: object) -> str:
    """Return a str, which may be empty; raises UsageError."""
    if not isinstance(value, str):
        raise UsageError(f"{where} is {value!r}; expected a str (in YAML, put it in quotes)")
    return value
