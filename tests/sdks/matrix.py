"""What every official SDK is asked in tests: one table, run against mocks, recordings and servers alike.

A feature is written once for sync and async: it yields what a client returned, and is sent back the result, awaited
where it must be; a `Stream` that it yields comes back as the list of its events.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel

Steps = Generator[Any, Any, "Said"]

FEATURES = ("plain", "stream", "tools", "stream_tools", "structured")
MODES = ("sync", "async")
QUESTION = "How much is 2 + 3?"
MODEL = "some-model"


class Person(BaseModel):
    """What structured output is asked for."""

    name: str
    age: int


PERSON = Person(name="Zoë", age=36)
ADD = {
    "name": "add",
    "description": "Add two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an application learns from an SDK."""

    text: str = ""
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    tokens: tuple[int, int] | None = None
    pieces: int = 1
    value: Any = None


@dataclass(frozen=True)
class Stream:
    """A stream to be read to its end."""

    source: Any


@dataclass(frozen=True, kw_only=True)
class SDK:
    """An SDK: its package, the API it speaks, how its clients are made and closed, and what it can be asked."""

    name: str
    package: str
    api: str
    client: Callable[[str, str | None], Any]
    close: Callable[[Any], Awaitable[None]]
    features: dict[str, Callable[[Any], Steps]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return version(self.package)

    @property
    def installed(self) -> bool:
        try:
            return bool(self.version)
        except PackageNotFoundError:
            return False


def ask(sdk: SDK, mode: str, feature: str, *, base_url: str | None = None) -> Said:
    """Ask by a client that its kind shares, of the real API's address unless another is given."""
    if mode == "sync":
        return _run(sdk.features[feature](_client(sdk.client, mode, base_url)))
    return asyncio.run(_arun(sdk, feature, base_url))


@cache
def _client(make: Callable[[str, str | None], Any], mode: str, base_url: str | None) -> Any:
    """Make a client once: most of a short test's time would go into its TLS context."""
    return make(mode, base_url)


def _run(steps: Steps) -> Said:
    answer: Any = None
    try:
        while True:
            asked = steps.send(answer)
            answer = list(asked.source) if isinstance(asked, Stream) else asked
    except StopIteration as end:
        return end.value


async def _arun(sdk: SDK, feature: str, base_url: str | None) -> Said:
    if base_url is None:
        return await _awaited(sdk.features[feature](_client(sdk.client, "async", None)))
    client = sdk.client("async", base_url)  # real connections belong to one event loop
    try:
        return await _awaited(sdk.features[feature](client))
    finally:
        await sdk.close(client)


async def _awaited(steps: Steps) -> Said:
    answer: Any = None
    try:
        while True:
            asked = steps.send(answer)
            if isinstance(asked, Stream):
                answer = [event async for event in asked.source]
            else:
                answer = await asked if inspect.isawaitable(asked) else asked
    except StopIteration as end:
        return end.value
