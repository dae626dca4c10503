"""A script: what a mock says, call after call."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from assistant.messages import Completion, Request, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import Fault, Injection
from pytest_aiassert.wire.message import WireResponse
from pytest_aiassert.wire.templates import Template
from pytest_aiassert.wording import cut, plural

Answer: TypeAlias = Completion | BaseException | Fault | WireResponse
FixedReply: TypeAlias = (
    str
    | Completion
    | ToolCall
    | Sequence[ToolCall]
    | Mapping[str, Any]
    | Fault
    | BaseException
    | Template
    | WireResponse
)
Reply: TypeAlias = FixedReply | Callable[[Request], FixedReply]

_TAKEN: Final = "reply() takes str, Completion, ToolCall, a dict, a Template, a fault or a function of the Request, not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A JSON object: the arguments of the tool that a request insists on, else the text of the reply."""

    value: Mapping[str, Any]


Step: TypeAlias = Answer | Template | Structured | Callable[[Request], FixedReply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a call gets: a reply or what comes in its place, None where there is none, and the faults that spoil it."""

    reply: Answer | None = None
    faults: tuple[Fault, ...] = ()


class Script:
    """Replies and faults in the order in which they are given. Safe across threads."""

    def __init__(self, *, model: str = "", latency: float | None = None, cost: float | None = None) -> None:
        self._model = model
        self._latency = latency
        self._cost = cost
        self._lock = threading.Lock()
        self._steps: tuple[Step, ...] = ()
        self._position = 0
        self._used = False
        self._injections: list[Injection] = []

    @property
    def empty(self) -> bool:
        """Whether it has nothing to say, or nothing any more."""
        return not self._steps and all(injection.over for injection in self._injections)

    @property
    def speaks(self) -> bool:
        """Whether it has replies."""
        return bool(self._steps)

    def reply(self, *replies: Reply) -> None:
        """Replace the replies: one answers every call, several answer one call each.

        A fault of every call gives way, unless it is one that spoils replies.
        """
        if not replies:
            raise UsageError("reply() needs at least one reply; reply('') answers with an empty text")
        steps = tuple(self._step(reply) for reply in replies)
        with self._lock:
            self._steps, self._position, self._used = steps, 0, False
            self._injections = [i for i in self._injections if not i.always or i.spoils]

    def fail(self, injection: Injection) -> None:
        """Let a fault happen; one of every call takes the place of others of its kind."""
        with self._lock:
            if injection.always:
                self._injections = [i for i in self._injections if not i.always or (i.spoils and injection.spoils)]
            self._injections.append(injection)

    def strike(self) -> Turn:
        """Count a call, and return the faults that befall it whoever answers."""
        with self._lock:
            faults, instead = self._due(plain=False)
        return Turn(reply=instead, faults=faults)

    def next(
        self, request: Request, title: str, *, faults: tuple[Fault, ...] = (), struck: bool = False, says: bool = True
    ) -> Turn:
        """Return what the next call gets; raises UsageError when the replies are used up.

        `faults` spoil it in any case; `struck` tells that `strike` has counted the call; with `says` false no reply is
        asked for.
        """
        with self._lock:
            due, instead = self._due(plain=True, others=not struck)
            faults += due
            if instead is not None:
                return Turn(reply=instead)
            stays = any(not fault.kind.arrives for fault in faults)
            if not says or not self._steps or (stays and self._position >= len(self._steps) > 1):
                return Turn(faults=faults)
            step = self._take(request, title, stays=stays)
        return Turn(reply=self._answer(step, request, title), faults=faults)

    def unused(self, title: str) -> list[str]:
        """Say what was scripted and never happened."""
        left: list[str] = []
        if len(self._steps) > 1 and self._position < len(self._steps):
            count = len(self._steps) - self._position
            left.append(f"{title}: {count} of {plural(len(self._steps), 'reply', 'replies')} never asked for")
        elif len(self._steps) == 1 and not self._used:
            left.append(f"{title}: its reply was never asked for")
        return left + [f"{title}: fault {_shown(i.fault)} never happened" for i in self._injections if i.owed]

    def _due(self, *, plain: bool, others: bool = True) -> tuple[tuple[Fault, ...], Fault | BaseException | None]:
        """Count a call; return the faults that spoil its reply, and what comes in its place.

        A `plain` fault is one that comes in the place of every reply; `others` are all but these.
        """
        due: list[Fault] = []
        for injection in sorted(self._injections, key=lambda i: i.always):
            if (plain if injection.always and not injection.spoils else others) and injection.due():
                if not (isinstance(injection.fault, Fault) and injection.spoils):
                    return (), injection.fault
                due.append(injection.fault)
        return tuple(due), None

    def _take(self, request: Request, title: str, *, stays: bool) -> Step:
        steps, position = self._steps, self._position
        if len(steps) == 1:
            self._used = True
            return steps[0]
        if position >= len(steps):
            raise UsageError(
                f"{title} has {len(steps)} replies and call {position + 1} asks for one more; add a reply, or give "
                f"a single one to answer every call. The prompt was {cut(request.prompt)!r}"
            )
        self._position = position if stays else position + 1
        return steps[position]

    def _answer(self, step: Step, request: Request, title: str) -> Answer:
        if isinstance(step, Template):
            return self._text(step.render(request))
        if isinstance(step, Structured):
            return self._structured(step, request)
        if not callable(step):
            return step
        fixed = self._fixed(step(request), f"the function given to {title}.reply() returned")
        return self._answer(fixed, request, title)

    def _step(self, reply: Reply) -> Step:
        if callable(reply) and not isinstance(reply, type):
            return reply
        return self._fixed(reply, _TAKEN)

    def _fixed(self, reply: object, complaint: str) -> Answer | Template | Structured:
        match reply:
            case Fault() if reply.kind.arrives:
                raise UsageError(f"fault {reply.name!r} spoils a reply that comes; use .fail({reply.name!r})")
            case Completion() | BaseException() | Fault() | Template() | WireResponse():
                return reply
            case str():
                return self._text(reply)
            case Mapping():
                return Structured(value=reply)
            case ToolCall():
                return self._calls((reply,))
            case [ToolCall(), *_]:
                calls = tuple(call for call in reply if isinstance(call, ToolCall))
                if len(calls) == len(reply):
                    return self._calls(calls)
                raise UsageError(f"{complaint} a list that holds other things than ToolCall")
            case _:
                raise UsageError(f"{complaint} {type(reply).__name__}")

    def _structured(self, step: Structured, request: Request) -> Completion:
        tool = forced_tool(request)
        if tool:
            return self._calls((ToolCall(id="", name=tool, arguments=step.value),))
        return self._text(json.dumps(step.value, ensure_ascii=False, default=_plain))

    def _text(self, text: str) -> Completion:
        return Completion(text=text, model=self._model, latency=self._latency, cost=self._cost)

    def _calls(self, calls: tuple[ToolCall, ...]) -> Completion:
        return Completion(
            tool_calls=calls,
            finish_reason="tool_calls",
            model=self._model,
            latency=self._latency,
            cost=self._cost,
        )


def forced_tool(request: Request) -> str:
    """Return the tool that a request insists on, empty where the model may choose."""
    config = request.parameters.get("toolConfig")
    calling = config.get("functionCallingConfig") if isinstance(config, Mapping) else None
    if isinstance(calling, Mapping):
        allowed = calling.get("allowedFunctionNames") or [tool.name for tool in request.tools]
        return allowed[0] if calling.get("mode") == "ANY" and len(allowed) == 1 else ""
    choice = request.parameters.get("tool_choice")
    function = choice.get("function") if isinstance(choice, Mapping) else None
    named = (function if isinstance(function, Mapping) else choice) if isinstance(choice, Mapping) else {}
    name = named.get("name")
    if isinstance(name, str):
        return name
    wish = named.get("type") if named else choice
    return request.tools[0].name if wish in ("required", "any") and len(request.tools) == 1 else ""


def _shown(fault: Fault | BaseException) -> str:
    return str(fault) if isinstance(fault, Fault) else repr(fault)


def _plain(value: object) -> Any:
    """Return what JSON can hold of a value; raises UsageError where there is no such thing."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    raise UsageError(f"reply() was given a dict that holds a {type(value).__name__}, which JSON cannot hold")
