"""A small stand-in for pytest: what tests in replies mostly use of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

PARAMETERS = "__aiassert_parameters__"
FIXTURE = "__aiassert_fixture__"
SKIP = "__aiassert_skip__"
EXPECTED_TO_FAIL = "__aiassert_expected_to_fail__"


class Failed(BaseException):
    """A test says that it failed; no `except Exception` of the code hides it."""


class Skipped(BaseException):
    """A test says that it was not run."""


class ExceptionInfo:
    """What `with raises(…) as info` binds."""

    value: BaseException

    @property
    def type(self) -> type[BaseException]:
        """The class of what was raised."""
        return type(self.value)

    def match(self, pattern: str) -> bool:
        """Fail unless the message matches."""
        if not re.search(pattern, str(self.value)):
            raise AssertionError(f"the message {str(self.value)!r} does not match {pattern!r}")
        return True


class Raises:
    """The context that `raises` opens."""

    def __init__(self, expected: Any, match: str | None) -> None:
        self.expected = expected
        self.match = match
        self.info = ExceptionInfo()

    def __enter__(self) -> ExceptionInfo:
        return self.info

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None:
            kinds = self.expected if isinstance(self.expected, tuple) else (self.expected,)
            raise Failed(f"did not raise {' or '.join(each.__name__ for each in kinds)}")
        if not isinstance(error, self.expected):
            return False
        self.info.value = error
        if self.match is not None:
            self.info.match(self.match)
        return True


class Approx:
    """A number, or a list or dict of numbers, that equals what is near it."""

    __hash__ = None  # type: ignore[assignment]  # as in pytest: compare it, do not look it up

    def __init__(self, expected: Any, rel: float | None, abs_: float | None, *, nan_ok: bool) -> None:
        self.expected = expected
        self.rel = rel
        self.abs = abs_
        self.nan_ok = nan_ok

    def __eq__(self, actual: object) -> bool:
        return self.near(self.expected, actual)

    def __repr__(self) -> str:
        return f"approx({self.expected!r})"

    def near(self, expected: Any, actual: Any) -> bool:  # noqa: PLR0911 - one for each kind
        """Tell whether a value is near enough."""
        if isinstance(expected, Mapping):
            if not isinstance(actual, Mapping) or expected.keys() != actual.keys():
                return False
            return all(self.near(value, actual[key]) for key, value in expected.items())
        if isinstance(expected, (list, tuple)):
            if not isinstance(actual, (list, tuple)) or len(expected) != len(actual):
                return False
            return all(self.near(one, other) for one, other in zip(expected, actual, strict=True))
        if not isinstance(expected, (int, float)) or not isinstance(actual, (int, float)):
            return bool(expected == actual)
        if math.isnan(expected) or math.isnan(actual):
            return self.nan_ok and math.isnan(expected) and math.isnan(actual)
        absolute = 1e-12 if self.abs is None else self.abs
        relative = (0.0 if self.abs is not None else 1e-6) if self.rel is None else self.rel
        return expected == actual or abs(expected - actual) <= max(relative * abs(expected), absolute)


class Param:
    """A row of `parametrize` made by `param`."""

    def __init__(self, values: tuple[Any, ...], marks: Any) -> None:
        self.values = values
        self.marks = marks if isinstance(marks, (list, tuple)) else [marks] if marks else []


class Mark:
    """`mark.anything`, with or without arguments; only parametrize, skip, skipif and xfail mean something."""

    def __init__(self, name: str, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None) -> None:
        self.name = name
        self.args = args
        self.kwargs = dict(kwargs or {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Mark a function, or take the mark's arguments."""
        if len(args) == 1 and not kwargs and callable(args[0]) and self.name != "parametrize":
            return self.apply(args[0])
        return Mark(self.name, args, kwargs) if self.name != "parametrize" else self.parametrize(*args, **kwargs)

    def apply(self, function: Any) -> Any:
        """Put the mark on a function or class."""
        if self.name == "skip" or (self.name == "skipif" and self.args and self.args[0]):
            setattr(function, SKIP, True)
        elif self.name == "xfail":
            setattr(function, EXPECTED_TO_FAIL, True)
        return function

    def parametrize(self, argnames: str | Sequence[str], argvalues: Iterable[Any], **_: Any) -> Callable[[Any], Any]:
        """Return a decorator that keeps the rows on the function."""
        names = [each.strip() for each in argnames.split(",")] if isinstance(argnames, str) else list(argnames)
        names = [each for each in names if each]
        rows: list[dict[str, Any]] = []
        for row in argvalues:
            values = row.values if isinstance(row, Param) else (row,) if len(names) == 1 else tuple(row)
            if len(values) != len(names):
                raise Failed(f"parametrize: {len(names)} names ({', '.join(names)}), but a row of {len(values)} values")
            rows.append(dict(zip(names, values, strict=True)))

        def decorate(function: Any) -> Any:
            setattr(function, PARAMETERS, [*getattr(function, PARAMETERS, []), rows])
            return function

        return decorate


class Marks:
    """What `pytest.mark` is."""

    def __getattr__(self, name: str) -> Mark:
        return Mark(name)


mark = Marks()


def param(*values: Any, marks: Any = (), id: str | None = None) -> Param:  # noqa: A002 - pytest's own name
    """Make a row of `parametrize`."""
    del id
    return Param(values, marks)


def raises(expected: Any, *args: Any, match: str | None = None, **kwargs: Any) -> Any:
    """Expect an exception, in a `with` block or of a call."""
    context = Raises(expected, match)
    if not args:
        return context
    with context as info:
        args[0](*args[1:], **kwargs)
    return info


def approx(expected: Any, rel: float | None = None, abs: float | None = None, nan_ok: bool = False) -> Approx:  # noqa: A002, FBT001, FBT002 - pytest's own signature
    """Compare numbers with a tolerance."""
    return Approx(expected, rel, abs, nan_ok=nan_ok)


def fixture(
    function: Any = None, *, name: str | None = None, autouse: bool = False, params: Any = None, **_: Any
) -> Any:
    """Mark a function as a fixture."""

    def decorate(function: Any) -> Any:
        setattr(function, FIXTURE, {"name": name or function.__name__, "autouse": autouse, "params": params})
        return function

    return decorate if function is None else decorate(function)


def fail(reason: str = "", pytrace: bool = True, **_: Any) -> None:  # noqa: FBT001, FBT002 - pytest's own signature
    """Fail the test."""
    del pytrace
    raise Failed(reason)


def skip(reason: str = "", **_: Any) -> None:
    """Skip the test."""
    raise Skipped(reason)


def importorskip(name: str, *_: Any, **__: Any) -> Any:
    """Import a module, or skip the test."""
    try:
        return __import__(name)
    except ImportError:
        raise Skipped(f"no module {name}") from None
