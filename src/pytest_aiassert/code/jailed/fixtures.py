"""Gives tests their parameters and fixtures."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from pytest_aiassert.code.jailed.arranging import program

stand_in = types.ModuleType("pytest")


class Told(BaseException):
    """A test's end that is told in words of its own."""


def settle(value: Any) -> Any:
    """Run what an async test returns."""
    if inspect.iscoroutine(value):
        import asyncio

        return asyncio.run(value)
    return value


def with_fixtures(function: Any, row: Mapping[str, Any], call: Callable[..., Any], *, skip_first: bool) -> Any:
    """Call a test with its parameters and fixtures."""
    names = [name for name, each in inspect.signature(function).parameters.items() if each.default is each.empty]
    with ExitStack() as stack:
        values: dict[str, Any] = {}
        for each in list(program.__dict__.values()):
            made = getattr(each, stand_in.FIXTURE, None)
            if isinstance(made, dict) and made["autouse"]:
                provide(made["name"], stack, values)
        arguments = {
            name: row[name] if name in row else provide(name, stack, values) for name in names[1 if skip_first else 0 :]
        }
        return settle(call(**arguments))


def provide(name: str, stack: ExitStack, values: dict[str, Any]) -> Any:
    """Return a fixture's value, made once for a test."""
    if name not in values:
        values[name] = make(name, stack, values)
    return values[name]


def make(name: str, stack: ExitStack, values: dict[str, Any]) -> Any:
    """Make a fixture: one of the program's, or one of the few that are built in."""
    for each in list(program.__dict__.values()):
        made = getattr(each, stand_in.FIXTURE, None)
        if isinstance(made, dict) and made["name"] == name:
            value = each(**{needed: provide(needed, stack, values) for needed in inspect.signature(each).parameters})
            if not inspect.isgenerator(value):
                return value
            stack.callback(next, value, None)
            return next(value)
    if name == "capsys":
        return stack.enter_context(captured())
    if name == "tmp_path":
        import pathlib
        import tempfile

        return pathlib.Path(tempfile.mkdtemp())
    if name == "monkeypatch":
        from unittest import mock

        return MonkeyPatch(stack, mock)
    raise Told(f"there is no fixture or parameter {name!r}")


class MonkeyPatch:
    """The part of pytest's monkeypatch that replies use."""

    def __init__(self, stack: ExitStack, mock: Any) -> None:
        self.stack = stack
        self.mock = mock

    def setattr(self, target: Any, name: Any, *value: Any, **_: Any) -> None:
        """Replace an attribute until the test ends."""
        patch = self.mock.patch.object(target, name, value[0]) if value else self.mock.patch(target, name)
        self.stack.enter_context(patch)

    def setenv(self, name: str, value: object, **_: Any) -> None:
        """Set an environment variable until the test ends."""
        self.stack.enter_context(self.mock.patch.dict("os.environ", {name: str(value)}))

    def setitem(self, mapping: Any, name: Any, value: Any) -> None:
        """Set an item until the test ends."""
        self.stack.enter_context(self.mock.patch.dict(mapping, {name: value}))


@contextmanager
def captured() -> Generator[Any]:
    """Stand in for `capsys`."""
    import io

    out, err = io.StringIO(), io.StringIO()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = out, err

    def readouterr() -> Any:
        read = types.SimpleNamespace(out=out.getvalue(), err=err.getvalue())
        for stream in (out, err):
            stream.seek(0)
            stream.truncate()
        return read

    try:
        yield types.SimpleNamespace(readouterr=readouterr)
    finally:
        sys.stdout, sys.stderr = before
