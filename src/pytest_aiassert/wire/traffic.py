"""A tap: what one test does with the traffic of the code under test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from pytest_aiassert.errors import AIAssertError, TrafficRefusedError
from pytest_aiassert.wire.hosts import is_model_host
from pytest_aiassert.wire.message import Decision, Forward, Handler, WireRequest
from pytest_aiassert.wire.refusing import refusal


class Tap:
    """Asks handlers in order, and refuses model traffic that none of them answers. Safe across threads.

    `title` names the test. `claims` says which requests to other hosts than known model APIs need an answer, too.
    """

    def __init__(
        self,
        title: str,
        handlers: Iterable[Handler] = (),
        *,
        allow_network: bool = False,
        claims: Callable[[WireRequest], bool] = lambda _request: False,
    ) -> None:
        self.title = title
        self.allow_network = allow_network
        self._handlers = list(handlers)
        self._claims = claims
        self._refusals: list[TrafficRefusedError] = []
        self._lock = threading.Lock()

    @property
    def refusals(self) -> tuple[TrafficRefusedError, ...]:
        """What was refused so far, also where the application swallowed it."""
        return tuple(self._refusals)

    def add(self, handler: Handler) -> None:
        """Ask one more handler, after those before it."""
        self._handlers.append(handler)

    def decide(self, request: WireRequest) -> Decision:
        """Return what happens to a request; raises TrafficRefusedError."""
        for handler in self._handlers:
            try:
                decision = handler.answer(request)
            except AIAssertError as error:
                raise self.refuse(str(error)) from error
            if decision is not None:
                return decision
        if self.allow_network or not (is_model_host(request.host) or self._claims(request)):
            return Forward()
        raise self.refuse(refusal(request, self.title))

    def refuse(self, message: str) -> TrafficRefusedError:
        """Note a refusal, so that the test fails whatever becomes of the exception."""
        error = TrafficRefusedError(message)
        with self._lock:
            self._refusals.append(error)
        return error

    def __repr__(self) -> str:
        return f"<Tap of {self.title}, {len(self._handlers)} handlers>"
