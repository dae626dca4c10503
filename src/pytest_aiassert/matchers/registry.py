"""Checks by name: what golden sets say, turned into matchers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeAlias, TypeGuard

from pytest_aiassert import matchers
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.wording import cut, known_names

Factory: TypeAlias = Callable[..., Matcher]

_NAMES = tuple(name for name in matchers.__all__ if name not in {"Matcher", "not_"})
_INNER_ONE = "not"
_INNER_MANY = frozenset({"all_of", "any_of"})
_COUNTED = "at_least"
_WEIGHTED = "weighted"
_PAIR = 2
_MAPPING_IS_VALUE = frozenset({"matches_schema"})

_extra: ContextVar[Mapping[str, Factory]] = ContextVar("pytest_aiassert_matchers", default=MappingProxyType({}))


def matcher_names() -> tuple[str, ...]:
    """List the names that a check can have, extra ones included."""
    return tuple(sorted({*_NAMES, _INNER_ONE, *_extra.get()}))


@contextmanager
def use_matchers(extra: Mapping[str, Factory]) -> Generator[None]:
    """Add matchers by name while the context lasts; a name that exists is replaced.

    Raises UsageError for a name that is not an identifier, or a value that cannot be called.
    """
    for name, factory in extra.items():
        _require_entry(name, factory)
    token = _extra.set({**_extra.get(), **extra})
    try:
        yield
    finally:
        _extra.reset(token)


def _require_entry(name: object, factory: object) -> None:
    if not isinstance(name, str) or not name.isidentifier():
        raise UsageError(f"the matcher name {name!r} is not an identifier such as 'is_polite'")
    if not callable(factory):
        raise UsageError(f"the matcher {name!r} is {factory!r}; expected a function that returns a Matcher")


def build_check(spec: object) -> Matcher:
    """Turn a check of a golden set into a matcher.

    A check is a name (`passes_lint`), or one name with its argument: a scalar is one positional argument, a list
    several, a mapping keyword arguments. For `matches_schema` a mapping is the schema, for `not` the value is a
    check, for `all_of` and `any_of` a list of checks, for `at_least` a number and checks, and for `weighted` its
    `matchers` are checks with weights. Raises UsageError that names matcher and signature.
    """
    if isinstance(spec, Matcher):
        return spec
    if isinstance(spec, str):
        return _call(spec, (), {})
    if not isinstance(spec, Mapping) or len(spec) != 1:
        raise UsageError(
            f"a check is {_short(spec)}; expected a matcher's name, or one name with its argument, "
            "such as passes_lint or {contains_code: python}"
        )
    name, value = next(iter(spec.items()))
    if name == _INNER_ONE and name not in _extra.get():
        return matchers.not_(build_check(value))
    if name not in _extra.get():
        value = _with_matchers(name, value)
    return _call(name, *_arguments(name, value))


def _with_matchers(name: object, value: Any) -> Any:
    """Build the checks within an argument, for the matchers that are made of matchers."""
    if name in _INNER_MANY:
        if not _is_list(value):
            raise UsageError(f"{name} is given {_short(value)}; expected a list of checks")
        return [build_check(inner) for inner in value]
    if name == _COUNTED:
        if not _is_list(value) or not value:
            raise UsageError(f"{name} is given {_short(value)}; expected a list: a number, and checks")
        return [value[0], *(build_check(inner) for inner in value[1:])]
    if name == _WEIGHTED and isinstance(value, Mapping) and "matchers" in value:
        return {**value, "matchers": _weights(value["matchers"])}
    return value


def _weights(value: object) -> list[tuple[Matcher, Any]]:
    """Read weights by name (`{passes_lint: 2}`), or pairs of a check and its weight."""
    pairs = [*value.items()] if isinstance(value, Mapping) else value
    if not _is_list(pairs) or not all(_is_list(pair) and len(pair) == _PAIR for pair in pairs):
        raise UsageError(
            f"{_WEIGHTED}: matchers is {_short(value)}; expected weights by name, such as {{passes_lint: 2}}, "
            "or pairs of a check and its weight, such as [[{mentions: sum}, 2]]"
        )
    return [(build_check(check), weight) for check, weight in pairs]


def _arguments(name: object, value: Any) -> tuple[tuple[Any, ...], Mapping[Any, Any]]:
    """Turn what stands behind a name into positional and keyword arguments."""
    if value is None:
        return (), {}
    if isinstance(value, Mapping) and name not in _MAPPING_IS_VALUE:
        return (), value
    return (tuple(value), {}) if _is_list(value) else ((value,), {})


def _call(name: object, arguments: tuple[Any, ...], keywords: Mapping[Any, Any]) -> Matcher:
    factory = _factory(name)
    named = {str(key): value for key, value in keywords.items()}
    signature = _signature(factory)
    try:
        signature.bind(*arguments, **named)
    except TypeError as error:
        raise UsageError(f"{name}{signature}: {error}") from error
    made = factory(*arguments, **named)
    _require_matcher(name, made)
    return made


def _require_matcher(name: object, made: object) -> None:
    if not isinstance(made, Matcher):
        raise UsageError(f"the matcher {name!r} returned {_short(made)}; expected a Matcher")


def _signature(factory: Factory) -> inspect.Signature:
    """Return what a factory takes, without what it returns."""
    try:
        return inspect.signature(factory).replace(return_annotation=inspect.Signature.empty)
    except ValueError:  # some builtins have none
        return inspect.signature(lambda *_args, **_kwargs: None)


def _factory(name: object) -> Factory:
    if isinstance(name, str):
        extra = _extra.get().get(name)
        if extra is not None:
            return extra
        if name in _NAMES:
            factory: Factory = getattr(matchers, name)
            return factory
        if name == _INNER_ONE:
            raise UsageError("not needs a check, such as {not: {mentions: eval(}}")
    raise UsageError(f"unknown matcher {name!r}; {known_names(str(name), matcher_names())}")


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _short(value: object) -> str:
    return cut(repr(value), 80)
