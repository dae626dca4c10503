"""A script: what a mock says, call after call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeAlias

from assistant.messages import Completion, Request, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers.faults import Fault, as_error
from pytest_aiassert.wording import cut

FixedReply: TypeAlias = str | Completion | ToolCall | Sequence[ToolCall] | BaseException
Reply: TypeAlias = FixedReply | Callable[[Request], FixedReply]
Step: TypeAlias = Completion | BaseException | Callable[[Request], FixedReply]


class Script:
    """Replies and faults in the order in which they are given. Safe across threads."""

    def __init__(self, *, model: str, latency: float) -> None:
        self._model = model
        self._latency = latency
        self._lock = threading.Lock()
        self._steps: tuple[Step, ...] = ()
        self._position = 0
        self._fault: BaseException | None = None
        self._faults_left = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was ever scripted."""
        return not self._steps and not self._faults_left

    def reply(self, *replies: Reply) -> None:
        """Replace the replies: one answers every call, several answer one call each."""
        if not replies:
            raise UsageError("reply() needs at least one reply; reply('') answers with an empty text")
        self._steps = tuple(self._step(reply) for reply in replies)
        self._position = 0

    def fail(self, fault: Fault, *, times: int | None, retry_after: float | None) -> None:
        """Fail every call, or the next `times` calls before the replies go on."""
        error = as_error(fault, retry_after=retry_after)
        if times is None:
            self._steps, self._position = (error,), 0
            return
        if times < 1:
            raise UsageError(f"fail(times={times!r}) fails nothing; give 1 or more")
        self._fault, self._faults_left = error, times

    def next(self, request: Request, title: str) -> Completion | BaseException:
        """Return what the next call gets; raises UsageError when the replies are used up."""
        with self._lock:
            if self._faults_left and self._fault:
                self._faults_left -= 1
                return self._fault
            step = self._take(request, title)
        if isinstance(step, Completion | BaseException):
            return step
        return self._fixed(step(request), f"the function given to {title}.reply() returned")

    def _take(self, request: Request, title: str) -> Step:
        steps, position = self._steps, self._position
        if len(steps) == 1:
            return steps[0]
        if position >= len(steps):
            raise UsageError(
                f"{title} has {len(steps)} replies and call {position + 1} asks for one more; add a reply, or give "
                f"a single one to answer every call. The prompt was {cut(request.prompt)!r}"
            )
        self._position = position + 1
        return steps[position]

    def _step(self, reply: Reply) -> Step:
        if callable(reply) and not isinstance(reply, type):
            return reply
        return self._fixed(reply, "reply() takes str, Completion, ToolCall, a fault or a function of the Request, not")

    def _fixed(self, reply: object, complaint: str) -> Completion | BaseException:
        match reply:
            case Completion() | BaseException():
                return reply
            case str():
                return Completion(text=reply, model=self._model, latency=self._latency, cost=0.0)
            case ToolCall():
                return self._calls((reply,))
            case [ToolCall(), *_]:
                calls = tuple(call for call in reply if isinstance(call, ToolCall))
                if len(calls) == len(reply):
                    return self._calls(calls)
                raise UsageError(f"{complaint} a list that holds other things than ToolCall")
            case _:
                raise UsageError(f"{complaint} {type(reply).__name__}")

    def _calls(self, calls: tuple[ToolCall, ...]) -> Completion:
        return Completion(
            tool_calls=calls, finish_reason="tool_calls", model=self._model, latency=self._latency, cost=0.0
        )
