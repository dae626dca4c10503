"""A tap: what one test does with the traffic of the code under test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias

from pytest_aiassert.errors import AIAssertError, TrafficRefusedError
from pytest_aiassert.wire.hosts import is_model_host
from pytest_aiassert.wire.message import Decision, Forward, Handler, WireRequest
from pytest_aiassert.wire.refusing import ambiguity, plain, refusal, refusal_to_connect

Claim: TypeAlias = Callable[[WireRequest], bool]
Mocked: TypeAlias = Callable[[], bool]


def _never() -> bool:
    return False


class Listener(Protocol):
    """Whoever is asked about traffic: a test's tap, or the taps among which it cannot be told whose it is."""

    def concerns(self, host: str) -> bool:
        """Whether requests to a host are to be decided; others need not even be read."""
        ...

    def decide(self, request: WireRequest, *, mocked: Mocked = _never) -> Decision:
        """Return what happens to a request; raises TrafficRefusedError.

        One that another tool has `mocked` further down goes on to it where no handler answers.
        """
        ...

    def admit(self, host: str, how: str = "") -> None:
        """Let a bare connection to a host through, made by `how`; raises TrafficRefusedError."""
        ...

    def refuse(self, message: str) -> TrafficRefusedError:
        """Note a refusal, so that the test fails whatever becomes of the exception."""
        ...


class Tap:
    """Asks handlers in order, and refuses model traffic that none of them answers. Safe across threads.

    `title` names the test. `claims` says which requests to other hosts than known model APIs need an answer, too.
    `error` makes a refusal of what is to be said.
    """

    def __init__(
        self,
        title: str,
        handlers: Iterable[Handler] = (),
        *,
        allow_network: bool = False,
        claims: Claim | None = None,
        error: Callable[[str], TrafficRefusedError] = TrafficRefusedError,
    ) -> None:
        self.title = title
        self.allow_network = allow_network
        self._handlers: tuple[tuple[int, Handler], ...] = tuple((0, handler) for handler in handlers)
        self._claims: tuple[Claim, ...] = () if claims is None else (claims,)
        self._error = error
        self._opened: frozenset[str] = frozenset()
        self._refusals: list[TrafficRefusedError] = []
        self._lock = threading.Lock()

    @property
    def refusals(self) -> tuple[TrafficRefusedError, ...]:
        """What was refused so far, also where the application swallowed it."""
        return tuple(self._refusals)

    def add(self, handler: Handler, *, rank: int = 0) -> None:
        """Ask one more handler, after those of its rank and of lower ranks."""
        with self._lock:
            self._handlers = tuple(sorted((*self._handlers, (rank, handler)), key=lambda ranked: ranked[0]))

    def remove(self, handler: Handler) -> None:
        """Ask a handler no more."""
        with self._lock:
            self._handlers = tuple(ranked for ranked in self._handlers if ranked[1] is not handler)

    def after(self, handler: Handler) -> Handler:
        """Return a handler that asks those who come after one."""
        return _After(lambda: tuple(other for _, other in self._handlers), handler)

    def claim(self, claims: Claim) -> None:
        """Refuse these requests, too, where nobody answers them."""
        with self._lock:
            self._claims = (*self._claims, claims)

    def concerns(self, host: str) -> bool:
        """Whether requests to a host are to be decided; others need not even be read."""
        return bool(self._handlers or self._claims) or (not self.allow_network and is_model_host(host))

    def minds(self, request: WireRequest) -> bool:
        """Whether a request is refused unless a handler answers it."""
        if self.allow_network:
            return False
        return is_model_host(request.host) or any(claim(request) for claim in self._claims)

    def decide(self, request: WireRequest, *, mocked: Mocked = _never) -> Decision:
        """Return what happens to a request; raises TrafficRefusedError.

        One that another tool has `mocked` further down goes on to it where no handler answers.
        """
        for _, handler in self._handlers:
            try:
                decision = handler.answer(request)
            except AIAssertError as error:
                raise self.refuse(str(error)) from error
            if isinstance(decision, Forward):
                with self._lock:
                    self._opened |= {request.host}
            if decision is not None:
                return decision
        if self.minds(request) and not mocked():
            raise self.refuse(refusal(request, self.title))
        return Forward()

    def admit(self, host: str, how: str = "") -> None:
        """Let a bare connection to a host through, made by `how`; raises TrafficRefusedError.

        A host that a handler has forwarded a request to is open.
        """
        if not self.allow_network and is_model_host(host) and host.lower() not in self._opened:
            raise self.refuse(refusal_to_connect(host, how, self.title))

    def refuse(self, message: str) -> TrafficRefusedError:
        """Note a refusal, so that the test fails whatever becomes of the exception."""
        error = self._error(message)
        with self._lock:
            self._refusals.append(error)
        return error

    def forgive(self) -> tuple[TrafficRefusedError, ...]:
        """Forget what was refused so far, for a test that expected it; returns that."""
        with self._lock:
            forgiven, self._refusals = tuple(self._refusals), []
        return forgiven

    def __repr__(self) -> str:
        return f"<Tap of {self.title}, {len(self._handlers)} handlers>"


class _After:
    """Asks the handlers that come after one of them."""

    def __init__(self, handlers: Callable[[], tuple[Handler, ...]], first: Handler) -> None:
        self._handlers = handlers
        self._first = first

    def answer(self, request: WireRequest) -> Decision | None:
        """Return the first decision of those who come after."""
        handlers = self._handlers()
        start = next((n + 1 for n, handler in enumerate(handlers) if handler is self._first), len(handlers))
        decisions = (handler.answer(request) for handler in handlers[start:])
        return next((decision for decision in decisions if decision is not None), None)


class Crowd:
    """The taps of tests that run at once: traffic that could be any one's, and that one minds, is refused for all."""

    def __init__(self, taps: Iterable[Tap]) -> None:
        self._taps = tuple(taps)

    def concerns(self, host: str) -> bool:
        """Whether requests to a host are to be decided; others need not even be read."""
        return any(tap.concerns(host) for tap in self._taps)

    def decide(self, request: WireRequest, *, mocked: Mocked = _never) -> Decision:
        """Return what happens to a request; raises TrafficRefusedError.

        One that another tool has `mocked` further down goes on to it where no handler answers.
        """
        if any(tap.minds(request) for tap in self._taps) and not mocked():
            raise self.refuse(ambiguity(f"{request.method} {plain(request.url)}", [tap.title for tap in self._taps]))
        return Forward()

    def admit(self, host: str, how: str = "") -> None:
        """Let a bare connection to a host through, made by `how`; raises TrafficRefusedError."""
        for tap in self._taps:
            tap.admit(host, how)

    def refuse(self, message: str) -> TrafficRefusedError:
        """Note a refusal in every test that it may belong to."""
        return [tap.refuse(message) for tap in self._taps][-1]
