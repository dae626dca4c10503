"""One example of what a function must do, and the words for how an answer differs from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from pytest_aiassert.sandbox import Answer, Iterated, Lost, Opaque, Raised, Returned

Accepts: TypeAlias = Callable[["Example", Returned], bool]
"""Tells whether a returned answer is right, where equality would be too narrow."""

UNDEFINED = Opaque(type_name="undefined")
"""What a function of JavaScript returns that returns nothing."""

_RELATIVE = 1e-9
_ABSOLUTE = 1e-12
_MOST_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A call and what is right for it: a value, or the name of the exception it must raise."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    returns: Any = None
    raises: str | None = None

    def agrees(self, answer: Answer, accepts: Accepts | None = None) -> bool:
        """Tell whether an answer is right."""
        if isinstance(answer, Raised):
            return self.raises is not None and self.raises in (answer.error, *answer.bases)
        if isinstance(answer, Lost) or self.raises is not None:
            return False
        if is_nothing(answer.value):
            answer = replace(answer, value=None)
        return accepts(self, answer) if accepts else same(self.returns, answer.value)

    def call(self, name: str, shown: Callable[[Any], str] | None = None) -> str:
        """Write the call as it stands in code; `shown` writes a value, as Python does unless told."""
        write = shown or show
        parts = [write(argument) for argument in self.args]
        parts += [f"{key}={write(value)}" for key, value in self.kwargs.items()]
        return f"{name}({', '.join(parts)})"

    def size(self) -> int:
        """A measure of how much there is to read in this example."""
        return len(repr((self.args, dict(self.kwargs))))

    def against(self, name: str, answer: Answer, shown: Callable[[Any], str] | None = None) -> str:
        """Say what a call did, and what was expected of it; `shown` writes a value, as Python does unless told."""
        write = shown or show
        expected = f"it to raise {self.raises}" if self.raises else write(self.returns)
        return f"{self.call(name, shown)} {did(answer, shown)}{self._left(answer, write)}, expected {expected}"

    def _left(self, answer: Answer, write: Callable[[Any], str]) -> str:
        """Say what the first argument has become, where a call changed it and returned nothing."""
        if not isinstance(answer, Returned) or not is_nothing(answer.value) or not (answer.args and self.args):
            return ""
        return "" if same(self.args[0], answer.args[0]) else f" and left {write(answer.args[0])}"


def did(answer: Answer, shown: Callable[[Any], str] | None = None) -> str:
    """Say what a call did: returned, raised, printed, or never came back."""
    write = shown or show
    if isinstance(answer, Raised):
        return f"raised {answer.error}: {short(answer.message)}" if answer.message else f"raised {answer.error}"
    if isinstance(answer, Lost):
        return answer.detail
    if is_nothing(answer.value) and answer.stdout.strip():
        return f"printed {write(answer.stdout.strip())} and returned {write(answer.value)}"
    return f"returned {write(answer.value)}"


def is_nothing(value: Any) -> bool:
    """Tell whether a value is what a function gives back that gives back nothing."""
    return value is None or (isinstance(value, Opaque) and value == UNDEFINED)


def same(expected: Any, actual: Any) -> bool:
    """Tell whether a value is the expected one.

    As `==` does, but floats may differ by 1e-9 of their size (or 1e-12), nan equals nan, and a tuple may stand where a
    list is expected, since YAML and JSON know no tuples. An iterator is not a list.
    """
    if isinstance(expected, (bool, str, bytes)) or expected is None:
        return (type(expected) is type(actual) and expected == actual) or _same_truth(expected, actual)
    if isinstance(expected, (int, float, complex)):
        return _same_number(expected, actual)
    if isinstance(expected, (list, tuple)):
        kinds = (list, tuple) if isinstance(expected, list) else (tuple,)
        return isinstance(actual, kinds) and _same_items(expected, actual)
    if isinstance(expected, dict):
        return isinstance(actual, dict) and expected.keys() == actual.keys() and _same_values(expected, actual)
    return isinstance(actual, (set, frozenset)) and isinstance(expected, (set, frozenset)) and expected == actual


def _same_truth(expected: Any, actual: Any) -> bool:
    return isinstance(expected, bool) and isinstance(actual, int) and expected == actual


def _same_number(expected: complex, actual: Any) -> bool:
    if not isinstance(actual, (int, float, complex)):
        return False
    if expected == actual:
        return True
    if not isinstance(expected, (int, float)) or not isinstance(actual, (int, float)):
        return abs(expected - actual) <= max(_RELATIVE * abs(expected), _ABSOLUTE)
    if isinstance(expected, int) and isinstance(actual, int):
        return False
    try:
        one, other = float(expected), float(actual)
    except OverflowError:
        return False
    return math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE) or (math.isnan(one) and math.isnan(other))


def _same_items(expected: Sequence[Any], actual: Sequence[Any]) -> bool:
    return len(expected) == len(actual) and all(same(e, a) for e, a in zip(expected, actual, strict=True))


def _same_values(expected: Mapping[Any, Any], actual: Mapping[Any, Any]) -> bool:
    return all(same(value, actual[key]) for key, value in expected.items())


def is_plain(value: Any) -> bool:
    """Tell whether a value can cross to the sandbox and back: numbers, texts, and collections of them."""
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        return True
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return type(value) in (list, tuple, set, frozenset) and all(is_plain(item) for item in value)


def show(value: Any) -> str:
    """Write a value as Python does, cut to a readable length."""
    if isinstance(value, Opaque):
        note = f" ({value.note})" if value.note else ""
        return f"an object of type {value.type_name}{note}"
    if isinstance(value, Iterated):
        items = ", ".join(show(item) for item in value.items[:20])
        more = "" if value.complete and len(value.items) <= 20 else ", …"  # noqa: PLR2004 - as above
        return short(f"a {value.type_name} object of [{items}{more}]")
    try:
        return short(repr(value))
    except ValueError:  # an integer of more digits than Python writes
        return f"an integer of {value.bit_length()} bits" if isinstance(value, int) else "a value too long to show"


def short(text: str) -> str:
    """Cut a text to a readable length."""
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 20]}…{text[-15:]}"
