"""The traffic of a test that uses one of our fixtures: one tap for each test, and what becomes of what it refused."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.integration.settings import recording, truth
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.traffic import Tap

if TYPE_CHECKING:
    from pytest_aiassert.wire.message import Handler
    from pytest_aiassert.wire.traffic import Claim

FAULTS, MOCKS, CASSETTES = range(3)
"""Who is asked first where several share a test's tap."""

_GUARD = "aiassert-traffic"


@contextmanager
def tapped(
    origin: pytest.FixtureRequest | pytest.Item,
    handlers: Iterable[Handler],
    *,
    rank: int = MOCKS,
    claims: Claim | None = None,
) -> Generator[Tap, None, None]:
    """Let handlers answer the traffic of the test that a fixture is for; all fixtures of a test share its tap.

    `rank` (FAULTS, MOCKS or CASSETTES) says who is asked first. `claims` says which requests to other hosts than known
    model APIs are refused when nobody answers.
    """
    item = origin if isinstance(origin, pytest.Item) else cast("pytest.Item", origin.node)
    tap, added = guard(item), list(handlers)
    for handler in added:
        tap.add(handler, rank=rank)
    if claims is not None:
        tap.claim(claims)
    try:
        yield tap
    finally:
        for handler in added:
            tap.remove(handler)


def guard(item: pytest.Item) -> Tap:
    """Return the item's tap, which is active until its teardown is over; it refuses what nobody answers."""
    manager = item.config.pluginmanager
    guards = cast("TrafficGuards | None", manager.get_plugin(_GUARD))
    if guards is None:
        guards = TrafficGuards(item.config)
        manager.register(guards, _GUARD)
    return guards.open(item)


class RefusedTrafficError(pytest.fail.Exception, TrafficRefusedError):  # type: ignore[name-defined,misc]  # untyped there
    """A refusal that pytest and its plugins take for the failure of a test."""

    __module__ = "builtins"  # as pytest's own, so that reports name it in one word


@dataclass(slots=True, kw_only=True)
class _Guarded:
    """An item's tap, until its scope is closed."""

    tap: Tap
    scope: ExitStack = field(default_factory=ExitStack)


class TrafficGuards:
    """The hooks of a session in which one of our fixtures is used."""

    def __init__(self, config: pytest.Config) -> None:
        self._allow_network = truth(config, "ai-allow-network") or recording(config) != "none"
        self._guarded: dict[pytest.Item, _Guarded] = {}

    def open(self, item: pytest.Item) -> Tap:
        """Return the item's tap, made active at the first call."""
        guarded = self._guarded.get(item)
        if guarded is None:
            tap = Tap(item.nodeid, allow_network=self._allow_network, error=RefusedTrafficError)
            guarded = self._guarded[item] = _Guarded(tap=tap)
            guarded.scope.enter_context(intercept(tap))
        return guarded.tap

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Fail a test whose traffic was refused although the application swallowed the refusal."""
        try:
            yield
        except pytest.skip.Exception:
            self._raise_untold(item)
            raise
        self._raise_untold(item)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, None, None]:
        """Close the item's tap after its fixtures, and tell what these were refused."""
        try:
            yield
        finally:
            if item in self._guarded:
                self._guarded[item].scope.close()
        self._raise_untold(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Say in the report on another error what was refused before it."""
        untold = self._untold(item) if call.excinfo is not None else ()
        if call.excinfo is not None and untold and not _shows(call.excinfo.value, untold):
            call.excinfo.value.add_note(_summary(untold))
        if call.when == "teardown":
            self._guarded.pop(item, None)

    def pytest_unconfigure(self) -> None:
        """Close what an interrupted session left open."""
        for guarded in reversed(self._guarded.values()):
            guarded.scope.close()
        self._guarded.clear()

    def _untold(self, item: pytest.Item) -> tuple[TrafficRefusedError, ...]:
        guarded = self._guarded.get(item)
        refusals = () if guarded is None else guarded.tap.forgive()
        return tuple(refusal for refusal in refusals if not refusal.expected)

    def _raise_untold(self, item: pytest.Item) -> None:
        untold = self._untold(item)
        if untold:
            raise RefusedTrafficError(_summary(untold), pytrace=False)  # type: ignore[call-arg]  # as above


def _summary(refusals: tuple[TrafficRefusedError, ...]) -> str:
    """Tell each refusal once, and that the application hid them."""
    texts = list(dict.fromkeys(str(refusal) for refusal in refusals))
    count = f" ({len(refusals)} times in all)" if len(refusals) > len(texts) else ""
    return "\n".join(texts) + f"\nthe application swallowed this{count}"


def _shows(error: BaseException, refusals: tuple[TrafficRefusedError, ...]) -> bool:
    """Whether a report on an error tells of a refusal: it is one, came from one, or groups one."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        if one in refusals:
            return True
        seen.add(id(one))
        waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
    return False
