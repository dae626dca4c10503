"""Playing scripts on the instances of a class, and saying which step went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_aiassert.behaviours.behaviour import Reading
from pytest_aiassert.behaviours.dialects import PLAY, Called, Dialect
from pytest_aiassert.behaviours.examples import Example, did, is_nothing
from pytest_aiassert.behaviours.scripts import ClassBehaviour, Script, Step
from pytest_aiassert.sandbox import Answer, Lost, Raised, Returned

_REFUSAL = "it to refuse (an exception, None or a text)"
_STEPS_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How a script went: `wrong` tells the first step that is, after `size` characters; `unfit` where none could be."""

    script: Script | None = None
    wrong: str | None = None
    size: int = 0
    unfit: bool = False
    lost: bool = False

    @property
    def settled(self) -> bool:
        """True where playing it again tells nothing new."""
        return self.unfit or self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A class, how its code is loaded, and the way its instances are made."""

    load: Callable[[], Called]
    owner: str
    behaviour: ClassBehaviour
    reading: Reading | None
    dialect: Dialect

    def plays(self, candidate: Called, scripts: Sequence[Script], *, until_lost: bool = False) -> list[Played]:
        """Play scripts, each on an instance of its own; fewer come back where the candidate is exhausted."""
        behaviour = self.behaviour
        methods = [[[method.name, *method.sounds], list(method.spare)] for method in behaviour.methods]
        calls: list[tuple[list[Any], dict[str, Any]]] = []
        for script in scripts:
            steps = [[behaviour.methods.index(s.method) if s.method else None, list(s.args)] for s in script.steps]
            calls.append(([self.owner, list(self._made(script)), list(behaviour.spare), methods, steps], {}))
        answers = candidate.call_many(PLAY, calls, until_lost=until_lost)
        return [
            replace(self._played(script, answer), script=script)
            for script, answer in zip(scripts, answers, strict=False)
        ]

    def _made(self, script: Script) -> tuple[Any, ...]:
        return self.reading(script.args) if self.reading else script.args

    def _played(self, script: Script, answer: Answer) -> Played:
        made = self._written(self._made(script))
        if isinstance(answer, Lost):
            told = self._told(made, [(step, step.method.name if step.method else "", None) for step in script.steps])
            return Played(wrong=f"{told} {answer.detail}", size=len(told), lost=True)
        if isinstance(answer, Raised):
            return Played(wrong=f"{made} {did(answer, self.dialect.show)}", unfit=True)
        try:
            return self._judged(answer.value, script)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return Played(wrong=f"{made} answered with rubbish: {self.dialect.show(answer.value)}")

    def _judged(self, said: Mapping[str, Any], script: Script) -> Played:
        """Compare what was said with what is right; raises KeyError and the like where it has not the driver's form."""
        if "unmade" in said:
            wanted = self._written(script.args)
            return Played(wrong=f"class {said['unmade']} cannot be made like {wanted}", unfit=True)
        made = self._written(tuple(said["made"]))
        if "raised" in said:
            return Played(wrong=f"{made} {did(_raised(said), self.dialect.show)}")
        names = [None if name is None else str(name)[:100] for name in said["names"]]
        for method, name in zip(self.behaviour.methods, names, strict=True):
            if name is None and not method.optional:
                return Played(wrong=f"class {self.owner} has no method that sounds like {method.name}", unfit=True)
        told: list[tuple[Step, str, Mapping[str, Any] | None]] = []
        for step, answered in zip(script.steps, said["answers"], strict=True):
            name = names[self.behaviour.methods.index(step.method)] if step.method else ""
            if name is None:
                continue
            told.append((step, name, answered))
            if step.method and not _right(step, answer := _returned(answered)):
                expected = _REFUSAL if step.refused else self.dialect.show(step.returns)
                if not step.method.answers and not step.refused:
                    expected = "it to succeed"
                script_told = self._told(made, told)
                return Played(
                    wrong=f"{script_told} {did(answer, self.dialect.show)}, expected {expected}", size=len(script_told)
                )
        return Played()

    def _written(self, args: tuple[Any, ...]) -> str:
        return Example(args=args).call(f"{self.dialect.makes}{self.owner}", self.dialect.show)

    def _told(self, made: str, steps: Sequence[tuple[Step, str, Mapping[str, Any] | None]]) -> str:
        """Write a script up to its last step as code, the middle of a long one left out."""
        variable = self.owner.lstrip("_")[:1].lower() or "x"
        lines = [f"{variable} = {made}"]
        for step, name, answered in steps:
            args = [self.dialect.show(arg) for arg in (answered["args"] if answered else step.args)]
            lines.append(_line(variable, name, args, step, is_attribute=bool(answered and answered.get("attribute"))))
        if len(lines) > _STEPS_SHOWN:
            lines = [*lines[:3], "…", *lines[3 - _STEPS_SHOWN :]]
        return "; ".join(lines)


def _right(step: Step, answer: Answer) -> bool:
    assert step.method
    if step.refused:
        return isinstance(answer, Raised) or not step.method.answers or _refuses(answer)
    if isinstance(answer, Raised):
        return False
    return isinstance(answer, Returned) and (
        not step.method.answers or step.method.accepts(step.returns, None if is_nothing(answer.value) else answer.value)
    )


def _refuses(answer: Answer) -> bool:
    value = answer.value if isinstance(answer, Returned) else 0
    return (
        is_nothing(value)
        or value is False
        or (type(value) is int and value == -1)
        or bool(isinstance(value, str) and value)
    )


def _returned(answered: Mapping[str, Any]) -> Answer:
    if "raised" in answered:
        return _raised(answered)
    return Returned(value=answered["value"], args=(), stdout=str(answered["printed"]))


def _raised(said: Mapping[str, Any]) -> Raised:
    error, message = said["raised"]
    return Raised(error=str(error)[:100], message=str(message)[:500])


def _line(variable: str, name: str, shown: Sequence[str], step: Step, *, is_attribute: bool) -> str:
    if step.method is None:
        return f"(wait {step.wait:g} s)"
    match name, shown:
        case "__len__", []:
            return f"len({variable})"
        case "__contains__", [item]:
            return f"{item} in {variable}"
        case "__getitem__", [key]:
            return f"{variable}[{key}]"
        case "__setitem__", [key, value]:
            return f"{variable}[{key}] = {value}"
        case _:
            return f"{variable}.{name}" if is_attribute else f"{variable}.{name}({', '.join(shown)})"
