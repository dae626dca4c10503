"""Drawing inputs from small choices, the same ones everywhere, and making those that refute smaller.

Every value is made of choices from 0 to some limit, 0 being the simplest; so whatever a function draws can be drawn
anew from fewer and smaller choices, and stays within what the function can draw (MacIver and Donaldson, Test-Case
Reduction via Test-Case Generation, ECOOP 2020).
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")

LETTERS = "abcdefghijklmnopqrstuvwxyz"
_CHUNKS = (8, 4, 2, 1)


class Draw(ABC):
    """Draws values for an input; what is listed or reached first counts as simpler."""

    @abstractmethod
    def choice(self, most: int, *, likely: float | None = None) -> int:
        """Return an integer from 0 to `most`; small ones more often, or other than 0 with chance `likely`."""

    def integer(self, low: int, high: int) -> int:
        """Return an integer of a range, both ends included; the nearest to zero is the simplest."""
        if low > 0 or high < 0:
            step = self.choice(high - low)
            return low + step if low > 0 else high - step
        return _nearest_zero(self.choice(high - low), low, high)

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of the options, any as likely as another."""
        return options[self.choice(len(options) - 1, likely=1 - 1 / len(options))]

    def boolean(self) -> bool:
        """Return True or False."""
        return bool(self.choice(1, likely=0.5))

    def items(self, item: Callable[[], T], least: int = 0, most: int = 6) -> list[T]:
        """Return a list of what `item` draws."""
        drawn: list[T] = []
        while len(drawn) < most and (len(drawn) < least or self._another(most)):
            drawn.append(item())
        return drawn

    def distinct(self, options: Sequence[T], least: int = 0, most: int = 6) -> list[T]:
        """Return a list of some of the options, none of them twice."""
        left = list(options)
        return self.items(lambda: left.pop(self.choice(len(left) - 1)), least, min(most, len(left)))

    def text(self, letters: str = LETTERS, least: int = 0, most: int = 8) -> str:
        """Return a text of some of the letters."""
        return "".join(self.items(lambda: self.one_of(letters), least, most))

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in some order; the given one is the simplest."""
        left = list(values)
        return [left.pop(self.choice(len(left) - 1, likely=0.5)) for _ in values]

    def _another(self, most: int) -> bool:
        return bool(self.choice(1, likely=most / (most + 2)))


Inputs: TypeAlias = Callable[[Draw], T]
"""Draws one input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(Generic[T]):
    """An input, and the choices that it was made of."""

    value: T
    choices: tuple[int, ...]

    @property
    def complexity(self) -> tuple[int, tuple[int, ...]]:
        """A measure that falls as inputs get simpler: fewer choices, then smaller ones."""
        return len(self.choices), self.choices


def drawn(inputs: Inputs[T], count: int, seed: str) -> list[Drawn[T]]:
    """Draw different inputs, the simplest first: the same ones for a seed, on every machine and version of Python."""
    dice = random.Random(seed)  # noqa: S311 - repeatable is the point
    found: dict[tuple[int, ...], Drawn[T]] = {}
    values: set[str] = set()
    for turn in range(3 * count):
        source = _Rolled(dice, size=min(1.0, 2 * (turn + 1) / count))
        one = Drawn(value=inputs(source), choices=tuple(source.made))
        if repr(one.value) not in values:
            values.add(repr(one.value))
            found[one.choices] = one
        if len(found) == count:
            break
    return sorted(found.values(), key=lambda one: one.complexity)


def simpler(inputs: Inputs[T], one: Drawn[T]) -> Iterator[Drawn[T]]:
    """Yield inputs that are made of fewer or smaller choices, the boldest first, each once."""
    seen = {repr(one.value)}
    for choices in _reduced(one.choices):
        source = _Given(choices)
        other = Drawn(value=inputs(source), choices=tuple(source.made))
        if other.complexity < one.complexity and repr(other.value) not in seen:
            seen.add(repr(other.value))
            yield other


class _Rolled(Draw):
    """Draws at random, with nothing of `random` but what Python promises never to change; `size` ≤ 1 holds it down."""

    def __init__(self, dice: random.Random, size: float) -> None:
        self._dice = dice
        self._size = size
        self.made: list[int] = []

    def choice(self, most: int, *, likely: float | None = None) -> int:
        if likely is None:
            share = self._dice.random() * 1.5 * self._size  # of the bits; a third of the time of the whole range
            made = int(self._dice.random() * min(most + 1, 2 << int(share * most.bit_length())))
        else:
            roll = self._dice.random()
            made = 1 + int(roll / likely * most) if roll < likely else 0
        made = min(made, most)
        self.made.append(made)
        return made


class _Given(Draw):
    """Draws what it is given, and the simplest after that."""

    def __init__(self, choices: Sequence[int]) -> None:
        self._left = list(reversed(choices))
        self.made: list[int] = []

    def choice(self, most: int, *, likely: float | None = None) -> int:
        del likely
        made = min(self._left.pop() if self._left else 0, most)
        self.made.append(made)
        return made


def _reduced(choices: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for size in _CHUNKS:
        for at in range(len(choices) - size + 1):
            yield choices[:at] + choices[at + size :]
    for size in _CHUNKS:
        for at in range(len(choices) - size + 1):
            yield choices[:at] + (0,) * size + choices[at + size :]
    for at, choice in enumerate(choices):
        for less in (choice // 2, choice - 1, choice - 2):
            if less >= 0:
                yield (*choices[:at], less, *choices[at + 1 :])
    for at, (one, other) in enumerate(pairwise(choices)):
        if one > other:
            yield (*choices[:at], other, one, *choices[at + 2 :])


def _nearest_zero(step: int, low: int, high: int) -> int:
    """Count 0, 1, -1, 2, -2, … within a range that holds zero."""
    both = min(-low, high)
    if step <= 2 * both:
        return (step + 1) // 2 * (1 if step % 2 else -1)
    return step - both if high > -low else both - step
