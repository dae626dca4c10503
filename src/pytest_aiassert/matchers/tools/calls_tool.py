"""Matchers of the tools that a reply calls: which, with what, in which order, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.messages import Completion, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import choice, whole_number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import listed, shown, source
from pytest_aiassert.matchers.tools.arguments import Args, Rules, arguments_text, is_unreadable, rules_for
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut, did_you_mean, plural

_MOST_LISTED = 8
_MOST_SHOWN = 100
_QUOTED = 60
_STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CallsTool(Matcher):
    """Passes where the reply calls a tool; made by `calls_tool`."""

    name: str
    args: Args | None = None
    rules: Rules | None = None

    @property
    def asks_model(self) -> bool:
        """Whether a matcher of its arguments does."""
        inner = self.args.values() if isinstance(self.args, Mapping) else (self.args,)
        return any(isinstance(value, Matcher) and value.asks_model for value in inner)

    def judge(self, reply: Completion) -> Verdict:
        """Look at the calls of this tool; the score is the best one's share of what was asked."""
        calls = [call for call in reply.tool_calls if call.name == self.name]
        if not calls:
            near = did_you_mean(self.name, {call.name for call in reply.tool_calls})
            reason = f"{_called(reply)}; expected {self.name!r}" + (f" ({near})" if near else "")
            return self.verdict(passed=False, reason=reason, evidence=_evidence(reply))
        times = "" if len(calls) == 1 else f" {len(calls)} times"
        if self.rules is None:
            return self.verdict(passed=True, reason=f"calls {self.name}{times}", evidence=_evidence(reply))
        found = [(call, _problems(call, self.rules)) for call in calls]
        best, problems = min(found, key=lambda pair: len(pair[1]))
        if not problems:
            reason = f"calls {_shown(best)}"
            return self.verdict(passed=True, reason=reason, evidence=_evidence(reply))
        told = "; ".join(problems[:_MOST_LISTED])
        nearest = f"calls {self.name}" if len(calls) == 1 else f"calls {self.name}{times}, at best"
        score = max(0.0, 1 - len(problems) / self.rules.size)
        return self.verdict(
            passed=False, reason=f"{nearest} with other arguments: {told}", score=score, evidence=_evidence(reply)
        )

    def __repr__(self) -> str:
        if isinstance(self.args, type):
            return f"calls_tool({self.name!r}, {self.args.__name__})"
        return source("calls_tool", self.name, *([] if self.args is None else [self.args]))


def calls_tool(name: str, args: Args | None = None) -> CallsTool:
    """Pass where the reply calls the tool `name`, with these arguments if given.

    `args` holds values or matchers by argument name, and other arguments are free; or it is a JSON Schema, a pydantic
    model, or a matcher that judges all arguments as JSON. The score is the share of named arguments that agree.
    Raises UsageError for an empty name, and for `args` that are none of these.
    """
    own = dict(args) if isinstance(args, dict) else args
    rules = None if own is None else rules_for(own)
    return CallsTool(name=_names("calls_tool: name", (name,))[0], args=own, rules=rules)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CallsTools(Matcher):
    """Passes where the reply calls several tools; made by `calls_tools`."""

    names: tuple[str, ...]
    order: str = _STRICT

    def judge(self, reply: Completion) -> Verdict:
        """Compare the calls with the names; the score is the share that agrees."""
        called = [call.name for call in reply.tool_calls]
        wanted, made = Counter(self.names), Counter(called)
        missing, extra = wanted - made, made - wanted
        if self.order == "subset":
            problem, extra = bool(missing), Counter[str]()
            score = 1 - missing.total() / len(self.names)
        else:
            in_place = sum(a == b for a, b in zip(self.names, called, strict=False))
            agreed = in_place if self.order == _STRICT else (wanted & made).total()
            score = agreed / max(len(self.names), len(called))
            problem = score < 1
        reason = _called(reply)
        if problem:
            lacks = [f"not called: {_counted(missing)}"] if missing else []
            more = [f"not expected: {_counted(extra)}"] if extra else []
            mixed = [] if lacks or more else [f"expected in this order: {_joined(self.names)}"]
            reason = "; ".join([reason, *lacks, *more, *mixed])
        return self.verdict(passed=not problem, reason=reason, score=score, evidence=_evidence(reply))

    def __repr__(self) -> str:
        return source("calls_tools", *self.names, **({} if self.order == _STRICT else {"order": self.order}))


