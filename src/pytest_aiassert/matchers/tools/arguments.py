"""What a tool call's arguments are held against: values, matchers, or a schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from assistant.messages import Completion, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import listed
from pytest_aiassert.matchers.structure.differences import Comparer
from pytest_aiassert.matchers.structure.found_json import FoundJSON
from pytest_aiassert.matchers.structure.json_equals import json_value
from pytest_aiassert.matchers.structure.matches_schema import MatchesSchema, matches_schema
from pytest_aiassert.wording import cut

if TYPE_CHECKING:
    from pydantic import BaseModel

Args: TypeAlias = "Mapping[str, Any] | Matcher | type[BaseModel]"
"""Values or matchers by argument name, a JSON Schema, a pydantic model, or a matcher of all arguments as JSON."""

_SCHEMA_WORDS = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "allOf", "anyOf", "oneOf"}
)
_QUOTED = 80


class Rules(Protocol):
    """What arguments are held against."""

    def problems(self, call: ToolCall) -> list[str]:
        """List what is wrong with a call's arguments, in words."""
        ...

    @property
    def size(self) -> int:
        """How many things can be wrong; at least 1."""
        ...


def rules_for(args: Args) -> Rules:
    """Turn an `args` argument into rules; raises UsageError."""
    return _rules(args)


def _rules(args: object) -> Rules:
    if isinstance(args, MatchesSchema):
        return _Schema(schema=args)
    if isinstance(args, Matcher):
        return _Whole(matcher=args)
    if isinstance(args, type) or (isinstance(args, Mapping) and _is_schema(args)):
        try:
            return _Schema(schema=matches_schema(args))
        except UsageError as error:
            raise UsageError(f"calls_tool: args is no schema of arguments; {error}") from error
    if isinstance(args, Mapping):
        return _Named(values={_name(name): _value(name, value) for name, value in args.items()})
    raise UsageError(
        f"calls_tool: args is {cut(repr(args), _QUOTED)}; expected argument names with values or matchers, "
        "such as {'city': 'Oslo'}, a JSON Schema, or a matcher"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """Values and matchers for some arguments; others are free."""

    values: Mapping[str, Any]

    @property
    def size(self) -> int:
        return max(1, len(self.values))

    def problems(self, call: ToolCall) -> list[str]:
        return [problem for name, wanted in self.values.items() if (problem := _problem(call, name, wanted))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """A matcher of all arguments, as JSON."""

    matcher: Matcher
    size: int = 1

    def problems(self, call: ToolCall) -> list[str]:
        verdict = self.matcher.judge(Completion(text=arguments_text(call)))
        return [] if verdict.passed else [f"its arguments: {verdict.reason}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Schema:
    """A JSON Schema, or a pydantic model."""

    schema: MatchesSchema
    size: int = 1

    def problems(self, call: ToolCall) -> list[str]:
        text = arguments_text(call)
        return self.schema.rules.violations(FoundJSON(value=dict(call.arguments), text=text, where="its arguments"))


def arguments_text(call: ToolCall) -> str:
    """Write a call's arguments as JSON."""
    return json.dumps(dict(call.arguments), ensure_ascii=False, default=repr)


def is_unreadable(call: ToolCall) -> bool:
    """Tell whether the model wrote arguments that are not a JSON object."""
    return not call.arguments and call.raw_arguments.strip() not in {"", "{}"} and not _is_object(call.raw_arguments)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _problem(call: ToolCall, name: str, wanted: Any) -> str:
    """Say what is wrong with one argument, or nothing."""
    if name not in call.arguments:
        given = f"it has {listed(list(map(repr, call.arguments)))}" if call.arguments else "it has none"
        return f"no argument {name!r} ({given})"
    said = call.arguments[name]
    if isinstance(wanted, Matcher):
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=repr)
        verdict = wanted.judge(Completion(text=text))
        return "" if verdict.passed else f"{name}: {verdict.reason}"
    difference = next(Comparer().differences(wanted, said), None)
    return "" if difference is None else f"{name}{str(difference).removeprefix('$')}"


def _is_schema(args: Mapping[Any, Any]) -> bool:
    """Tell a JSON Schema from values by name: it says `type: object` and more, or `$schema`."""
    return "$schema" in args or (args.get("type") == "object" and not _SCHEMA_WORDS.isdisjoint(args))


def _name(name: object) -> str:
    if not isinstance(name, str) or not name:
        raise UsageError(f"calls_tool: args has the name {name!r}; expected an argument's name, as a str")
    return name


def _value(name: object, value: object) -> Any:
    return value if isinstance(value, Matcher) else json_value(f"calls_tool: args[{name!r}]", value)
