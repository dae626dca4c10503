"""How judges find their model, what they remember, and who hears what they spend."""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from assistant.messages import Completion
from assistant.protocols import Provider
from pytest_aiassert.errors import UsageError
from pytest_aiassert.verdict import Judging


def _nobody(spec: str) -> Provider:
    asked = f"the judge {spec!r} cannot be reached here" if spec else "no judge is named"
    raise UsageError(
        f"{asked}: give --ai-judge SPEC to pytest, --judge SPEC to aiassert, or judged_by(…, judge=provider)"
    )


def _unknown(reply: Completion) -> None:
    del reply


def _nothing() -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSetup:
    """What surrounds judges while they judge.

    `provider_for` returns the provider of a spec, of the session's own judge for an empty one. `memory` keeps what each
    provider answered, so that nothing is asked twice. `before_ask` may raise BudgetError. `prompt_of` says what a reply
    was given to.
    """

    provider_for: Callable[[str], Provider] = _nobody
    memory: MutableMapping[Provider, dict[str, Any]] = field(default_factory=WeakKeyDictionary)
    before_ask: Callable[[], None] = _nothing
    prompt_of: Callable[[Completion], str | None] = _unknown

    def remembered(self, provider: Provider) -> dict[str, Any]:
        """Return what is kept of a provider; nothing is, of one that cannot be a key."""
        try:
            return self.memory.setdefault(provider, {})
        except TypeError:
            return {}


_setup: ContextVar[JudgeSetup | None] = ContextVar("pytest_aiassert_judges", default=None)
_listeners: ContextVar[tuple[Callable[[Judging], None], ...]] = ContextVar("pytest_aiassert_judging", default=())


def current_setup() -> JudgeSetup:
    """Return the setup in use; without one, only judges with a provider of their own can be asked."""
    return _setup.get() or JudgeSetup()


@contextmanager
def use_judges(setup: JudgeSetup) -> Generator[None]:
    """Let judges find their model in this setup, while the context lasts."""
    token = _setup.set(setup)
    try:
        yield
    finally:
        _setup.reset(token)


@contextmanager
def hearing(listener: Callable[[Judging], None]) -> Generator[None]:
    """Tell a listener what each answer of a judge took; while the context lasts."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


def tell(judging: Judging) -> None:
    """Tell all listeners of an answer."""
    for listener in _listeners.get():
        listener(judging)
