"""Looking for inputs that refute a function which agrees with all examples, and for the smallest of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.dialects import Called, Dialect
from pytest_aiassert.behaviours.drawing import Drawn, Inputs, simpler
from pytest_aiassert.behaviours.examples import Accepts, Example, is_nothing
from pytest_aiassert.behaviours.readings import Way
from pytest_aiassert.sandbox import Answer, Lost, Returned

T = TypeVar("T")
F = TypeVar("F")

Input: TypeAlias = Drawn[tuple[Any, ...]]

_ROUNDS = 40  # not seconds: a counterexample must not depend on the machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An example, how it was called, and what came of it."""

    example: Example
    called: Example
    answer: Answer

    def agrees(self, accepts: Accepts | None) -> bool:
        """Tell whether the answer is right."""
        return self.example.agrees(self.answer, accepts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A function of a loaded candidate, and the way it takes its arguments."""

    candidate: Called
    name: str
    dialect: Dialect
    way: Way | None = None

    def tried(self, examples: Sequence[Example], *, until_lost: bool = False) -> list[Tried]:
        """Ask the examples, in the dialect's form; fewer answers come back where the candidate is exhausted."""
        called = [self._called(example) for example in examples]
        calls = [(each.args, each.kwargs) for each in called]
        answers = self.candidate.call_many(self.name, calls, until_lost=until_lost)
        return [
            Tried(example=example, called=each, answer=answer)
            for example, each, answer in zip(examples, called, answers, strict=False)
        ]

    def heard(self, one: Tried) -> Tried:
        """Ask once more where nothing was returned: what was printed meanwhile may be of calls before or after it."""
        if not isinstance(one.answer, Returned) or not is_nothing(one.answer.value):
            return one
        again = self.tried([one.example], until_lost=True)
        return again[0] if not isinstance(again[0].answer, Lost) else one

    def told(self, one: Tried) -> str:
        """Say what a call did, and what was expected of it."""
        return one.called.against(self.name, one.answer, self.dialect.show)

    def _called(self, example: Example) -> Example:
        args, kwargs = self.way(example.args) if self.way else (example.args, example.kwargs)
        if self.dialect.options and kwargs:
            args, kwargs = (*args, dict(kwargs)), {}
        return replace(example, args=args, kwargs=kwargs)


def refute(caller: Caller, behaviour: Behaviour, alone: Callable[[Tried], Answer]) -> tuple[list[Tried], Tried | None]:
    """Ask what the behaviour draws; return that, and the smallest input found that refutes, None where none does.

    `alone` asks once more, in a process of its own: the time is that of all calls together, and a slow function that
    is right uses it up. Then what was asked by then must do.
    """

    def wrong_of(batch: Sequence[Input]) -> list[tuple[Input, Tried]]:
        asked = _forms(caller, behaviour.answered(batch))
        tried = caller.tried([example for _, example in asked], until_lost=True)
        pairs = zip(asked, tried, strict=False)
        return [
            (one, each)
            for (one, _), each in pairs
            if not isinstance(each.answer, Lost) and not each.agrees(behaviour.accepts)
        ]

    asked = _forms(caller, behaviour.drawn)
    tried = caller.tried([example for _, example in asked], until_lost=True)
    if tried and isinstance(tried[-1].answer, Lost):
        tried[-1] = replace(tried[-1], answer=alone(tried[-1]))
    for (one, _), found in zip(asked, tried, strict=False):
        if found.agrees(behaviour.accepts):
            continue
        if isinstance(found.answer, Lost) or behaviour.inputs is None:
            return tried, found
        return tried, caller.heard(smallest(behaviour.inputs, one, found, wrong_of, at_once=caller.dialect.at_once))
    return tried, None


def smallest(
    inputs: Inputs[T],
    one: Drawn[T],
    found: F,
    wrong_of: Callable[[Sequence[Drawn[T]]], list[tuple[Drawn[T], F]]],
    *,
    at_once: int,
) -> F:
    """Return what a refuting input comes to after it was made simpler and simpler.

    `wrong_of` asks up to `at_once` inputs, and returns those that refute with what came of them.
    """
    others = simpler(inputs, one)
    for _ in range(_ROUNDS):
        batch = list(islice(others, at_once))
        if not batch:
            break
        if wrong := wrong_of(batch):
            one, found = min(wrong, key=lambda pair: pair[0].complexity)
            others = simpler(inputs, one)
    return found


def _forms(caller: Caller, pairs: Sequence[tuple[Input, Example]]) -> list[tuple[Input, Example]]:
    return [(one, form) for one, example in pairs if (form := caller.dialect.form(example)) is not None]
