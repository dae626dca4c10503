"""Trying the functions of a program against examples, and keeping the best attempt."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pytest_aiassert.behaviours.behaviour import Behaviour
from pytest_aiassert.behaviours.examples import Accepts, Example
from pytest_aiassert.behaviours.readings import Way, ways
from pytest_aiassert.sandbox import Answer, Candidate, Function, Limits, LoadError, Lost, Returned, outline

_PATIENCE = 10.0  # seconds for all functions of a program together
_SLOW = 0.5  # seconds after which the next function gets a process, and so a time limit, of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How a function did: `agreed` of `total` examples, and the smallest one it got wrong, in words.

    `failing` is that one, as asked and as called, where asking it again could tell more.
    """

    name: str
    line: int | None
    agreed: int
    total: int
    counterexample: str | None = None
    load_error: LoadError | None = None
    failing: tuple[Example, Example] | None = field(default=None, repr=False)

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


def best_function(code: str, behaviour: Behaviour, limits: Limits | None = None) -> Attempt | None:
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
        for function, way, read in trials:
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
                way=way,
            )
            if attempt.satisfied:
                return attempt
            if read and not attempt.agreed and not behaviour.likeness(function.name):
                continue  # it takes one argument by chance, and was not meant
            rank = (behaviour.likeness(function.name) > 0, attempt.agreed, behaviour.likeness(function.name))
            if best is None or rank > best[0]:
                best = (rank, attempt)
    finally:
        candidate.close()
    return _alone(code, behaviour, best[1], limits) if best else None


def _alone(code: str, behaviour: Behaviour, attempt: Attempt, limits: Limits | None) -> Attempt:
    """Say where the counterexample comes from earlier calls alone."""
    if attempt.failing is None:
        return attempt
    example, called = attempt.failing
    with Candidate(code, limits=limits) as candidate:
        answer = candidate.call(attempt.name, called.args, called.kwargs)
    if not example.agrees(answer, behaviour.accepts):
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
    candidate: Candidate,
    name: str,
    line: int | None,
    examples: Sequence[Example],
    *,
    accepts: Accepts | None = None,
    explains: Callable[[Example, Returned], str | None] | None = None,
    way: Way | None = None,
) -> Attempt:
    wrong: list[tuple[Example, Example, Answer]] = []
    agreed = 0
    for example in examples:
        args, kwargs = way(example.args) if way else (example.args, example.kwargs)
        answer = candidate.call(name, args, kwargs)
        if example.agrees(answer, accepts):
            agreed += 1
            continue
        called = Example(args=args, kwargs=kwargs, returns=example.returns, raises=example.raises)
        wrong.append((example, called, answer))
        if candidate.exhausted:
            break
    counterexample = None
    failing = None
    if wrong:
        example, called, answer = min(wrong, key=lambda item: item[1].size())
        failing = None if isinstance(answer, Lost) or example == examples[0] else (example, called)
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
        failing=failing,
    )
