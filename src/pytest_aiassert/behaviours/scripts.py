"""A ClassBehaviour: a named, executable specification of a class, as scripts of calls on an instance."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.behaviour import DRAWN, PATIENCE, Reading, likeness
from pytest_aiassert.behaviours.drawing import Drawn, Inputs, drawn
from pytest_aiassert.behaviours.examples import Example, is_plain, show
from pytest_aiassert.behaviours.watching import TooLongError, Watch, watched
from pytest_aiassert.errors import UsageError

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

AcceptsAnswer: TypeAlias = Callable[[Any, Any], bool]
"""Tells whether a method's answer is right: of the expected value and the actual one."""

Story: TypeAlias = tuple[tuple[Any, ...], Sequence[tuple[str, tuple[Any, ...]]]]
"""Arguments that make an instance, then calls by name of method and arguments."""

_WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the reference, and what else it may be called.

    Where not `answers`, what it returns does not count. `spare` are arguments for those that need more than a script
    gives. A method that is `optional` must change nothing: where a class lacks it, scripts leave it out.
    """

    name: str
    sounds: tuple[str, ...] = ()
    answers: bool = True
    optional: bool = False
    spare: tuple[Any, ...] = ()
    accepts: AcceptsAnswer = alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A call of a script, and what is right for it; `refused` where the reference raised."""

    method: Method | None
    args: tuple[Any, ...]
    returns: Any = None
    refused: bool = False

    @property
    def wait(self) -> float:
        """Seconds that pass; 0 for a call."""
        return 0 if self.method else float(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """An instance and what is done with it, in order."""

    text: str
    args: tuple[Any, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassBehaviour:
    """What a class does, whatever its name and those of its methods: a reference, and scripts to compare it on.

    A script reads `Stack(); push(1); pop()`: an instance, then its methods in order, with literal arguments, and
    `wait(10)` for seconds that pass. `inputs` draws more of them, for code that agrees with all. Where the reference
    raises one of `raises`, the class must refuse: raise anything, or return None, False, -1 or a text. `readings` and
    `spare` are other ways to make an instance.
    Raises UsageError where the reference fails its own scripts, or does not come back.
    """

    name: str
    summary: str
    signature: str
    reference: Callable[..., Any]
    methods: tuple[Method, ...]
    scripts: tuple[str, ...]
    inputs: Inputs[Story] | None = None
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    accepted: str = ""
    readings: tuple[Reading, ...] = ()
    spare: tuple[Any, ...] = ()
    raises: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        self._check()

    def _check(self) -> None:
        _ = self.examples

    @cached_property
    def examples(self) -> tuple[Script, ...]:
        """Every script with what is right for its steps."""
        if not self.scripts:
            raise UsageError(f"behaviour {self.name!r}: there are no scripts; give at least one, as 'Stack(); push(1)'")
        with watched(PATIENCE) as watch:
            return tuple(self._watched(text, watch) for text in self.scripts)

    @cached_property
    def drawn(self) -> tuple[tuple[Drawn[Story], Script], ...]:
        """The scripts that `inputs` draws, the simplest first; always the same.

        Raises UsageError where the reference fails on one.
        """
        stories = () if self.inputs is None else drawn(self.inputs, DRAWN, self.name)
        return tuple(pair for pair in self.answered(stories) if pair[1].text not in self.scripts)

    def answered(self, stories: Iterable[Drawn[Story]]) -> list[tuple[Drawn[Story], Script]]:
        """Pair what is drawn with its script; raises UsageError where the reference fails on one."""
        with watched(PATIENCE) as watch:
            return [(one, self._watched(self._text(one.value), watch)) for one in stories]

    def strategy(self) -> SearchStrategy[Story]:
        """Return a Hypothesis strategy of stories: arguments that make an instance, and calls by name and arguments.

        Raises UsageError where the behaviour has no `inputs`, MissingExtraError without Hypothesis.
        """
        from pytest_aiassert.behaviours.strategies import strategy

        if self.inputs is None:
            raise UsageError(f"behaviour {self.name!r}: it has no `inputs` to draw from, only scripts")
        return strategy(self.inputs)

    @property
    def unit(self) -> str:
        """What is counted of it."""
        return "script"

    @property
    def sought(self) -> str:
        """What code must have to be tried, in words."""
        needed = [method.name for method in self.methods if not method.optional]
        return f"class like {self.signature} with {' and '.join(needed)}"

    def likeness(self, name: str) -> int:
        """How much a class's name sounds like this behaviour: 2 as a whole, 1 in part, 0 not at all."""
        return likeness(name, (self.name, *self.names), self.aliases)

    def _text(self, story: Story) -> str:
        args, calls = story
        return "; ".join(Example(args=given).call(name) for name, given in [(self._maker, args), *calls])

    @property
    def _maker(self) -> str:
        return self.signature.partition("(")[0]

    def _watched(self, text: str, watch: Watch) -> Script:
        watch.renew()
        try:
            return self._played(text)
        except TooLongError:
            raise self._wrong(text, f"the reference gave no answer within {PATIENCE:g} s") from None

    def _played(self, text: str) -> Script:
        calls = list(self._calls(text))
        methods = {method.name: method for method in self.methods}
        unknown = [name for name, _ in calls[1:] if name not in methods and name != _WAIT]
        if unknown:
            raise self._wrong(text, f"{unknown[0]!r} is none of its methods: {', '.join(methods)}")
        now = [0.0]
        (_, args), *rest = calls
        instance = self._instance(text, args, now)
        steps: list[Step] = []
        for name, given in rest:
            if name == _WAIT:
                now[0] += given[0]
                steps.append(Step(method=None, args=given))
            else:
                steps.append(self._step(text, instance, methods[name], given))
        return Script(text=text, args=args, steps=tuple(steps))

    def _calls(self, text: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
        try:
            for statement in ast.parse(text).body:
                match statement:
                    case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=args, keywords=[])):
                        yield name, tuple(ast.literal_eval(arg) for arg in args)
                    case _:
                        raise ValueError("not a call")  # noqa: TRY301 - told below like the others
        except (SyntaxError, ValueError):
            raise self._wrong(text, "expected calls with literal arguments, as 'Stack(); push(1); pop()'") from None

    def _instance(self, text: str, args: tuple[Any, ...], now: Sequence[float]) -> Any:
        timed = f"{_WAIT}(" in text
        try:
            return self.reference(*copy.deepcopy(args), **({"clock": lambda: now[0]} if timed else {}))
        except Exception as error:
            raise self._wrong(text, f"the reference raised {type(error).__name__}: {error}") from error

    def _step(self, text: str, instance: Any, method: Method, args: tuple[Any, ...]) -> Step:
        try:
            value = getattr(instance, method.name)(*copy.deepcopy(args))
        except self.raises:
            return Step(method=method, args=args, refused=True)
        except Exception as error:
            raise self._wrong(text, f"{method.name} raised {type(error).__name__}: {error}") from error
        if method.answers and not (is_plain(value) and method.accepts(value, value)):
            raise self._wrong(text, f"{method.name} returned {show(value)}, which is no plain value or not accepted")
        return Step(method=method, args=args, returns=value if method.answers else None)

    def _wrong(self, text: str, problem: str) -> UsageError:
        return UsageError(f"behaviour {self.name!r}: script {text!r}: {problem}")


class BuiltInClass(ClassBehaviour):
    """A behaviour of our own: our tests check it, so nothing is asked before it is used."""

    def _check(self) -> None:
        pass
