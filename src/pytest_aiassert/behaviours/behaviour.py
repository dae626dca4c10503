"""A Behaviour: a named, executable specification of a function."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_aiassert.behaviours.acceptance import alike, equal
from pytest_aiassert.behaviours.drawing import Drawn, Inputs, drawn
from pytest_aiassert.behaviours.examples import Accepts, Example, is_plain, same, show
from pytest_aiassert.behaviours.watching import TooLongError, Watch, watched
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import Function, Returned, outline

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Reading: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]
"""Another way to pass the same arguments: in another order, as one list, with a range."""

Explains: TypeAlias = Callable[[Example, Returned], str | None]
"""Says what a wrong answer was meant to be, None where unknown; what explains most of them is told."""

Property: TypeAlias = Callable[..., bool]
"""Tells of a result, and the arguments it was made of, whether something holds that must hold."""

DRAWN = 40
PATIENCE = 5.0  # seconds that a reference gets for one answer


@dataclass(frozen=True, kw_only=True, eq=False)
class Behaviour:
    """What a function does, whatever its name: a reference, and the arguments to compare it on.

    `cases` are tuples of positional arguments; what is right for them is what `reference` returns, or the exception
    it raises where `raises` allows that. `known` are pairs of arguments and answer: cases that the reference is held
    to. `inputs` draws more arguments, for code that agrees with all cases; `properties` are what must hold of result
    and arguments, by their words. `accepts` widens what is right where a prompt leaves it open, `accepted` says so
    in words; `readings` are other ways to pass the same arguments; `names` are parts of names that functions of this
    kind mostly have.
    Raises UsageError where the reference fails its own cases or properties, or does not come back.
    """

    name: str
    summary: str
    signature: str
    reference: Callable[..., Any]
    cases: tuple[tuple[Any, ...], ...] = ()
    known: tuple[tuple[tuple[Any, ...], Any], ...] = ()
    inputs: Inputs[tuple[Any, ...]] | None = None
    properties: Mapping[str, Property] = field(default_factory=dict[str, Property])
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    accepts: Accepts = equal
    accepted: str = ""
    explains: Explains | None = None
    readings: tuple[Reading, ...] = ()
    raises: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        self._check()

    def _check(self) -> None:
        _ = self.examples

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """Every case with what is right for it, those that are `known` first."""
        known = [args for args, _ in self._pairs()]
        cases = [*known, *(args for args in self.cases if args not in known)]
        if not cases:
            raise self._wrong("there are no cases; give at least one tuple of arguments")
        with watched(PATIENCE) as watch:
            examples = tuple(self._example(number, args, watch) for number, args in enumerate(cases, start=1))
        for example, (_, answer) in zip(examples, self._pairs(), strict=False):
            if example.raises or not alike(answer, example.returns):
                given = f"raises {example.raises}" if example.raises else f"returns {show(example.returns)}"
                raise self._wrong(f"its reference {given} for {self._call(example.args)}, known is {show(answer)}")
        return examples

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the signature's parameters."""
        return self._function.parameters

    @cached_property
    def drawn(self) -> tuple[tuple[Drawn[tuple[Any, ...]], Example], ...]:
        """What `inputs` draws, the simplest first, with what is right for it; always the same.

        Raises UsageError where the reference fails on it.
        """
        if self.inputs is None:
            return ()
        cases = {repr(example.args) for example in self.examples}
        return tuple(self.answered(one for one in drawn(self.inputs, DRAWN, self.name) if repr(one.value) not in cases))

    def answered(self, inputs: Iterable[Drawn[tuple[Any, ...]]]) -> list[tuple[Drawn[tuple[Any, ...]], Example]]:
        """Pair drawn inputs with what is right for them; raises UsageError where the reference fails on one."""
        with watched(PATIENCE) as watch:
            return [(one, self._example(number, one.value, watch)) for number, one in enumerate(inputs, start=1)]

    def strategy(self) -> SearchStrategy[tuple[Any, ...]]:
        """Return a Hypothesis strategy of tuples of arguments, for property tests of your own.

        Raises UsageError where the behaviour has no `inputs`, MissingExtraError without Hypothesis.
        """
        from pytest_aiassert.behaviours.strategies import strategy

        if self.inputs is None:
            raise self._wrong("it has no `inputs` to draw from, only cases")
        return strategy(self.inputs)

    def broken(self, example: Example, answer: Returned) -> tuple[str, ...]:
        """Return the words of the properties that an answer breaks; one that cannot be tried on it counts as broken."""
        return tuple(words for words, holds in self.properties.items() if not _holds(holds, answer.value, example.args))

    @property
    def unit(self) -> str:
        """What is counted of it."""
        return "input"

    @property
    def sought(self) -> str:
        """What code must have to be tried, in words."""
        return f"function that takes the arguments of {self.signature}"

    def likeness(self, name: str) -> int:
        """How much a function's name sounds like this behaviour: 2 as a whole, 1 in part, 0 not at all."""
        return likeness(name.rpartition(".")[2], (self.name, *self.names), self.aliases)

    @cached_property
    def _function(self) -> Function:
        try:
            (function,) = outline(f"def {self.signature}: ...")
        except (SyntaxError, ValueError):
            raise self._wrong(
                f"cannot read the signature {self.signature!r}; expected for example 'add(a, b)'"
            ) from None
        return function

    def _pairs(self) -> Sequence[tuple[tuple[Any, ...], Any]]:
        for number, pair in enumerate(self.known, start=1):
            given: Any = pair
            if not isinstance(given, tuple) or len(given) != 2 or not isinstance(given[0], tuple):  # noqa: PLR2004 - a pair
                raise self._wrong(f"known pair {number} is {pair!r}; expected (arguments, answer), as in ((2, 3), 5)")
        return self.known

    def _example(self, number: int, args: tuple[Any, ...], watch: Watch) -> Example:
        if not isinstance(args, tuple):  # pyright: ignore[reportUnnecessaryIsInstance] - users' own
            raise self._wrong(f"case {number} is {args!r}; expected a tuple of arguments, as in ({args!r},)")
        if not self._function.takes(len(args)):
            raise self._wrong(f"case {number} is {args!r}, which does not fit the signature {self.signature}")
        if not is_plain(args):
            raise self._wrong(
                f"case {number} is {args!r}; only plain values (numbers, texts, lists, dicts) can be passed"
            )
        watch.renew()
        try:
            return self._tried(args)
        except TooLongError:
            problem = f"its reference gave no answer for {self._call(args)} within {PATIENCE:g} s"
            raise self._wrong(f"{problem}; mend it, or ask for less") from None

    def _tried(self, args: tuple[Any, ...]) -> Example:
        example, after = self._asked(args)
        if example.raises is None:
            self._check_answer(example, Returned(value=example.returns, args=after))
        again, _ = self._asked(args)
        if again.raises != example.raises or not same(again.returns, example.returns):
            raise self._wrong(f"its reference answers {self._call(args)} once so and once otherwise")
        return example

    def _asked(self, args: tuple[Any, ...]) -> tuple[Example, tuple[Any, ...]]:
        """Ask the reference; `args` as they are afterwards come along."""
        passed = copy.deepcopy(args)
        try:
            return Example(args=args, returns=self.reference(*passed)), passed
        except self.raises as error:
            return Example(args=args, raises=type(error).__name__), passed
        except Exception as error:
            problem = f"its reference raised {type(error).__name__} for {self._call(args)}: {error}"
            hint = f"where that is right, say raises=({type(error).__name__},)"
            raise self._wrong(f"{problem}; mend the reference or drop the case; {hint}") from error

    def _check_answer(self, example: Example, answer: Returned) -> None:
        call = self._call(example.args)
        if not is_plain(answer.value):
            given = type(answer.value).__name__
            raise self._wrong(f"its reference returns a {given} for {call}; only plain values can be compared")
        if not self.accepts(example, answer):
            raise self._wrong(f"`accepts` refuses what the reference returns for {call}: {show(answer.value)}")
        for words in self.broken(example, answer):
            raise self._wrong(f"its reference breaks the property {words!r}: {call} returned {show(answer.value)}")

    def _call(self, args: tuple[Any, ...]) -> str:
        return Example(args=args).call(self.signature.partition("(")[0])

    def _wrong(self, problem: str) -> UsageError:
        return UsageError(f"behaviour {self.name!r}: {problem}")


class BuiltIn(Behaviour):
    """A behaviour of our own: our tests check it, so nothing is asked before it is used."""

    def _check(self) -> None:
        pass


def _holds(holds: Property, result: Any, args: tuple[Any, ...]) -> bool:
    try:
        return bool(holds(copy.deepcopy(result), *copy.deepcopy(args)))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return False


def likeness(name: str, parts: Sequence[str], whole: Sequence[str]) -> int:
    """How much a name sounds like others: 2 as a whole, 1 where a part is in it, 0 not at all."""
    plain = _plain(name)
    if plain in map(_plain, (*parts, *whole)):
        return 2
    return int(any(_plain(part) in plain for part in parts))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
