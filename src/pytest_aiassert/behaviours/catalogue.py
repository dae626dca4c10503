"""Finding behaviours by name: the built-in ones, and those that were added."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from pytest_aiassert.behaviours.arithmetic import ADDITION, FACTORIAL, FIBONACCI, GCD, IS_PRIME
from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.sequences import BINARY_SEARCH, PALINDROME, REVERSE_STRING, SORTING, WORD_COUNT
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import known_names

_BUILT_IN = (
    ADDITION,
    FACTORIAL,
    FIBONACCI,
    IS_PRIME,
    PALINDROME,
    REVERSE_STRING,
    SORTING,
    BINARY_SEARCH,
    GCD,
    WORD_COUNT,
)

_added: ContextVar[tuple[Behaviour, ...]] = ContextVar("pytest_aiassert_behaviours", default=())


def all_behaviours() -> tuple[Behaviour, ...]:
    """Every behaviour that can be named, each name once; added ones replace built-in ones."""
    found = {behaviour.name: behaviour for behaviour in (*_BUILT_IN, *reversed(_added.get()))}
    return tuple(found.values())


def find_behaviour(name: str) -> Behaviour:
    """Find a behaviour by its name or an alias, whatever the case, spaces or underscores.

    Raises UsageError for an unknown name, with the nearest one.
    """
    names: dict[str, Behaviour] = {}
    for behaviour in all_behaviours():
        for alias in behaviour.aliases:
            names.setdefault(_plain(alias), behaviour)
    names |= {_plain(behaviour.name): behaviour for behaviour in all_behaviours()}
    found = names.get(_plain(name))
    if found is not None:
        return found
    known = (behaviour.name for behaviour in all_behaviours())
    raise UsageError(f"unknown behaviour {name!r}; {known_names(name, known)}")


@contextmanager
def use_behaviours(*behaviours: Behaviour) -> Generator[None]:
    """Let these behaviours be found by name, first of all, while the context lasts."""
    token = _added.set((*behaviours, *_added.get()))
    try:
        yield
    finally:
        _added.reset(token)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())
