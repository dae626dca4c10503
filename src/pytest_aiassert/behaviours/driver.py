"""Plays a script of calls on an instance; its source runs beside a candidate, in the candidate's own process.

Nothing it says is trusted: it holds no expected values, and its caller alone decides what an answer is worth.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import inspect
import io
import re
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

_CLOCKS = ("time", "monotonic", "perf_counter")


def play(
    namespace: dict[str, Any],
    owner: str,
    args: Sequence[Any],
    spare: Sequence[Any],
    methods: Sequence[tuple[Sequence[str], Sequence[Any]]],
    *,
    steps: Sequence[Any],
) -> dict[str, Any]:
    """Make an instance and call it; returns the names that were found and an answer for each step.

    `methods` are (names it may have, spare arguments); a step is (number of a method, arguments), with the number None
    where seconds pass. A call that finds no method has the answer None.
    """
    if owner not in namespace:
        raise NameError(f"name {owner!r} is not defined")
    clock = _Clock(namespace) if any(number is None for number, _ in steps) else None
    kind = namespace[owner]
    passed = _fitting(kind, args, spare)
    if passed is None:
        return {"unmade": f"{owner}{_signature(kind)}"}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            instance = kind(*passed)
    except BaseException as error:  # noqa: BLE001 - whatever the candidate raises is its answer
        return {"made": passed, "raised": _described(error)}
    found = _found(instance, [sounds for sounds, _ in methods])
    answers: list[Any] = []
    for number, given in steps:
        if number is None:
            if clock:
                clock.advance(given[0])
            answers.append(None)
        elif found[number] is None:
            answers.append(None)
        else:
            answers.append(_answer(instance, found[number], given, methods[number][1]))
    return {"made": passed, "names": found, "answers": answers}


def _answer(instance: Any, name: str, given: Sequence[Any], spare: Sequence[Any]) -> dict[str, Any]:
    printed = io.StringIO()
    answer: dict[str, Any] = {"args": list(given)}
    try:
        with contextlib.redirect_stdout(printed):
            method = getattr(instance, name)
            answer["attribute"] = not callable(method)
            if callable(method):
                passed = _fitting(method, given, spare)
                answer["args"] = list(given) if passed is None else passed
                method = method(*answer["args"])
            if type(method) is types.GeneratorType:
                method = list(method)
            answer["value"] = method
    except BaseException as error:  # noqa: BLE001 - whatever the candidate raises is its answer
        answer["raised"] = _described(error)
    answer["printed"] = printed.getvalue()[:1000]
    return answer


def _fitting(function: Callable[..., Any], args: Sequence[Any], spare: Sequence[Any]) -> list[Any] | None:
    """Return the arguments with as many spare ones as are needed, None where it takes no such number."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return list(args)
    for more in range(len(spare) + 1):
        passed = [*args, *spare[:more]]
        try:
            signature.bind(*passed)
        except TypeError:
            continue
        return passed
    return None


def _signature(kind: Callable[..., Any]) -> str:
    try:
        return str(inspect.signature(kind))
    except (TypeError, ValueError):
        return "(…)"


def _found(instance: Any, wanted: Sequence[Sequence[str]]) -> list[str | None]:
    """Find an attribute for each method: one that is called so, else one with such a word in its name."""
    public = [name for name in dir(instance) if not name.startswith("_") or name.endswith("__")]
    plain = {_plain(name): name for name in reversed(public)}
    found: list[str | None] = [None] * len(wanted)
    for number, sounds in enumerate(wanted):
        names = (plain.get(_plain(sound)) for sound in sounds)
        found[number] = next((name for name in names if name is not None and name not in found), None)
    for number, sounds in enumerate(wanted):
        if found[number] is None:
            free = [name for name in public if name not in found and not name.startswith("_")]
            found[number] = next((name for sound in sounds for name in free if _within(sound, name)), None)
    return found


def _plain(name: str) -> str:
    return name if name.startswith("__") else name.replace("_", "").lower()


def _within(sound: str, name: str) -> bool:
    return f"_{sound}_" in f"_{re.sub('(?<=[a-z])(?=[A-Z])', '_', name).lower()}_"


def _described(error: BaseException) -> list[str]:
    try:
        message = str(error)[:500]
    except BaseException:  # noqa: BLE001 - a hostile __str__
        message = ""
    return [type(error).__name__, message]


class _Clock:
    """Stands in for the clocks of the time module wherever the candidate holds them; moves only when told to."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.passed = 0.0
        stands_for: dict[Any, Callable[..., Any]] = {}
        for name in _CLOCKS:
            for suffix, unit in (("", 1), ("_ns", 10**9)):
                real = getattr(time, name + suffix)
                stands_for[real] = self._clock(real(), unit)
                setattr(time, name + suffix, stands_for[real])
        stands_for[time.sleep] = self.advance
        setattr(time, "sleep", self.advance)  # noqa: B010 - type checkers refuse the assignment
        for function, values in _held(namespace):
            held = [stands_for.get(value, value) if callable(value) else value for value in values]
            if function is None:
                namespace.update(zip(list(namespace), held, strict=True))
            else:
                function.__defaults__ = tuple(held)
        _replace_datetime(namespace, self)

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self.passed += seconds

    def _clock(self, start: float, unit: int) -> Callable[[], float]:
        return lambda: start + (int(self.passed * unit) if unit > 1 else self.passed)


def _held(namespace: Mapping[str, Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Yield what may hold a clock: the namespace (as None), and functions with defaults."""
    yield None, list(namespace.values())
    owners = [namespace, *(vars(value) for value in list(namespace.values()) if isinstance(value, type))]
    for owner in owners:
        for value in list(owner.values()):
            if isinstance(value, types.FunctionType) and value.__defaults__:
                yield value, list(value.__defaults__)


def _replace_datetime(namespace: dict[str, Any], clock: _Clock) -> None:
    real: Any = dt.datetime
    start = real.now(dt.UTC)

    def now(cls: Any, tz: Any = None) -> Any:
        del cls
        return (start + dt.timedelta(seconds=clock.passed)).astimezone(tz).replace(tzinfo=tz)

    def utcnow(cls: Any) -> Any:
        return now(cls, dt.UTC).replace(tzinfo=None)

    fake = type("datetime", (real,), {"now": classmethod(now), "utcnow": classmethod(utcnow)})
    setattr(dt, "datetime", fake)  # noqa: B010 - type checkers refuse the assignment
    for name, value in list(namespace.items()):
        if value is real:
            namespace[name] = fake
