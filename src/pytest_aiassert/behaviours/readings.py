"""Passing the same arguments to differently declared functions: by name, in another order, as one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from pytest_aiassert.behaviours.behaviour import Behaviour, Reading
from pytest_aiassert.sandbox import Function

Way: TypeAlias = Callable[[tuple[Any, ...]], tuple[tuple[Any, ...], Mapping[str, Any]]]
"""Turns a behaviour's arguments into the positional and keyword arguments of a call."""


def as_one_list(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Pass all arguments as one list."""
    return (list(args),)


def spread(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Pass the items of the only argument one by one."""
    return tuple(args[0])


def swapped(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Pass two arguments the other way round, the rest as they are."""
    first, second, *rest = args
    return (second, first, *rest)


def ways(function: Function, behaviour: Behaviour) -> Iterator[tuple[Way, bool]]:
    """Yield each way to pass a behaviour's arguments; with each, whether a reading made it."""
    args = behaviour.examples[0].args
    names = function.parameters[: function.most] if function.most is not None else ()
    if (
        sorted(names) == sorted(behaviour.parameters)
        and names != behaviour.parameters
        and not function.required_keywords
    ):
        yield _ordered([behaviour.parameters.index(name) for name in names]), False
    for reading in (None, *behaviour.readings):
        number = len(reading(args) if reading else args)
        if function.takes(number):
            yield _positional(reading), reading is not None
        elif number == len(names) + len(function.required_keywords) and function.required_keywords:
            yield _by_keyword(reading, function, names, behaviour.parameters), reading is not None


def _ordered(order: Sequence[int]) -> Way:
    return lambda args: (tuple(args[at] for at in order), {})


def _positional(reading: Reading | None) -> Way:
    return lambda args: (reading(args) if reading else args, {})


def _by_keyword(reading: Reading | None, function: Function, names: Sequence[str], asked: Sequence[str]) -> Way:
    """Pass what must be named by name: that of the signature where the names are the same, else in order."""
    declared = [*names, *function.required_keywords]

    def way(args: tuple[Any, ...]) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
        passed = reading(args) if reading else args
        by_name = reading is None and sorted(declared) == sorted(asked)
        values = dict(zip(asked if by_name else declared, passed, strict=True))
        return tuple(values[name] for name in names), {name: values[name] for name in function.required_keywords}

    return way
