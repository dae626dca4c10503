"""The script of a mock server: a YAML file, its problems named by line."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from assistant.messages import Completion, FinishReason, ToolCall
from pytest_aiassert.errors import GoldenSetError, UsageError
from pytest_aiassert.golden.document import Located, read_document
from pytest_aiassert.wire.faults import Fault
from pytest_aiassert.wire.mocking import AIWire, MockedAPI
from pytest_aiassert.wire.script import Reply
from pytest_aiassert.wire.scripted import Conditional
from pytest_aiassert.wire.templates import Template
from pytest_aiassert.wording import did_you_mean

VERSION: Final = 1
APIS: Final = ("any", "openai", "anthropic", "gemini", "mistral", "ollama")
SAYING: Final = ("reply", "replies", "faults")
API_KEYS: Final = (*SAYING, "rules", "embed", "models")
RULE_KEYS: Final = ("when", *SAYING)
REPLY_KEYS: Final = ("text", "json", "template", "tool_calls", "finish_reason", "fault", "retry_after", "seconds", "at")
FAULT_KEYS: Final = ("fault", "times", "after", "rate", "seed", "retry_after", "seconds", "at")
FINISH_REASONS: Final = ("stop", "length", "refused")
_CHOICE: Final = ("text", "json", "template", "tool_calls", "fault")


def load_script(path: Path, wire: AIWire) -> None:
    """Script a mock by a YAML file; raises UsageError that names file and line of every problem."""
    reader = _Reader(wire)
    try:
        root = read_document(path, reader.problem, what="script", needs="openai")
    except GoldenSetError as error:
        raise UsageError(str(error)) from error
    reader.read(root)
    if reader.problems:
        lines = [f"{path}:{line}: {message}" for line, message in sorted(reader.problems)]
        head = f"{len(lines)} problems in {path}:\n" if len(lines) > 1 else ""
        raise UsageError(head + "\n".join(lines))


class _Reader:
    """Reads one file; collects problems so that a person can mend them all in one go."""

    def __init__(self, wire: AIWire) -> None:
        self.wire = wire
        self.problems: list[tuple[int, str]] = []

    def problem(self, line: int, message: str) -> None:
        self.problems.append((line, message))

    def read(self, root: Located) -> None:
        if not isinstance(root.value, dict):
            self.problem(root.line, f"a script is a mapping with 'version' and APIs ({', '.join(APIS)})")
            return
        version = root.items.get("version")
        if version is None or version.value is True or version.value != VERSION:
            line = version.line if version else root.line
            self.problem(line, f"write version: {VERSION}, the one that this release reads")
        names = [name for name in root.items if name != "version"]
        if not names:
            self.problem(root.line, f"nothing is scripted; name an API: {', '.join(APIS)}")
        for name in names:
            node = root.items[name]
            if name not in APIS:
                hint = did_you_mean(name, APIS) or f"known: {', '.join(APIS)}"
                self.problem(node.line, f"there is no wire format {name!r}; {hint}")
            elif self._mapping(node, API_KEYS, name):
                self._api(node, self.wire if name == "any" else getattr(self.wire, name))

    def _api(self, node: Located, mock: MockedAPI) -> None:
        self._say(node, mock)
        for rule in self._list(node, "rules"):
            if not self._mapping(rule, RULE_KEYS, "a rule"):
                continue
            pattern = rule.items.get("when")
            if pattern is None or not isinstance(pattern.value, str):
                self.problem((pattern or rule).line, "a rule needs 'when', a regular expression in quotes")
                continue
            conditional = self._try(pattern.line, partial(mock.when, pattern.value))
            if conditional is not None:
                self._say(rule, conditional)
        embed = node.items.get("embed")
        if embed is not None:
            self._try(embed.line, lambda: _embed(mock, embed.value))
        models = node.items.get("models")
        if models is not None:
            names = [element.value for element in models.elements]
            if not names or not all(isinstance(name, str) for name in names):
                self.problem(models.line, "'models' is a list of names")
            else:
                mock.models(*names)

    def _say(self, node: Located, mock: MockedAPI | Conditional[Any]) -> None:
        one, several = node.items.get("reply"), node.items.get("replies")
        if one is not None and several is not None:
            self.problem(several.line, "give 'reply' (for every call) or 'replies' (one a call), not both")
        elif one is not None or several is not None:
            nodes = [one] if one is not None else self._list(node, "replies", required=True)
            replies = [reply for reply in map(self._reply, nodes) if reply is not None]
            if replies and len(replies) == len(nodes):
                line = nodes[0].line
                # one reply in a list answers one call, as several would
                more: list[Reply] = [] if one is not None or len(replies) > 1 else [_used_up(line)]
                self._try(line, lambda: mock.reply(*replies, *more))
        for fault in self._list(node, "faults"):
            if self._mapping(fault, FAULT_KEYS, "a fault"):
                options = {key: value for key, value in fault.value.items() if key != "fault"}
                self._numbers(fault, options)
                self._try(fault.line, partial(mock.fail, fault.value.get("fault"), **options))

    def _reply(self, node: Located) -> Reply | None:
        if isinstance(node.value, str):
            return node.value
        if not self._mapping(node, REPLY_KEYS, "a reply"):
            return None
        given = [key for key in _CHOICE if key in node.items]
        if len(given) != 1 and set(given) != {"text", "tool_calls"}:
            self.problem(node.line, f"a reply has one of {', '.join(_CHOICE)}; text and tool_calls may come together")
            return None
        options = {key: node.value[key] for key in ("retry_after", "seconds", "at") if key in node.value}
        if options and "fault" not in given:
            self.problem(node.line, f"{', '.join(options)} belong to a fault")
        self._numbers(node, options)
        reply: Reply | None = self._try(node.line, lambda: self._made(node, options))
        return reply

    def _made(self, node: Located, options: dict[str, Any]) -> Reply:
        value = node.value
        if "fault" in value:
            return Fault(value["fault"], **options)
        if "template" in value:
            return Template(str(value["template"]))
        if "json" in value:
            if not isinstance(value["json"], dict):
                raise UsageError("'json' is an object")
            return cast("dict[str, Any]", value["json"])
        reason = value.get("finish_reason", "stop")
        if reason not in FINISH_REASONS:
            raise UsageError(f"finish_reason {reason!r} is none of {', '.join(FINISH_REASONS)}")
        calls = tuple(_tool_call(call) for call in _sequence(value.get("tool_calls", []), "tool_calls"))
        finish = cast("FinishReason", "tool_calls" if calls else reason)
        return Completion(text=str(value.get("text", "")), tool_calls=calls, finish_reason=finish)

    def _numbers(self, node: Located, options: dict[str, Any]) -> None:
        for key, value in list(options.items()):
            if isinstance(value, bool) or not isinstance(value, int | float):
                self.problem(node.items[key].line, f"{key!r} is a number, not {value!r}")
                del options[key]

    def _list(self, node: Located, key: str, *, required: bool = False) -> list[Located]:
        item = node.items.get(key)
        if item is None:
            return []
        if not isinstance(item.value, list) or (required and not item.elements):
            self.problem(item.line, f"{key!r} is a list with at least one item")
            return []
        return list(item.elements)

    def _mapping(self, node: Located, allowed: Iterable[str], what: str) -> bool:
        allowed = tuple(allowed)
        if not isinstance(node.value, dict):
            self.problem(node.line, f"{what} is a mapping with {', '.join(allowed)}; not {node.value!r}")
            return False
        for key, item in node.items.items():
            if key not in allowed:
                hint = did_you_mean(key, allowed) or f"known: {', '.join(allowed)}"
                self.problem(item.line, f"{what} has no {key!r}; {hint}")
        return all(key in allowed for key in node.items)

    def _try(self, line: int, action: Any) -> Any:
        """Do something; what is refused is a problem of that line."""
        try:
            return action()
        except UsageError as error:
            self.problem(line, str(error))
            return None


def _used_up(line: int) -> Reply:
    def tell(_: object) -> str:
        raise UsageError(f"the one reply in line {line} of the script is used up; write reply: to answer every call")

    return tell


def _embed(mock: MockedAPI, value: Any) -> None:
    match value:
        case {"dimensions": int(size), **rest} if not rest and size > 0:
            mock.embed(dimensions=size)
        case [*vectors] if vectors and all(_is_vector(vector) for vector in vectors):
            mock.embed(*vectors)
        case _:
            raise UsageError("'embed' is {dimensions: 8}, or a list of vectors, which are lists of numbers")


def _is_vector(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(n, int | float) for n in value)


def _sequence(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError(f"{what!r} is a list")
    return value


def _tool_call(value: Any) -> ToolCall:
    match value:
        case {"name": str(name), **rest} if set(rest) <= {"arguments", "id"}:
            arguments = rest.get("arguments") or {}
            if isinstance(arguments, dict):
                return ToolCall(id=str(rest.get("id") or ""), name=name, arguments=arguments)
        case _:
            pass
    raise UsageError("a tool call is {name: …, arguments: {…}}, with an id if you like")
