"""Trying the classes of a program against scripts, and keeping the best attempt."""

from __future__ import annotations

import ast
import functools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_aiassert.behaviours.attempts import Attempt
from pytest_aiassert.behaviours.examples import Example, did, show
from pytest_aiassert.behaviours.scripts import ClassBehaviour, Script, Step
from pytest_aiassert.sandbox import Answer, Candidate, Limits, Lost, Raised, Returned, parse

_PATIENCE = 10.0  # seconds for all classes of a program together
_PLAY = "aiassert_play"
_REFUSAL = "it to refuse (an exception, None or a text)"
_STEPS_SHOWN = 12


def best_class(code: str, behaviour: ClassBehaviour, limits: Limits | None = None) -> Attempt | None:
    """Try the classes of a program, likely names first, until one satisfies; None where none could be made.

    Raises SyntaxError for code that Python cannot parse.
    """
    best: tuple[tuple[int, int], Attempt] | None = None
    deadline = time.monotonic() + _PATIENCE
    classes = {owner.name: owner for owner in parse(code).body if isinstance(owner, ast.ClassDef)}
    driven = f"{code}\n\n{_driver()}"
    for owner in sorted(classes.values(), key=lambda owner: (-behaviour.likeness(owner.name), owner.lineno)):
        for reading in (None, *behaviour.readings):
            if owner.name.startswith("Test") or time.monotonic() > deadline:
                continue
            made = [reading(script.args) if reading else script.args for script in behaviour.examples]
            attempt = _attempt(driven, owner, behaviour, made, limits)
            if attempt is None:
                continue
            if attempt.satisfied:
                return attempt
            rank = (behaviour.likeness(owner.name), attempt.agreed)
            if best is None or rank > best[0]:
                best = (rank, attempt)
    return best[1] if best else None


def _attempt(
    code: str, owner: ast.ClassDef, behaviour: ClassBehaviour, made: Sequence[tuple[Any, ...]], limits: Limits | None
) -> Attempt | None:
    """Play every script in one process; None for a class that cannot be meant."""
    wrong: list[tuple[_Played, Script, tuple[Any, ...]]] = []
    agreed = 0
    with Candidate(code, limits=limits) as candidate:
        for script, args in zip(behaviour.examples, made, strict=True):
            played = _play(candidate, owner.name, behaviour, script, args)
            if played.unfit and not behaviour.likeness(owner.name):
                return None
            if played.wrong is None:
                agreed += 1
                continue
            wrong.append((played, script, args))
            if candidate.exhausted or played.unfit:
                break
        error = candidate.load_error
    counterexample = None
    if wrong:
        smallest, script, args = min(wrong, key=lambda item: item[0].size)
        counterexample = smallest.wrong
        if not smallest.settled:
            with Candidate(code, limits=limits) as candidate:
                if _play(candidate, owner.name, behaviour, script, args).wrong is None:
                    counterexample = f"{counterexample} (after other instances were used: they share their state)"
    return Attempt(
        name=owner.name,
        line=owner.lineno,
        agreed=agreed,
        total=len(behaviour.examples),
        counterexample=counterexample,
        load_error=error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """How a script went: `wrong` tells the first step that is, after `size` characters; `unfit` where none could be."""

    wrong: str | None = None
    size: int = 0
    unfit: bool = False
    lost: bool = False

    @property
    def settled(self) -> bool:
        """True where playing it again tells nothing new."""
        return self.unfit or self.lost


def _play(
    candidate: Candidate, owner: str, behaviour: ClassBehaviour, script: Script, args: tuple[Any, ...]
) -> _Played:
    methods = [[[method.name, *method.sounds], list(method.spare)] for method in behaviour.methods]
    steps = [[behaviour.methods.index(step.method) if step.method else None, list(step.args)] for step in script.steps]
    answer = candidate.call(_PLAY, [owner, list(args), list(behaviour.spare), methods, steps])
    made = Example(args=args).call(owner)
    if isinstance(answer, Lost):
        told = _told(owner, made, [(step, step.method.name if step.method else "", None) for step in script.steps])
        return _Played(wrong=f"{told} {answer.detail}", size=len(told), lost=True)
    if isinstance(answer, Raised):
        return _Played(wrong=f"{made} {did(answer)}", unfit=True)
    try:
        return _judged(answer.value, owner, behaviour, script)
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


@functools.cache
def _driver() -> str:
    """Return statements that load the driver beside a candidate, out of reach of the names it defines."""
    source = Path(__file__).with_name("driver.py").read_text(encoding="utf-8")
    return (
        f"{_PLAY}_names = {{}}\n{_PLAY}_loaded = exec({source!r}, {_PLAY}_names)\n"
        f"def {_PLAY}(*request): return {_PLAY}_names['play'](globals(), *request[:-1], steps=request[-1])\n"
    )


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
