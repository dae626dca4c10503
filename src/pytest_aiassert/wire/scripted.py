"""The verbs of a mock: reply, when, fail; shared by the mock provider and by every mocked API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeAlias, TypeVar, Unpack

from assistant.messages import Request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import AnyFault, Fault, FaultOptions, injection
from pytest_aiassert.wire.script import Reply, Script, Turn
from pytest_aiassert.wording import cut

Pattern: TypeAlias = str | re.Pattern[str] | Callable[[Request], bool]
MockT = TypeVar("MockT", bound="Scripted")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    pattern: Pattern
    title: str
    matches: Callable[[Request], bool]
    script: Script


class Scripted:
    """Answers from a script: the first rule made by `when` that matches, else what `reply` and `fail` say.

    `title` names it in messages.
    """

    def __init__(self, title: str, script: Callable[[], Script] = Script) -> None:
        self.title = title
        self._new_script = script
        self._rules: tuple[_Rule, ...] = ()
        self._default = script()
        self._touched = False

    def reply(self, *replies: Reply) -> Self:
        """Answer every call with one reply, or one call each with several.

        A reply is a str, a Completion, a ToolCall or several in a list, a dict (JSON), a Template, a Fault, an
        exception to raise, or a function of the Request that returns one of these. Raises UsageError for other types.
        """
        self._touched = True
        self._default.reply(*replies)
        return self

    def fail(self, fault: AnyFault, **options: Unpack[FaultOptions]) -> Self:
        """Let a fault befall every call, or `times` calls, before the replies go on.

        A fault is a name (`timeout`, `rate_limited`, `cut`, `malformed`, …), an HTTP status, a Fault, or an exception.
        With `after`, that many calls go well first; with `rate` it befalls calls at random, repeatably by `seed`. One
        that comes in the place of every reply gives way to rules, and ends with the next `reply`. `retry_after`,
        `seconds` and `at` are those of Fault. Raises UsageError for what is no fault.
        """
        self._touched = True
        self._default.fail(injection(fault, **options))
        return self

    def when(self, pattern: Pattern) -> Conditional[Self]:
        """Start a rule for requests whose last user message matches a pattern or predicate."""
        title, matches = _condition(pattern)
        return Conditional(self, lambda: self._script_for(pattern, title, matches))

    def reset(self) -> None:
        """Forget rules, replies and faults."""
        self._rules = ()
        self._default = self._new_script()
        self._touched = False

    def assert_all_used(self) -> None:
        """Raise AssertionError where a scripted reply or fault never happened."""
        left = self.unused()
        if left:
            raise AssertionError("scripted, but never used:\n" + "\n".join(f"  {line}" for line in left))

    def unused(self) -> list[str]:
        """Say which scripted replies and faults never happened."""
        named = [(rule.script, f"{self.title}.{rule.title}") for rule in self._rules]
        return [line for script, title in (*named, (self._default, self.title)) for line in script.unused(title)]

    def strike(self) -> Turn:
        """Count a call, and return the faults that befall it whatever rule answers."""
        return self._default.strike()

    def scripts(self, request: Request) -> Iterator[tuple[Script, str, bool]]:
        """Yield the scripts that may answer a request, their names, and which is no rule's."""
        for rule in self._rules:
            if not rule.script.empty and rule.matches(request):
                yield rule.script, rule.title, False
        if not self._default.empty:
            yield self._default, self.title, True

    @property
    def blank(self) -> bool:
        """Whether nothing was ever scripted."""
        return not self._rules and not self._touched

    @property
    def speaks(self) -> bool:
        """Whether any reply is scripted, not faults alone."""
        return self._default.speaks or any(rule.script.speaks for rule in self._rules)

    def unanswered(self, request: Request, verb: str = "") -> str:
        """Say that nothing is scripted for a request, and what to write."""
        patterns = ", ".join(rule.title for rule in self._rules)
        tried = f"; none of these matched: {patterns}" if patterns else ""
        return (
            f"the mock has no reply to {cut(request.prompt)!r}{tried}; "
            f"script one with {verb}.reply('…') or {verb}.when(r'pattern').reply('…')"
        )

    def _script_for(self, pattern: Pattern, title: str, matches: Callable[[Request], bool]) -> Script:
        for rule in self._rules:
            if rule.pattern == pattern:
                return rule.script
        script = self._new_script()
        self._rules = (*self._rules, _Rule(pattern=pattern, title=title, matches=matches, script=script))
        return script


class Conditional(Generic[MockT]):
    """The first half of a rule; `reply` or `fail` completes it."""

    def __init__(self, mock: MockT, script: Callable[[], Script]) -> None:
        self._mock = mock
        self._script = script

    def reply(self, *replies: Reply) -> MockT:
        """Answer matching calls, as the mock's `reply` does."""
        self._script().reply(*replies)
        return self._mock

    def fail(self, fault: AnyFault, **options: Unpack[FaultOptions]) -> MockT:
        """Fail matching calls, as the mock's `fail` does."""
        self._script().fail(injection(fault, **options))
        return self._mock


def next_turn(mocks: Sequence[Scripted], request: Request, *, says: bool = True) -> Turn | None:
    """Ask mocks in order until one has a reply, or what comes in its place; None where none has any.

    With `says` false no reply is asked for, only what befalls the call.
    """
    faults: tuple[Fault, ...] = ()
    for mock in mocks:
        turn = mock.strike()
        if turn.reply is not None:
            return turn
        faults += turn.faults
    for script, title, struck in (found for mock in mocks for found in mock.scripts(request)):
        turn = script.next(request, title, faults=faults, struck=struck, says=says)
        if turn.reply is not None:
            return turn
        faults = turn.faults
    return Turn(faults=faults) if faults else None


def _condition(pattern: Pattern) -> tuple[str, Callable[[Request], bool]]:
    if callable(pattern):
        return f"when({getattr(pattern, '__name__', repr(pattern))})", pattern
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise UsageError(f"when({pattern!r}): not a regular expression ({error}); escape it with re.escape") from error
    return f"when({compiled.pattern!r})", lambda request: compiled.search(request.prompt) is not None
