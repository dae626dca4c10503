"""Cases as users write them for `implements`: arguments, and what is right for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_aiassert.behaviours import Example
from pytest_aiassert.errors import UsageError

_CASE_KEYS = frozenset({"args", "kwargs", "returns", "raises"})


def read_cases(cases: object) -> tuple[Example, ...]:
    """Read cases, `(args, returns)` or mappings; raises UsageError for what is neither, by its number."""
    if not isinstance(cases, (list, tuple)) or not cases:
        raise UsageError(f"implements: cases is {cases!r}; expected a list of (args, returns), at least one")
    return tuple(_read_case(number, case) for number, case in enumerate(cases, start=1))


def _read_case(number: int, case: Any) -> Example:
    if isinstance(case, Mapping):
        return _read_mapping(number, case)
    if isinstance(case, (list, tuple)) and len(case) == 2 and isinstance(case[0], (list, tuple)):  # noqa: PLR2004
        return Example(args=tuple(case[0]), returns=case[1])
    raise UsageError(
        f"implements: case {number} is {case!r}; expected (args, returns) with args a tuple or list, "
        "or a mapping of args, kwargs and returns or raises"
    )


def _read_mapping(number: int, case: Mapping[Any, Any]) -> Example:
    unknown = [key for key in case if key not in _CASE_KEYS]
    if unknown:
        raise UsageError(
            f"implements: case {number} has the unknown key {unknown[0]!r}; known: {', '.join(sorted(_CASE_KEYS))}"
        )
    if ("returns" in case) == ("raises" in case):
        raise UsageError(f"implements: case {number} needs exactly one of 'returns' and 'raises'")
    args, kwargs = case.get("args", ()), case.get("kwargs", {})
    if not isinstance(args, (list, tuple)):
        raise UsageError(f"implements: case {number} has args {args!r}; expected a list or tuple")
    if not isinstance(kwargs, Mapping) or not all(isinstance(key, str) for key in kwargs):
        raise UsageError(f"implements: case {number} has kwargs {kwargs!r}; expected a mapping of names to values")
    raises = _read_exception(number, case["raises"]) if "raises" in case else None
    return Example(args=tuple(args), kwargs=dict(kwargs), returns=case.get("returns"), raises=raises)


def _read_exception(number: int, raises: object) -> str:
    if isinstance(raises, type) and issubclass(raises, BaseException):
        return raises.__name__
    if isinstance(raises, str) and raises.isidentifier():
        return raises
    raise UsageError(f"implements: case {number} raises {raises!r}; expected an exception or its name")
