"""A provider that answers from a script, without any network."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from assistant.errors import CutStreamError
from assistant.messages import Chunk, Completion, Prompt, Request, Tool, Usage, as_request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers.faults import as_error
from pytest_aiassert.wire.faults import Fault
from pytest_aiassert.wire.formats.counting import pieces
from pytest_aiassert.wire.script import Script, Turn
from pytest_aiassert.wire.scripted import Scripted, next_turn

_CUT_TEXT: Final = "This reply is cut in the mid"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delivery:
    """Chunks with the delays before them, in seconds, and the error that ends them."""

    chunks: tuple[tuple[float, Chunk], ...] = ()
    error: BaseException | None = None


class MockProvider(Scripted):
    """Answers from a script and remembers what it was asked; `latency` is in seconds.

    The first rule made by `when` that matches answers; where none does, `reply` and `fail` speak.
    """

    def __init__(self, *, name: str = "mock", model: str = "mock", latency: float = 0.0) -> None:
        super().__init__("mock_ai", lambda: Script(model=model, latency=latency, cost=0.0))
        self.name = name
        self.model = model
        self.latency = latency
        self._calls: list[Request] = []

    @property
    def calls(self) -> tuple[Request, ...]:
        """Every request so far, in order."""
        return tuple(self._calls)

    def reset(self) -> None:
        """Forget calls, rules, replies and faults."""
        super().reset()
        self._calls.clear()

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the scripted reply; raises the scripted fault, or UsageError where nothing is scripted."""
        answer, faults = self._answer(as_request(prompt, tools, parameters))
        delay = self.latency + _delay(faults)
        if delay:
            time.sleep(delay)
        return _deliver(answer)

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the scripted reply; raises the scripted fault, or UsageError where nothing is scripted."""
        answer, faults = self._answer(as_request(prompt, tools, parameters))
        delay = self.latency + _delay(faults)
        if delay:
            await _pause(delay)
        return _deliver(answer)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the scripted reply in pieces of a few characters."""
        delivery = _delivery(*self._answer(as_request(prompt, tools, parameters)), self.latency)
        for delay, chunk in delivery.chunks:
            if delay:
                time.sleep(delay)
            yield chunk
        if delivery.error:
            raise delivery.error

    async def astream(
        self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any
    ) -> AsyncIterator[Chunk]:
        """Yield the scripted reply in pieces of a few characters."""
        delivery = _delivery(*self._answer(as_request(prompt, tools, parameters)), self.latency)
        for delay, chunk in delivery.chunks:
            if delay:
                await _pause(delay)
            yield chunk
        if delivery.error:
            raise delivery.error

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def __repr__(self) -> str:
        return f"<MockProvider {self.name}:{self.model}, {len(self._calls)} calls>"

    def _answer(self, request: Request) -> tuple[Completion | BaseException, tuple[Fault, ...]]:
        self._calls.append(request)
        turn = next_turn([self], request)
        answer = _settled(turn) if turn is not None else None
        if turn is None or answer is None:
            raise UsageError(self.unanswered(request))
        return answer, turn.faults


def _settled(turn: Turn) -> Completion | BaseException | None:
    """Return what a turn comes to: the reply, or what is raised; None where neither is scripted."""
    answer = turn.reply
    text = answer.text if isinstance(answer, Completion) else ""
    for fault in (answer, *turn.faults):
        error = as_error(fault) if isinstance(fault, Fault) else None
        if isinstance(error, CutStreamError):
            error.text = _cut_text(text, fault)
        if error is not None:
            return error
    if isinstance(answer, Completion):
        bare = any(fault.name == "no_usage" for fault in turn.faults)
        return replace(answer, usage=Usage()) if bare else answer
    if answer is None or isinstance(answer, BaseException):
        return answer
    raise UsageError("a WireResponse is for ai_wire; mock_ai replies with text, a Completion or tool calls")


def _cut_text(text: str, fault: object) -> str:
    """Return what arrives of a text before it is cut: half, or as many pieces as the fault says."""
    words = pieces(text or _CUT_TEXT)
    at = fault.at if isinstance(fault, Fault) else None
    return "".join(words[: max(1, len(words) // 2) if at is None and text else at])


def _deliver(answer: Completion | BaseException) -> Completion:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _delivery(answer: Completion | BaseException, faults: tuple[Fault, ...], latency: float) -> _Delivery:
    """Split an answer as a model would, about a word at a time; the last chunk says how it ended."""
    if isinstance(answer, CutStreamError):
        answer.text = answer.text or _CUT_TEXT
        chunks = [Chunk(text=piece) for piece in pieces(answer.text)]
    elif isinstance(answer, BaseException):
        chunks = []
    else:
        texts = pieces(answer.text)
        usage = None if any(fault.name == "no_usage" for fault in faults) else answer.usage
        end = Chunk(tool_calls=answer.tool_calls, usage=usage, cost=answer.cost, finish_reason=answer.finish_reason)
        chunks = [*(Chunk(text=piece) for piece in texts), end]
        if answer.latency is not None and not faults:  # with faults, the clock tells
            chunks = _told(chunks, answer.first_token, answer.latency)
    for fault in faults:
        if fault.name == "duplicated" and chunks:
            place = min(fault.at or max(1, len(chunks) // 2), len(chunks))
            chunks.insert(place, chunks[place - 1])
    every = latency / max(1, len(chunks)) + _seconds("slow", 0.1, faults)
    delays = [every] * len(chunks)
    if delays:
        delays[0] += _seconds("slow_start", 1.0, faults)
    error = answer if isinstance(answer, BaseException) else None
    return _Delivery(chunks=tuple(zip(delays, chunks, strict=True)), error=error)


def _delay(faults: tuple[Fault, ...]) -> float:
    return _seconds("slow", 0.1, faults) + _seconds("slow_start", 1.0, faults)


def _seconds(name: str, default: float, faults: tuple[Fault, ...]) -> float:
    return sum(default if fault.seconds is None else fault.seconds for fault in faults if fault.name == name)


def _told(chunks: list[Chunk], first: float | None, last: float) -> list[Chunk]:
    """Spread the seconds that a reply says it took over its chunks."""
    step = (last - (first or 0.0)) / (len(chunks) - 1 or 1)
    times = [(step if first is None else first) + step * place for place in range(len(chunks) - 1)]
    return [replace(chunk, elapsed=moment) for chunk, moment in zip(chunks, [*times, last], strict=True)]


async def _pause(seconds: float) -> None:
    from anyio import sleep

    await sleep(seconds)
