"""A provider that answers from a script, without any network."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

from assistant.errors import CutStreamError
from assistant.messages import Chunk, Completion, Prompt, Request, Tool, as_request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers.faults import Fault
from pytest_aiassert.providers.script import Reply, Script
from pytest_aiassert.wording import cut

Pattern: TypeAlias = str | re.Pattern[str] | Callable[[Request], bool]

_PIECE: Final = re.compile(r"\s*\S{1,8}|\s+")
_CUT_TEXT: Final = "This reply is cut in the mid"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    pattern: Pattern
    title: str
    matches: Callable[[Request], bool]
    script: Script


class MockProvider:
    """Answers from a script and remembers what it was asked; `latency` is in seconds.

    The first rule made by `when` that matches answers; where none does, `reply` and `fail` speak.
    """

    def __init__(self, *, name: str = "mock", model: str = "mock", latency: float = 0.0) -> None:
        self.name = name
        self.model = model
        self.latency = latency
        self._calls: list[Request] = []
        self._rules: tuple[_Rule, ...] = ()
        self._default = Script(model=model, latency=latency)

    @property
    def calls(self) -> tuple[Request, ...]:
        """Every request so far, in order."""
        return tuple(self._calls)

    def reply(self, *replies: Reply) -> Self:
        """Answer every call with one reply, or one call each with several.

        A reply is a str, a Completion, a ToolCall or several in a list, an exception to raise, or a function of the
        Request that returns one of these. Raises UsageError for other types.
        """
        self._default.reply(*replies)
        return self

    def fail(self, fault: Fault, *, times: int | None = None, retry_after: float | None = None) -> Self:
        """Raise a fault at every call; with `times`, at the next calls before the replies go on.

        A fault is a name (`timeout`, `rate_limited`, `overloaded`, `connection`, `cut`, `malformed`, …), an HTTP
        status, or an exception. Raises UsageError for unknown ones.
        """
        self._default.fail(fault, times=times, retry_after=retry_after)
        return self

    def when(self, pattern: Pattern) -> Conditional:
        """Start a rule for requests whose last user message matches a pattern or predicate."""
        title, matches = _condition(pattern)
        return Conditional(self, lambda: self._script_for(pattern, title, matches))

    def reset(self) -> None:
        """Forget calls, rules, replies and faults."""
        self._calls.clear()
        self._rules = ()
        self._default = Script(model=self.model, latency=self.latency)

    def complete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the scripted reply; raises the scripted fault, or UsageError where nothing is scripted."""
        answer = self._answer(as_request(prompt, tools, parameters))
        if self.latency:
            time.sleep(self.latency)
        return _deliver(answer)

    async def acomplete(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Completion:
        """Return the scripted reply; raises the scripted fault, or UsageError where nothing is scripted."""
        answer = self._answer(as_request(prompt, tools, parameters))
        if self.latency:
            await _pause(self.latency)
        return _deliver(answer)

    def stream(self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any) -> Iterator[Chunk]:
        """Yield the scripted reply in pieces of a few characters."""
        pieces, error = _pieces(self._answer(as_request(prompt, tools, parameters)))
        for chunk in pieces:
            if self.latency:
                time.sleep(self.latency / len(pieces))
            yield chunk
        if error:
            raise error

    async def astream(
        self, prompt: Prompt, /, *, tools: Sequence[Tool] = (), **parameters: Any
    ) -> AsyncIterator[Chunk]:
        """Yield the scripted reply in pieces of a few characters."""
        pieces, error = _pieces(self._answer(as_request(prompt, tools, parameters)))
        for chunk in pieces:
            if self.latency:
                await _pause(self.latency / len(pieces))
            yield chunk
        if error:
            raise error

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def __repr__(self) -> str:
        return f"<MockProvider {self.name}:{self.model}, {len(self._calls)} calls>"

    def _answer(self, request: Request) -> Completion | BaseException:
        self._calls.append(request)
        for rule in self._rules:
            if not rule.script.empty and rule.matches(request):
                return rule.script.next(request, rule.title)
        if self._default.empty:
            raise UsageError(self._unanswered(request))
        return self._default.next(request, "mock_ai")

    def _unanswered(self, request: Request) -> str:
        patterns = ", ".join(rule.title for rule in self._rules)
        tried = f"; none of these matched: {patterns}" if patterns else ""
        return (
            f"the mock has no reply to {cut(request.prompt)!r}{tried}; "
            "script one with .reply('…') or .when(r'pattern').reply('…')"
        )

    def _script_for(self, pattern: Pattern, title: str, matches: Callable[[Request], bool]) -> Script:
        for rule in self._rules:
            if rule.pattern == pattern:
                return rule.script
        script = Script(model=self.model, latency=self.latency)
        self._rules = (*self._rules, _Rule(pattern=pattern, title=title, matches=matches, script=script))
        return script


class Conditional:
    """The first half of a rule; `reply` or `fail` completes it."""

    def __init__(self, provider: MockProvider, script: Callable[[], Script]) -> None:
        self._provider = provider
        self._script = script

    def reply(self, *replies: Reply) -> MockProvider:
        """Answer matching calls, as `MockProvider.reply` does."""
        self._script().reply(*replies)
        return self._provider

    def fail(self, fault: Fault, *, times: int | None = None, retry_after: float | None = None) -> MockProvider:
        """Fail matching calls, as `MockProvider.fail` does."""
        self._script().fail(fault, times=times, retry_after=retry_after)
        return self._provider


def _condition(pattern: Pattern) -> tuple[str, Callable[[Request], bool]]:
    if callable(pattern):
        return f"when({getattr(pattern, '__name__', repr(pattern))})", pattern
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise UsageError(f"when({pattern!r}): not a regular expression ({error}); escape it with re.escape") from error
    return f"when({compiled.pattern!r})", lambda request: compiled.search(request.prompt) is not None


def _deliver(answer: Completion | BaseException) -> Completion:
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _pieces(answer: Completion | BaseException) -> tuple[list[Chunk], BaseException | None]:
    """Split an answer as a model would, about a word at a time; the last chunk says how it ended."""
    if isinstance(answer, CutStreamError):
        text = answer.text or _CUT_TEXT
        answer.text = text
        return [Chunk(text=piece) for piece in _PIECE.findall(text)], answer
    if isinstance(answer, BaseException):
        return [], answer
    chunks = [Chunk(text=piece) for piece in _PIECE.findall(answer.text)]
    end = Chunk(tool_calls=answer.tool_calls, usage=answer.usage, cost=answer.cost, finish_reason=answer.finish_reason)
    return [*chunks, end], None


async def _pause(seconds: float) -> None:
    from anyio import sleep

    await sleep(seconds)
