"""Measures two functions side by side inside the sandbox, in processor time; what it reports is no proof."""

from __future__ import annotations

import copy
import gc
import marshal
import resource
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

MOST_PASSES = 20_000

_USAGE = resource.getrusage
_SELF = resource.RUSAGE_SELF
_ATOMS = frozenset({bool, int, float, complex, str, bytes, type(None)})


def measure(work: Mapping[str, Any]) -> dict[str, Any]:
    """Return nanoseconds of processor time per pass over the inputs: pairs of reference and candidate.

    The one that `first` names is loaded first, and rounds take turns at who goes first. Both get as many passes, and
    each round gets copies of the inputs, made before its clock starts.
    """
    copiers = [_copier(tuple(each)) for each in work["inputs"]]
    order = ("reference", "candidate") if work["first"] == "reference" else ("candidate", "reference")
    functions = {which: _function(work[which], work[f"{which}_name"]) for which in order}
    passes = min(_passes(function, copiers, work["window"]) for function in functions.values())
    rounds: list[list[float]] = []
    spent = 0
    gc.disable()
    while len(rounds) < work["rounds"] and spent < work["budget"]:
        turns = order if len(rounds) % 2 == 0 else order[::-1]
        took = {which: _window(functions[which], copiers, passes) for which in turns}
        spent += sum(took.values())
        rounds.append([took["reference"] / passes, took["candidate"] / passes])
    return {"rounds": rounds}


def _function(code: str, name: str) -> Callable[..., Any]:
    """Load code in a module of its own; a method belongs to a new instance."""
    module: dict[str, Any] = {"__name__": "candidate"}
    exec(compile(code, "candidate", "exec", dont_inherit=True), module)  # noqa: S102 - in the sandbox
    owner, _, method = name.rpartition(".")
    found: Callable[..., Any] = getattr(module[owner](), method) if owner else module[name]
    return found


def _passes(function: Callable[..., Any], copiers: Sequence[Callable[[], Any]], window: int) -> int:
    """Find how many passes fill the window."""
    passes = 1
    while (took := _window(function, copiers, passes)) < window and passes < MOST_PASSES:
        passes = min(MOST_PASSES, max(passes * 2, int(passes * window / max(took, 1) * 0.8)))
    return passes


def _window(function: Callable[..., Any], copiers: Sequence[Callable[[], Any]], passes: int) -> int:
    calls = [copier() for _ in range(passes) for copier in copiers]
    began = _spent()
    for arguments in calls:
        _consumed(function, arguments)
    return _spent() - began


def _copier(arguments: tuple[Any, ...]) -> Callable[[], tuple[Any, ...]]:
    """Return what makes fresh arguments, as cheaply as their kind allows."""
    if all(type(each) in _ATOMS for each in arguments):
        return lambda: arguments
    try:
        data = marshal.dumps(arguments)
    except ValueError:
        return lambda: copy.deepcopy(arguments)
    return partial(marshal.loads, data)


def _spent() -> int:
    """Return the processor time of all threads; the process's own clock ticks slowly where it is limited."""
    usage = _USAGE(_SELF)
    return round((usage.ru_utime + usage.ru_stime) * 1_000_000_000)


def _consumed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Call a function as its caller would; an exception is an answer, and an iterator is run through."""
    try:
        value = function(*arguments)
        if hasattr(value, "__next__"):
            for _ in value:
                pass
    except Exception:  # noqa: BLE001, S110 - the reference may raise, too; that they answer alike was seen before
        pass
