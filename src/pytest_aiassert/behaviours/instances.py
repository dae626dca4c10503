"""Trying the classes of a program against scripts, and keeping the best attempt."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pytest_aiassert.behaviours.attempts import Attempt
from pytest_aiassert.behaviours.behaviour import Reading
from pytest_aiassert.behaviours.dialects import PLAY, PYTHON, Called, Dialect
from pytest_aiassert.behaviours.drawing import Drawn, Inputs
from pytest_aiassert.behaviours.examples import Example, did, show
from pytest_aiassert.behaviours.refuting import smallest
from pytest_aiassert.behaviours.scripts import ClassBehaviour, Script, Step, Story
from pytest_aiassert.sandbox import Answer, Limits, Lost, Raised, Returned, parse

_PATIENCE = 10.0  # seconds for all classes of a program together
_AFTER_OTHERS = " (after other instances were used: they share their state)"
_REFUSAL = "it to refuse (an exception, None or a text)"
_STEPS_SHOWN = 12


def best_class(
    code: str, behaviour: ClassBehaviour, limits: Limits | None = None, *, dialect: Dialect = PYTHON
) -> Attempt | None:
    """Try the classes of a program, likely names first, until one satisfies; None where none could be made.

    Raises SyntaxError for code that does not parse.
    """
    best: tuple[tuple[int, int], Attempt] | None = None
    deadline = time.monotonic() + _PATIENCE
    classes = dialect.classes(code)
    played = dialect.with_player(code)
    for owner, line in sorted(classes, key=lambda item: (-behaviour.likeness(item[0]), item[1])):
        for reading in (None, *behaviour.readings):
            if owner.startswith("Test") or time.monotonic() > deadline:
                continue
            player = _Player(
                load=lambda: dialect.candidate(played, limits), owner=owner, behaviour=behaviour, reading=reading
            )
            attempt = _attempt(player, line)
            if attempt is None:
                continue
            if attempt.satisfied:
                return attempt
            rank = (behaviour.likeness(owner), attempt.agreed)
            if best is None or rank > best[0]:
                best = (rank, attempt)
    return best[1] if best else None


def _attempt(player: _Player, line: int) -> Attempt | None:
    """Play every script in one process, with those drawn where all agree; None for a class that cannot be meant."""
    behaviour = player.behaviour
    with player.load() as candidate:
        played = player.plays(candidate, behaviour.examples)
        unfit = next((number for number, each in enumerate(played) if each.unfit), None)
        if unfit is not None and not behaviour.likeness(player.owner):
            return None
        played = played if unfit is None else played[: unfit + 1]
        wrong = [each for each in played if each.wrong is not None]
        drawn: list[_Played] = []
        if not wrong and behaviour.inputs is not None:
            drawn, wrong = _refuted(player, candidate, behaviour.inputs)
        error = candidate.load_error
    attempt = Attempt(
        name=player.owner,
        line=line,
        agreed=sum(each.wrong is None for each in (*played, *drawn)),
        total=len(behaviour.examples) + len(drawn),
        drawn=len(drawn),
        load_error=error,
    )
    if not wrong:
        return attempt
    least = min(wrong, key=lambda each: each.size)
    after = "" if least.settled or _alone(player, least).wrong else _AFTER_OTHERS
    return replace(attempt, counterexample=f"{least.wrong}{after}")


def _refuted(player: _Player, candidate: Called, inputs: Inputs[Story]) -> tuple[list[_Played], list[_Played]]:
    """Play what the behaviour draws; return that, and the smallest script that refutes, if any does."""
    behaviour = player.behaviour

    def wrong_of(batch: Sequence[Drawn[Story]]) -> list[tuple[Drawn[Story], _Played]]:
        pairs = behaviour.answered(batch)
        played = player.plays(candidate, [script for _, script in pairs], until_lost=True)
        found = zip(pairs, played, strict=False)
        return [(one, each) for (one, _), each in found if each.wrong is not None and not each.settled]

    played = player.plays(candidate, [script for _, script in behaviour.drawn], until_lost=True)
    if played and played[-1].lost:  # the time is that of all scripts together
        played[-1] = _alone(player, played[-1])
    for (one, _), each in zip(behaviour.drawn, played, strict=False):
        if each.wrong is not None:
            return played, [each if each.settled else smallest(inputs, one, each, wrong_of)]
    return played, []


def _alone(player: _Player, one: _Played) -> _Played:
    """Play a script again, in a process of its own."""
    assert one.script is not None
    with player.load() as candidate:
        return player.plays(candidate, [one.script], until_lost=True)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
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
class _Player:
    """A class, how its code is loaded, and the way its instances are made."""

    load: Callable[[], Called]
    owner: str
    behaviour: ClassBehaviour
    reading: Reading | None

    def plays(self, candidate: Called, scripts: Sequence[Script], *, until_lost: bool = False) -> list[_Played]:
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

    def _played(self, script: Script, answer: Answer) -> _Played:
        made = Example(args=self._made(script)).call(self.owner)
        if isinstance(answer, Lost):
            told = _told(
                self.owner, made, [(step, step.method.name if step.method else "", None) for step in script.steps]
            )
            return _Played(wrong=f"{told} {answer.detail}", size=len(told), lost=True)
        if isinstance(answer, Raised):
            return _Played(wrong=f"{made} {did(answer)}", unfit=True)
        try:
            return _judged(answer.value, self.owner, self.behaviour, script)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return _Played(wrong=f"{made} answered with rubbish: {show(answer.value)}")


def _judged(said: Mapping[str, Any], owner: str, behaviour: ClassBehaviour, script: Script) -> _Played:
    """Compare what was said with what is right; raises KeyError and the like where it has not the driver's form."""
    if "unmade" in said:
        wanted = Example(args=script.args).call(owner)
        return _Played(wrong=f"class {said['unmade']} cannot be made like {wanted}", unfit=True)
    made = Example(args=tuple(said["made"])).call(owner)
    if "raised" in said:
        return _Played(wrong=f"{made} {did(_raised(said))}")
    names = [None if name is None else str(name)[:100] for name in said["names"]]
    for method, name in zip(behaviour.methods, names, strict=True):
        if name is None and not method.optional:
            return _Played(wrong=f"class {owner} has no method that sounds like {method.name}", unfit=True)
    told: list[tuple[Step, str, Mapping[str, Any] | None]] = []
    for step, answered in zip(script.steps, said["answers"], strict=True):
        name = names[behaviour.methods.index(step.method)] if step.method else ""
        if name is None:
            continue
        told.append((step, name, answered))
        if step.method and not _right(step, answer := _returned(answered)):
            expected = _REFUSAL if step.refused else show(step.returns)
            if not step.method.answers and not step.refused:
                expected = "it to succeed"
            script_told = _told(owner, made, told)
            return _Played(wrong=f"{script_told} {did(answer)}, expected {expected}", size=len(script_told))
    return _Played()


