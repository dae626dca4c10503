"""The `behaves_like` matcher: does code answer as a trusted reference does."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from assistant.messages import Completion
from pytest_aiassert.behaviours import Behaviour, Example
from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.implements import Behaves
from pytest_aiassert.matchers.describing import source
from pytest_aiassert.sandbox import CandidateSession, Function, Iterated, Lost, Raised, Returned, outline
from pytest_aiassert.verdict import Verdict

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BehavesLike(Matcher):
    """Passes where some function answers as the reference does; made by `behaves_like`."""

    behaviour: Behaviour
    shown: str

    def judge(self, reply: Completion) -> Verdict:
        """Try the functions in the sandbox; the score is the best one's share of inputs that agree."""
        verdict = Behaves(behaviour=self.behaviour, target=self.behaviour.name, language="python").judge(reply)
        return replace(verdict, matcher=repr(self))

    def __repr__(self) -> str:
        return self.shown


def behaves_like(reference: Callable[..., Any] | str, *, inputs: Sequence[Any]) -> BehavesLike:
    """Pass where a function of the reply's Python code answers as a trusted `reference` does.

    `reference` is a function, or source text that defines one last and is run in the sandbox. `inputs` are tuples of
    positional arguments. The function is found by what it does, whatever its name; a reference that changes its
    arguments asks for the same changes, one that raises for the same exception. The score is the share of inputs that
    agree. Raises UsageError for a reference that fails to answer, answers now so and now otherwise, or inputs that do
    not fit it.
    """
    arguments = _read_inputs(inputs)
    if isinstance(reference, str):
        with _Trusted(reference) as trusted:
            try:
                behaviour = _behaviour(trusted.function.name, _written(trusted.function), trusted, arguments)
            except _SilentError as silent:
                raise UsageError(str(silent)) from None
        return BehavesLike(behaviour=behaviour, shown=source("behaves_like", reference, inputs=list(inputs)))
    if not callable(reference):
        raise UsageError(f"behaves_like: reference is {reference!r}; expected a function, or source text of one")
    name = getattr(reference, "__name__", "")
    name = name if name.isidentifier() else "reference"
    behaviour = _behaviour(name, _signature(name, reference, arguments), reference, arguments)
    shown = getattr(reference, "__qualname__", repr(reference))
    return BehavesLike(behaviour=behaviour, shown=f"behaves_like({shown}, inputs={list(inputs)!r})")


class _SilentError(BaseException):
    """The reference is gone; no exception of its own, which would be an answer."""


class _Trusted:
    """Source text as a function: it is called in the sandbox, and changes its arguments as if it were called here."""

    def __init__(self, text: str) -> None:
        try:
            functions = outline(text)
        except SyntaxError as error:
            raise UsageError(f"behaves_like: the reference does not parse: {error}") from None
        if not functions:
            raise UsageError("behaves_like: the reference defines no function; expected source such as 'def …'")
        self.function = functions[-1]
        self._session = CandidateSession(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def __call__(self, *args: Any) -> Any:
        answer = self._session.call(self.function.name, args)
        if isinstance(answer, Lost):
            raise _SilentError(f"behaves_like: the reference gave no answer: it {answer.detail}")
        for before, after in zip(args, answer.args, strict=False):
            if isinstance(before, list):
                before[:] = after
            elif isinstance(before, (dict, set)):
                before.clear()
                before.update(after)
        if isinstance(answer, Raised):
            raise type(answer.error, (Exception,), {})(answer.message)
        value = answer.value
        return list(value.items) if isinstance(value, Iterated) and value.complete else value


def _behaviour(
    name: str, signature: str, reference: Callable[..., Any], inputs: tuple[tuple[Any, ...], ...]
) -> Behaviour:
    """Make a behaviour of a reference; what it changes of its arguments is part of what is right."""
    changed: dict[str, tuple[Any, ...]] = {}

    def watched(*args: Any) -> Any:
        key, before = repr(args), copy.deepcopy(args)
        try:
            return reference(*args)
        finally:
            if not alike(before, args):
                changed[key] = copy.deepcopy(args)

    def accepts(example: Example, answer: Returned) -> bool:
        after = changed.get(repr(example.args))
        return alike(example.returns, answer.value) and (after is None or alike(after, answer.args))

    def explains(example: Example, answer: Returned) -> str | None:
        right = alike(example.returns, answer.value)
        return "the arguments must be changed as the reference changes them" if right else None

    try:
        behaviour = Behaviour(
            name=name,
            summary=f"what {name} does",
            signature=signature,
            reference=watched,
            cases=inputs,
            names=(name,),
            accepts=accepts,
            explains=explains,
            raises=(Exception,),
        )
    except UsageError as error:
        raise UsageError(f"behaves_like: {str(error).removeprefix(f'behaviour {name!r}: ')}") from error
    if not changed and all(each.returns is None and each.raises is None for each in behaviour.examples):
        raise UsageError(
            f"behaves_like: {name} returns None for every input and changes none of them, as would any empty function"
        )
    if all(each.raises is not None for each in behaviour.examples):
        first = behaviour.examples[0]
        raise UsageError(f"behaves_like: {first.call(name)} raised {first.raises}, as did every other input")
    return behaviour


def _signature(name: str, reference: Callable[..., Any], inputs: tuple[tuple[Any, ...], ...]) -> str:
    """Write what a function takes; of a builtin that does not say, as many letters as the inputs have arguments."""
    longest = max(map(len, inputs))
    try:
        parameters = list(inspect.signature(reference).parameters.values())
    except (TypeError, ValueError):
        return f"{name}({', '.join(_LETTERS[:longest])})"
    parts: list[str] = []
    for each in parameters:
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD):
            parts.append(each.name if each.default is each.empty else f"{each.name}=None")
        elif each.kind is each.VAR_POSITIONAL:
            parts.append(f"*{each.name}")
        elif each.kind is each.KEYWORD_ONLY and each.default is each.empty:
            raise UsageError(f"behaves_like: {name} needs the keyword {each.name!r}; inputs are positional arguments")
    return f"{name}({', '.join(parts)})"


def _written(function: Function) -> str:
    least = function.least
    parts = [
        part if number < least or part.startswith("*") else f"{part}=None"
        for number, part in enumerate(function.parameters)
        if part != "*" and not part.startswith("**")
    ]
    return f"{function.name.rpartition('.')[2]}({', '.join(parts)})"


def _read_inputs(inputs: object) -> tuple[tuple[Any, ...], ...]:
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise UsageError(f"behaves_like: inputs is {inputs!r}; expected a list of tuples of arguments, at least one")
    for number, each in enumerate(inputs, start=1):
        if not isinstance(each, (list, tuple)):
            raise UsageError(
                f"behaves_like: input {number} is {each!r}; expected a tuple of arguments, as in ({each!r},)"
            )
    return tuple(tuple(each) for each in inputs)
