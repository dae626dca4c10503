"""Trying the functions of a program against examples, and keeping the best attempt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_aiassert.behaviours.behaviour import Behaviour, Reading
from pytest_aiassert.behaviours.examples import Accepts, Example
from pytest_aiassert.sandbox import Answer, Candidate, Function, Limits, LoadError, Returned, outline

_PATIENCE = 10.0  # seconds for all functions of a program together
_SLOW = 0.5  # seconds after which the next function gets a process, and so a time limit, of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a function did: `agreed` of `total` examples, and the smallest one it got wrong, in words."""

    name: str
    line: int | None
    agreed: int
    total: int
    counterexample: str | None = None
    load_error: LoadError | None = None

    @property
    def satisfied(self) -> bool:
        """True where every example agrees."""
        return self.agreed == self.total

    @property
    def score(self) -> float:
        """The share of examples that agree."""
        return self.agreed / self.total


def attempt_named(
    code: str, function: Function | str, examples: Sequence[Example], limits: Limits | None = None
) -> Attempt:
    """Try one function, by name, against examples, in one process and in their order."""
    name = function if isinstance(function, str) else function.name
    line = None if isinstance(function, str) else function.line
    with Candidate(code, limits=limits) as candidate:
        return _attempt(candidate, name, line, examples)


def best_attempt(code: str, behaviour: Behaviour, limits: Limits | None = None) -> Attempt | None:
    """Try the functions of a program, likely names first, until one satisfies; None where none could be called.

    Raises SyntaxError for code that Python cannot parse.
    """
    best: tuple[tuple[bool, int, float], Attempt] | None = None
    deadline = time.monotonic() + _PATIENCE
    trials = list(_trials(outline(code), behaviour))
    if not trials:
        return None
    candidate = Candidate(code, limits=limits)
    last = time.monotonic()
    try:
        for function, reading in trials:
            started = time.monotonic()
            if started > deadline:
                break
            if candidate.exhausted or started - last > _SLOW:
                candidate.close()
                candidate = Candidate(code, limits=limits)
            last = started
            attempt = _attempt(
                candidate,
                function.name,
                function.line,
                behaviour.examples,
                accepts=behaviour.accepts,
                explains=behaviour.explains,
                reading=reading,
            )
            if attempt.satisfied:
                return attempt
            if reading and not attempt.agreed and not behaviour.likeness(function.name):
                continue  # it takes one argument by chance, and was not meant
            rank = (behaviour.likeness(function.name) > 0, attempt.agreed, behaviour.likeness(function.name))
            if best is None or rank > best[0]:
                best = (rank, attempt)
    finally:
        candidate.close()
    return best[1] if best else None


def _trials(functions: Sequence[Function], behaviour: Behaviour) -> Iterator[tuple[Function, Reading | None]]:
    """Pair every function that could be meant with every way to call it."""
    args = behaviour.cases[0]
    readings: list[Reading | None] = [None, *behaviour.readings]
    defined = {function.name: function for function in functions}  # the last definition of a name is what is called
    likely = sorted(defined.values(), key=lambda function: (-behaviour.likeness(function.name), function.line))
    for function in likely:
        if function.name.rpartition(".")[2].startswith("test"):
            continue
        for reading in readings:
            if function.takes(len(reading(args) if reading else args)):
                yield function, reading


def _attempt(
    candidate: Candidate,
    name: str,
    line: int | None,
    examples: Sequence[Example],
    *,
    accepts: Accepts | None = None,
    explains: Callable[[Example, Returned], str | None] | None = None,
    reading: Reading | None = None,
) -> Attempt:
    wrong: list[tuple[Example, Example, Answer]] = []
    agreed = 0
    for example in examples:
        args: tuple[Any, ...] = reading(example.args) if reading else example.args
        answer = candidate.call(name, args, example.kwargs)
        if example.agrees(answer, accepts):
            agreed += 1
            continue
        called = Example(args=args, kwargs=example.kwargs, returns=example.returns, raises=example.raises)
        wrong.append((example, called, answer))
        if candidate.exhausted:
            break
    counterexample = None
    if wrong:
        _, called, answer = min(wrong, key=lambda item: item[1].size())
        counterexample = called.against(name, answer)
        hints = Counter(explains(e, a) for e, _, a in wrong if isinstance(a, Returned)) if explains else Counter()
        hint, times = hints.most_common(1)[0] if hints else (None, 0)
        if hint and 2 * times >= len(wrong):  # another reading explains most wrong answers, not one by chance
            counterexample += f" ({hint})"
    return Attempt(
        name=name,
        line=line,
        agreed=agreed,
        total=len(examples),
        counterexample=counterexample,
        load_error=candidate.load_error,
    )
