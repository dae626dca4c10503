"""A Behaviour: a named, executable specification of a function."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from pytest_aiassert.behaviours.examples import Accepts, Example
from pytest_aiassert.sandbox import Returned

Reading: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]
"""Another way to pass the same arguments: in another order, as one list, with a range."""

Explains: TypeAlias = Callable[[Example, Returned], str | None]
"""Says what a wrong answer was meant to be, None where unknown; what explains most of them is told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Behaviour:
    """What a function does, whatever its name: a reference, and the arguments to compare it on.

    `cases` are tuples of positional arguments; what is right for them is what `reference` returns, or the exception
    it raises. `accepts` widens what is right where a prompt leaves it open; `readings` are other ways to pass the same
    arguments; `names` are parts of names that functions of this kind mostly have.
    """

    name: str
    summary: str
    signature: str
    reference: Callable[..., Any]
    cases: tuple[tuple[Any, ...], ...]
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    accepts: Accepts | None = None
    explains: Explains | None = None
    readings: tuple[Reading, ...] = ()

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The cases with what is right for each."""
        return tuple(self._example(args) for args in self.cases)

    def likeness(self, name: str) -> int:
        """How much a function's name sounds like this behaviour: 2 as a whole, 1 in part, 0 not at all."""
        plain = _plain(name.rpartition(".")[2])
        if plain in map(_plain, (self.name, *self.aliases, *self.names)):
            return 2
        return int(any(_plain(part) in plain for part in (self.name, *self.names)))

    def _example(self, args: tuple[Any, ...]) -> Example:
        try:
            return Example(args=args, returns=self.reference(*copy.deepcopy(args)))
        except Exception as error:  # noqa: BLE001 - whatever the reference raises is what is right
            return Example(args=args, raises=type(error).__name__)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
