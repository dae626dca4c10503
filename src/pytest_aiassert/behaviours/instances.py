"""Trying the classes of a program against scripts, and keeping the best attempt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pytest_aiassert.behaviours.attempts import Attempt
from pytest_aiassert.behaviours.dialects import PYTHON, Called, Dialect
from pytest_aiassert.behaviours.drawing import Drawn, Inputs
from pytest_aiassert.behaviours.playing import Played, Player
from pytest_aiassert.behaviours.refuting import smallest
from pytest_aiassert.behaviours.scripts import ClassBehaviour, Story
from pytest_aiassert.sandbox import Limits

_PATIENCE = 10.0  # seconds for all classes of a program together
_AFTER_OTHERS = " (after other instances were used: they share their state)"


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
    for owner, line, _ in sorted(classes, key=lambda item: (-behaviour.likeness(item[0]), item[1])):
        for reading in (None, *behaviour.readings):
            if owner.startswith("Test") or time.monotonic() > deadline:
                continue
            player = Player(
                load=lambda: dialect.candidate(played, limits),
                owner=owner,
                behaviour=behaviour,
                reading=reading,
                dialect=dialect,
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


def _attempt(player: Player, line: int) -> Attempt | None:
    """Play every script in one process, with those drawn where all agree; None for a class that cannot be meant."""
    behaviour = player.behaviour
    with player.load() as candidate:
        played = player.plays(candidate, behaviour.examples)
        unfit = next((number for number, each in enumerate(played) if each.unfit), None)
        if unfit is not None and not behaviour.likeness(player.owner):
            return None
        played = played if unfit is None else played[: unfit + 1]
        wrong = [each for each in played if each.wrong is not None]
        drawn: list[Played] = []
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


def _refuted(player: Player, candidate: Called, inputs: Inputs[Story]) -> tuple[list[Played], list[Played]]:
    """Play what the behaviour draws; return that, and the smallest script that refutes, if any does."""
    behaviour = player.behaviour
    at_once = player.dialect.at_once

    def wrong_of(batch: Sequence[Drawn[Story]]) -> list[tuple[Drawn[Story], Played]]:
        pairs = behaviour.answered(batch)
        played = player.plays(candidate, [script for _, script in pairs], until_lost=True)
        found = zip(pairs, played, strict=False)
        return [(one, each) for (one, _), each in found if each.wrong is not None and not each.settled]

    played = player.plays(candidate, [script for _, script in behaviour.drawn], until_lost=True)
    if played and played[-1].lost:  # the time is that of all scripts together
        played[-1] = _alone(player, played[-1])
    for (one, _), each in zip(behaviour.drawn, played, strict=False):
        if each.wrong is not None:
            return played, [each if each.settled else smallest(inputs, one, each, wrong_of, at_once=at_once)]
    return played, []


def _alone(player: Player, one: Played) -> Played:
    """Play a script again, in a process of its own."""
    assert one.script is not None
    with player.load() as candidate:
        return player.plays(candidate, [one.script], until_lost=True)[0]


def classes_of(code: str, dialect: Dialect = PYTHON) -> Iterator[str]:
    """Yield each class with its public methods, as `Stack (push, pop)`; nothing where the code does not parse."""
    try:
        classes = dialect.classes(code)
    except SyntaxError:
        return
    for name, _, methods in classes:
        yield f"{name} ({', '.join(methods)})" if methods else name
