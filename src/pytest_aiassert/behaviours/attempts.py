"""Trying the functions of a program against examples, and keeping the best attempt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pytest_aiassert.behaviours.behaviour import Behaviour, Explains
from pytest_aiassert.behaviours.dialects import PYTHON, Dialect
from pytest_aiassert.behaviours.examples import Accepts, Example
from pytest_aiassert.behaviours.readings import Way, ways
from pytest_aiassert.behaviours.refuting import Caller, Tried, refute
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Answer, Function, Limits, LoadError, Lost, Returned

_PATIENCE = 10.0  # seconds for all functions of a program together
_SLOW = 0.5  # seconds after which the next function gets a process, and so a time limit, of its own


Alone: TypeAlias = Callable[[str, Tried], Answer]
"""Makes a call of a function, by name, in a process of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a function did: `agreed` of `total` examples, `drawn` of them; and the smallest it got wrong, in words.

    `broken` are properties that its answer there breaks. `failing` is that one, as asked and as called, where asking it
    again could tell more.
    """

    name: str
    line: int | None
    agreed: int
    total: int
    drawn: int = 0
    counterexample: str | None = None
    broken: tuple[str, ...] = ()
    load_error: LoadError | None = None
    failing: Tried | None = field(default=None, repr=False)

    @property
    def satisfied(self) -> bool:
        """True where every example agrees."""
        return self.agreed == self.total

    @property
    def score(self) -> float:
        """The share of examples that agree."""
        return self.agreed / self.total


def attempt_named(
    code: str,
    function: Function | str,
    examples: Sequence[Example],
    limits: Limits | None = None,
    *,
    dialect: Dialect = PYTHON,
) -> Attempt:
    """Try one function, by name, against examples, in one process and in their order."""
    name = function if isinstance(function, str) else function.name
    line = None if isinstance(function, str) else function.line
    with dialect.candidate(code, limits) as candidate:
        caller = Caller(candidate=candidate, name=name, dialect=dialect)
        return _attempt(caller, line, examples, caller.tried(examples))


def best_function(
    code: str, behaviour: Behaviour, limits: Limits | None = None, *, dialect: Dialect = PYTHON
) -> Attempt | None:
    """Try the functions of a program, likely names first, until one satisfies; None where none could be called.

    Raises SyntaxError for code that does not parse, CannotJudgeError where the language has none of the values.
    """
    best: tuple[tuple[bool, int, float], Attempt] | None = None
    deadline = time.monotonic() + _PATIENCE
    trials = list(_trials(dialect.outline(code), behaviour))
    if not trials:
        return None
    examples = dialect.askable(behaviour)
    if not examples:
        raise CannotJudgeError(f"behaviour {behaviour.name!r} has no example with values that {dialect.name} can hold")

    def alone(name: str, asked: Tried) -> Answer:
        with dialect.candidate(code, limits) as own:
            return own.call_many(name, [(asked.called.args, asked.called.kwargs)], until_lost=True)[0]

    candidate = dialect.candidate(code, limits)
    last = time.monotonic()
    try:
        for function, way, read in trials:
            started = time.monotonic()
            if started > deadline:
                break
            if candidate.exhausted or started - last > _SLOW:
                candidate.close()
                candidate = dialect.candidate(code, limits)
            last = started
            caller = Caller(candidate=candidate, name=function.name, dialect=dialect, way=way)
            attempt = _judged(caller, function.line, behaviour, examples, alone)
            if attempt.satisfied:
                return attempt
            if read and not attempt.agreed and not behaviour.likeness(function.name):
                continue  # it takes one argument by chance, and was not meant
            rank = (behaviour.likeness(function.name) > 0, attempt.agreed, behaviour.likeness(function.name))
            if best is None or rank > best[0]:
                best = (rank, attempt)
    finally:
        candidate.close()
    return _checked_alone(behaviour, best[1], alone) if best else None


def _judged(
    caller: Caller, line: int | None, behaviour: Behaviour, examples: Sequence[Example], alone: Alone
) -> Attempt:
    """Try the behaviour's examples, and what it draws where all of them agree."""
    tried = caller.tried(examples)
    attempt = _attempt(caller, line, examples, tried, behaviour)
    if not attempt.satisfied or not behaviour.inputs:
        return attempt
    drawn, smallest = refute(caller, behaviour, lambda asked: alone(caller.name, asked))
    agreed = sum(one.agrees(behaviour.accepts) for one in drawn)
    total = len(examples) + len(drawn)
    if smallest is None:
        return replace(attempt, agreed=total, total=total, drawn=len(drawn))
    wrong = [one for one in (*drawn, smallest) if not one.agrees(behaviour.accepts)]
    return replace(
        attempt,
        agreed=len(examples) + agreed,
        total=total,
        drawn=len(drawn),
        counterexample=caller.told(smallest) + _hint(behaviour.explains, wrong),
        broken=_broken(behaviour, smallest),
        failing=None if isinstance(smallest.answer, Lost) else smallest,
    )


def _checked_alone(behaviour: Behaviour, attempt: Attempt, alone: Alone) -> Attempt:
    """Say where the counterexample comes from earlier calls alone."""
    asked = attempt.failing
    if asked is None or not asked.example.agrees(alone(attempt.name, asked), behaviour.accepts):
        return attempt
    return replace(attempt, counterexample=f"{attempt.counterexample} (after other calls: it keeps state between them)")


def _trials(functions: Sequence[Function], behaviour: Behaviour) -> Iterator[tuple[Function, Way, bool]]:
    """Pair every function that could be meant with every way to call it, and whether a reading made that way."""
    defined = {function.name: function for function in functions}  # the last definition of a name is what is called
    likely = sorted(defined.values(), key=lambda function: (-behaviour.likeness(function.name), function.line))
    for function in likely:
        if function.name.rpartition(".")[2].startswith("test"):
            continue
        for way, read in ways(function, behaviour):
            yield function, way, read


def _attempt(
    caller: Caller,
    line: int | None,
    examples: Sequence[Example],
    tried: Sequence[Tried],
    behaviour: Behaviour | None = None,
) -> Attempt:
    accepts: Accepts | None = behaviour.accepts if behaviour else None
    wrong = [one for one in tried if not one.agrees(accepts)]
    counterexample, failing = None, None
    broken: tuple[str, ...] = ()
    if wrong:
        smallest = caller.heard(min(wrong, key=lambda one: one.called.size()))
        failing = None if isinstance(smallest.answer, Lost) or smallest.example == examples[0] else smallest
        counterexample = caller.told(smallest) + _hint(behaviour.explains if behaviour else None, wrong)
        broken = _broken(behaviour, smallest) if behaviour else ()
    return Attempt(
        name=caller.name,
        line=line,
        agreed=len(tried) - len(wrong),
        total=len(examples),
        counterexample=counterexample,
        broken=broken,
        load_error=caller.candidate.load_error,
        failing=failing,
    )


def _broken(behaviour: Behaviour, one: Tried) -> tuple[str, ...]:
    return behaviour.broken(one.example, one.answer) if isinstance(one.answer, Returned) else ()


def _hint(explains: Explains | None, wrong: Sequence[Tried]) -> str:
    """Return what a wrong function was meant to do, where that explains most wrong answers, not one by chance."""
    if explains is None:
        return ""
    hints = Counter(explains(one.example, one.answer) for one in wrong if isinstance(one.answer, Returned))
    hint, times = hints.most_common(1)[0] if hints else (None, 0)
    return f" ({hint})" if hint and 2 * times >= len(wrong) else ""
