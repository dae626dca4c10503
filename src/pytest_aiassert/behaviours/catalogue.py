"""Finding behaviours by name: the built-in ones, and those that were added."""

from __future__ import annotations

import difflib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.best import AnyBehaviour
from pytest_aiassert.behaviours.examples import show
from pytest_aiassert.behaviours.scripts import ClassBehaviour
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import known_names

_LEFT_OUT = frozenset({"a", "an", "the"})

_added: ContextVar[tuple[AnyBehaviour, ...]] = ContextVar("pytest_aiassert_behaviours", default=())


@cache
def behaviours_by_kind() -> Mapping[str, Sequence[AnyBehaviour]]:
    """Return the built-in behaviours, by the name of their kind."""
    from pytest_aiassert.behaviours.kinds import (
        arithmetic,
        containers,
        dates,
        dictionaries,
        graphs,
        lists,
        matrices,
        number_theory,
        parsing,
        recursion,
        searching,
        services,
        strings,
    )

    return {
        "arithmetic": arithmetic.BEHAVIOURS,
        "number theory": number_theory.BEHAVIOURS,
        "strings": strings.BEHAVIOURS,
        "lists": lists.BEHAVIOURS,
        "sorting and searching": searching.BEHAVIOURS,
        "dictionaries": dictionaries.BEHAVIOURS,
        "dates": dates.BEHAVIOURS,
        "parsing": parsing.BEHAVIOURS,
        "recursion": recursion.BEHAVIOURS,
        "graphs": graphs.BEHAVIOURS,
        "matrices": matrices.BEHAVIOURS,
        "classes that hold items": containers.BEHAVIOURS,
        "classes that keep count": services.BEHAVIOURS,
    }


def all_behaviours() -> tuple[AnyBehaviour, ...]:
    """Every behaviour that can be named, each name once; added ones replace built-in ones."""
    built_in = (behaviour for kind in behaviours_by_kind().values() for behaviour in kind)
    found = {behaviour.name: behaviour for behaviour in (*built_in, *reversed(_added.get()))}
    return tuple(found.values())


def find_behaviour(name: str) -> AnyBehaviour:
    """Find a behaviour by its name or an alias; case, spaces, underscores and articles do not matter.

    Raises UsageError for an unknown name, with the nearest one.
    """
    names: dict[str, AnyBehaviour] = {}
    behaviours = all_behaviours()
    for behaviour in behaviours:
        for alias in behaviour.aliases:
            names.setdefault(_plain(alias), behaviour)
    names |= {_plain(behaviour.name): behaviour for behaviour in behaviours}
    found = names.get(_plain(name))
    if found is not None:
        return found
    near = tuple(_near(name, names))
    if near:
        listed = " or ".join(repr(other) for other in near)
        raise UsageError(f"unknown behaviour {name!r}; did you mean {listed}? docs/reference/behaviours.md lists all")
    raise UsageError(f"unknown behaviour {name!r}; {known_names(name, (behaviour.name for behaviour in behaviours))}")


@contextmanager
def use_behaviours(*behaviours: AnyBehaviour) -> Generator[None]:
    """Let these behaviours be found by name, first of all, while the context lasts.

    Raises UsageError for anything that is no behaviour, or whose reference fails on what it draws.
    """
    for behaviour in behaviours:
        if not isinstance(behaviour, (Behaviour, ClassBehaviour)):  # pyright: ignore[reportUnnecessaryIsInstance] - users' own
            given = type(behaviour).__name__
            raise UsageError(
                f"behaviours: got {show(behaviour)} of type {given}; expected a Behaviour or ClassBehaviour"
            )
        _ = behaviour.drawn  # a reference that is wrong is told now, not in the middle of a run
    token = _added.set((*behaviours, *_added.get()))
    try:
        yield
    finally:
        _added.reset(token)


def _near(name: str, names: Mapping[str, AnyBehaviour]) -> Iterator[str]:
    """Yield the names of behaviours that are called about so, the nearest first."""
    matches = difflib.get_close_matches(_plain(name), names, n=3, cutoff=0.7)
    yield from dict.fromkeys(names[match].name for match in matches)


def _plain(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ").lower().split()
    return " ".join(word for word in words if word not in _LEFT_OUT)
