"""What judging code takes in each language: finding its functions, calling them, and writing values."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.examples import Example, show
from pytest_aiassert.sandbox import Answer, Call, Candidate, Function, Limits, LoadError, outline, parse

PLAY = "aiassert_play"

Class: TypeAlias = tuple[str, int, tuple[str, ...]]
"""A class's name, its line, and its public methods."""


class Called(Protocol):
    """Code that is called again and again, in a process of its own."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def close(self) -> None:
        """End the process."""
        ...

    @property
    def exhausted(self) -> bool:
        """True once the code was lost so often that it is not loaded again."""
        ...

    @property
    def load_error(self) -> LoadError | None:
        """What loading raised first, if it raised."""
        ...

    def call_many(self, name: str, calls: Sequence[Call], *, until_lost: bool = False) -> list[Answer]:
        """Make calls one after another; answers end early, with a loss, where the code is exhausted.

        Or at the first loss where `until_lost`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A language that code can be judged in.

    `outline` lists functions and raises SyntaxError for code that does not parse. `form` puts an example in the
    language's own values, None where they cannot hold it. With `options`, arguments by name are one last argument.
    `makes` stands before a class that is called, `classes` lists them; of code that `with_player` has made, a function
    called PLAY plays scripts. Up to `at_once` inputs are asked together: many where a process has to start for them.
    """

    name: str
    outline: Callable[[str], tuple[Function, ...]]
    candidate: Callable[[str, Limits | None], Called]
    form: Callable[[Example], Example | None]
    show: Callable[[Any], str]
    classes: Callable[[str], Sequence[Class]]
    with_player: Callable[[str], str]
    options: bool = False
    makes: str = ""
    at_once: int = 60

    def askable(self, behaviour: Behaviour) -> tuple[Example, ...]:
        """Return the behaviour's examples that this language can be asked."""
        return self.forms(behaviour.examples)

    def forms(self, examples: Sequence[Example]) -> tuple[Example, ...]:
        """Return examples in the language's own values, without those that it cannot hold."""
        return tuple(form for example in examples if (form := self.form(example)) is not None)


def _python(code: str, limits: Limits | None) -> Candidate:
    return Candidate(code, limits=limits)


def _as_it_is(example: Example) -> Example:
    return example


def _classes(code: str) -> list[Class]:
    owners = {owner.name: owner for owner in parse(code).body if isinstance(owner, ast.ClassDef)}
    return [(name, owner.lineno, tuple(_public(owner))) for name, owner in owners.items()]


def _public(owner: ast.ClassDef) -> Iterator[str]:
    for item in owner.body:
        if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)) and not item.name.startswith("_"):
            yield item.name


@functools.cache
def _player() -> str:
    """Return statements that load the driver beside a candidate, out of reach of the names it defines."""
    source = Path(__file__).with_name("driver.py").read_text(encoding="utf-8")
    return (
        f"{PLAY}_names = {{}}\n{PLAY}_loaded = exec({source!r}, {PLAY}_names)\n"
        f"def {PLAY}(*request): return {PLAY}_names['play'](globals(), *request[:-1], steps=request[-1])\n"
    )


def _with_player(code: str) -> str:
    return f"{code}\n\n{_player()}"


PYTHON = Dialect(
    name="python",
    outline=outline,
    candidate=_python,
    form=_as_it_is,
    show=show,
    classes=_classes,
    with_player=_with_player,
)
