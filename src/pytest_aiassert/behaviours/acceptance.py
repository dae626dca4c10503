"""What is right beyond equality: other kinds of sequence, another order, in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.sandbox import Iterated, Returned


def alike(expected: Any, actual: Any) -> bool:
    """Tell whether a value is the expected one; lists, tuples and finished iterators are one."""
    if isinstance(expected, (list, tuple)):
        items = items_of(actual)
        return items is not None and _alike_items(expected, items)
    if isinstance(expected, dict):
        if not isinstance(actual, dict) or expected.keys() != actual.keys():
            return False
        return all(alike(value, actual[key]) for key, value in expected.items())
    return same(expected, actual)


def items_of(value: Any) -> Sequence[Any] | None:
    """Return the items of a list, a tuple or an iterator that ended; None for anything else."""
    if isinstance(value, Iterated):
        return value.items if value.complete else None
    return value if isinstance(value, (list, tuple)) else None


def equal(example: Example, answer: Returned) -> bool:
    """Accept what is alike; what behaviours accept unless they say more."""
    return alike(example.returns, answer.value)


def in_place(example: Example, answer: Returned) -> bool:
    """Accept what is alike, or None where the first argument has become so."""
    if answer.value is None:
        return bool(answer.args) and alike(example.returns, answer.args[0])
    return alike(example.returns, answer.value)


def in_any_order(example: Example, answer: Returned) -> bool:
    """Accept the same items in any order, sets included."""
    return alike_in_any_order(example.returns, answer.value)


def in_any_order_throughout(example: Example, answer: Returned) -> bool:
    """Accept the same groups in any order, the items of each in any order."""
    return alike_in_any_order(example.returns, answer.value, depth=2)


def alike_in_any_order(expected: Sequence[Any], actual: Any, depth: int = 1) -> bool:
    """Tell whether two collections hold the same items; `depth` 2 forgets the order of theirs, too."""
    items = list(actual) if isinstance(actual, (set, frozenset)) else items_of(actual)
    if items is None or len(items) != len(expected):
        return False
    left = list(items)
    for one in expected:
        for at, other in enumerate(left):
            if alike(one, other) if depth == 1 else alike_in_any_order(one, other, depth - 1):
                del left[at]
                break
        else:
            return False
    return True


def _alike_items(expected: Sequence[Any], actual: Sequence[Any]) -> bool:
    return len(expected) == len(actual) and all(alike(e, a) for e, a in zip(expected, actual, strict=True))