def calls_tools(*names: str, order: str = _STRICT) -> CallsTools:
    """Pass where the reply calls these tools, in this order, and no others.

    With `order="any"` the order is free; with `order="subset"` other calls are, too. A name that is given twice is
    called twice. Raises UsageError without names, and for another `order`.
    """
    return CallsTools(
        names=_names("calls_tools", names), order=choice("calls_tools: order", order, (_STRICT, "any", "subset"))
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class NeverCalls(Matcher):
    """Passes where the reply calls none of some tools; made by `never_calls`."""

    names: tuple[str, ...]

    def judge(self, reply: Completion) -> Verdict:
        """Look for calls of these tools."""
        unwanted = [call for call in reply.tool_calls if call.name in self.names]
        if not unwanted:
            return self.verdict(passed=True, reason=_called(reply), evidence=_evidence(reply))
        more = f" and {plural(len(unwanted) - 1, 'more unwanted call')}" if len(unwanted) > 1 else ""
        reason = f"calls {_shown(unwanted[0])}{more}"
        return self.verdict(passed=False, reason=reason, evidence=_evidence(reply))

    def __repr__(self) -> str:
        return source("never_calls", *self.names)


def never_calls(*names: str) -> NeverCalls:
    """Pass where the reply calls none of these tools.

    Raises UsageError without names; `max_steps(0)` asks for no call at all.
    """
    return NeverCalls(names=_names("never_calls", names))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MaxSteps(Matcher):
    """Passes where the reply makes few enough tool calls; made by `max_steps`."""

    n: int

    def judge(self, reply: Completion) -> Verdict:
        """Count the calls."""
        steps = len(reply.tool_calls)
        passed = steps <= self.n
        reason = f"{_called(reply)}; at most {self.n} allowed"
        score = 1.0 if passed else self.n / steps
        return self.verdict(passed, reason, score=score, evidence=_evidence(reply))

    def __repr__(self) -> str:
        return source("max_steps", self.n)


def max_steps(n: int) -> MaxSteps:
    """Pass where the reply makes at most `n` tool calls.

    Raises UsageError for anything but a whole number, 0 or more.
    """
    return MaxSteps(n=whole_number("max_steps: n", n, least=0))


def _names(where: str, names: Sequence[object]) -> tuple[str, ...]:
    if not names:
        raise UsageError(f"{where}() needs at least one tool's name; max_steps(0) asks for no call at all")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise UsageError(f"{where}: {name!r} is no tool's name; expected a str that is not empty")
    return tuple(str(name) for name in names)


def _problems(call: ToolCall, rules: Rules) -> list[str]:
    if is_unreadable(call):
        return [f"they are not a JSON object: {cut(call.raw_arguments, _QUOTED)!r}"] * rules.size
    return rules.problems(call)


def _called(reply: Completion) -> str:
    """Say which tools a reply calls."""
    names = [call.name for call in reply.tool_calls]
    if not names:
        return "the reply calls no tool" if reply.text.strip() else "the reply is empty and calls no tool"
    if len(names) == 1:
        return f"calls {names[0]}"
    return f"{len(names)} calls: {_joined(names)}"


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")


def _counted(names: Counter[str]) -> str:
    return listed([name if times == 1 else f"{name} ({times} times)" for name, times in names.items()][:_MOST_LISTED])


def _shown(call: ToolCall) -> str:
    """Write a call as source would."""
    given = call.raw_arguments if is_unreadable(call) else arguments_text(call)
    return f"{call.name}({cut(given if given != '{}' else '', _QUOTED)})"


def _evidence(reply: Completion) -> tuple[Evidence, ...]:
    if not reply.tool_calls:
        return (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
    lines = [f"{call.name}({call.raw_arguments or arguments_text(call)})" for call in reply.tool_calls[:_MOST_SHOWN]]
    return (Evidence(title="tool calls", text=shown("\n".join(lines))),)
