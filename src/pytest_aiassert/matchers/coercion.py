"""What a matcher accepts: text, a Completion, and whatever types a coercer has been taught."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from assistant.messages import Completion
from pytest_aiassert.errors import CoercionError
from pytest_aiassert.matchers.sdk_replies import from_sdk

Coercer: TypeAlias = Callable[[object], Completion | None]

_coercers: ContextVar[tuple[Coercer, ...]] = ContextVar("pytest_aiassert_coercers", default=())


def as_completion(value: object) -> Completion:
    """Turn a reply into a Completion; a str becomes its text.

    Other types are offered to the coercers in use, then told by the SDK or framework that they come from. Raises
    CoercionError where nobody knows the type.
    """
    if isinstance(value, Completion):
        return value
    if isinstance(value, str):
        return Completion(text=str(value))
    for coercer in _coercers.get():
        completion = coercer(value)
        if completion is not None:
            _require_completion(completion, coercer, value)
            return completion
    known = from_sdk(value)
    if known is not None:
        return known
    raise CoercionError(
        f"cannot judge {_kind(value)}: expected str, assistant.Completion or an SDK's reply; {_advice(value)}"
    )


@contextmanager
def use_coercers(*coercers: Coercer) -> Generator[None]:
    """Offer values of unknown type to these coercers first, while the context lasts."""
    token = _coercers.set((*coercers, *_coercers.get()))
    try:
        yield
    finally:
        _coercers.reset(token)


def _advice(value: object) -> str:
    if inspect.isawaitable(value):
        return "await it first"
    if isinstance(value, Iterator | AsyncIterator) or "Stream" in type(value).__name__:
        return "read the stream to its end, and judge its text"
    return "implement the hook pytest_aiassert_coerce(value) in conftest.py to teach this type"


def _require_completion(made: object, coercer: Coercer, value: object) -> None:
    if not isinstance(made, Completion):
        raise CoercionError(
            f"the coercer {_name(coercer)} returned {_kind(made)} for {_kind(value)}; "
            "pytest_aiassert_coerce returns an assistant.Completion, or None for a type it does not know"
        )


def _kind(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"a value of type {name}" if value is not None else "None"


def _name(coercer: Coercer) -> str:
    return getattr(coercer, "__qualname__", None) or repr(coercer)