def _right(step: Step, answer: Answer) -> bool:
    assert step.method
    if step.refused:
        return isinstance(answer, Raised) or not step.method.answers or _refuses(answer)
    if isinstance(answer, Raised):
        return False
    return isinstance(answer, Returned) and (not step.method.answers or step.method.accepts(step.returns, answer.value))


def _refuses(answer: Answer) -> bool:
    value = answer.value if isinstance(answer, Returned) else 0
    return (
        value is None
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


def _told(owner: str, made: str, steps: Sequence[tuple[Step, str, Mapping[str, Any] | None]]) -> str:
    """Write a script up to its last step as Python, the middle of a long one left out."""
    variable = owner.lstrip("_")[:1].lower() or "x"
    lines = [f"{variable} = {made}"]
    for step, name, answered in steps:
        args = tuple(answered["args"]) if answered else step.args
        lines.append(_line(variable, name, args, step, is_attribute=bool(answered and answered.get("attribute"))))
    if len(lines) > _STEPS_SHOWN:
        lines = [*lines[:3], "…", *lines[3 - _STEPS_SHOWN :]]
    return "; ".join(lines)


def _line(variable: str, name: str, args: tuple[Any, ...], step: Step, *, is_attribute: bool) -> str:
    if step.method is None:
        return f"(wait {step.wait:g} s)"
    shown = [show(arg) for arg in args]
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


def classes_of(code: str) -> Iterator[str]:
    """Yield each class with its public methods, as `Stack (push, pop)`; nothing where the code does not parse."""
    try:
        body = parse(code).body
    except SyntaxError:
        return
    for owner in body:
        if isinstance(owner, ast.ClassDef):
            methods = [item.name for item in owner.body if isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef))]
            public = [name for name in methods if not name.startswith("_")]
            yield f"{owner.name} ({', '.join(public)})" if public else owner.name
