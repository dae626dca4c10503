"""A matcher that holds a reply's JSON against a JSON Schema or a pydantic model."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assistant.messages import Completion
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import nothing_in, shown
from pytest_aiassert.matchers.structure.found_json import FoundJSON, find_json
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut, plural

if TYPE_CHECKING:
    from pydantic import BaseModel

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_MOST_LISTED = 10


class _Rules(Protocol):
    """What a reply's JSON is held against."""

    def violations(self, found: FoundJSON) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class MatchesSchema(Matcher):
    """Passes where the reply's JSON is valid; made by `matches_schema`."""

    name: str
    rules: _Rules

    def judge(self, reply: Completion) -> Verdict:
        """Find JSON and validate it; the score falls with the number of violations."""
        found = find_json(reply.text)
        if isinstance(found, str):
            evidence = (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
            reason = found if reply.text.strip() else f"no JSON: {nothing_in(reply)}"
            return self.verdict(passed=False, reason=reason, evidence=evidence)
        violations = self.rules.violations(found)
        evidence = (Evidence(title=found.where, text=shown(found.text), language="json"),)
        if not violations:
            return self.verdict(passed=True, reason=f"{found.where} is valid", evidence=evidence)
        listed = "; ".join(violations[:_MOST_LISTED])
        more = f"; and {len(violations) - _MOST_LISTED} more" if len(violations) > _MOST_LISTED else ""
        reason = f"{found.where} has {plural(len(violations), 'violation')}: {listed}{more}"
        return self.verdict(passed=False, reason=reason, score=0.5 ** len(violations), evidence=evidence)

    def __repr__(self) -> str:
        return f"matches_schema({self.name})"


def matches_schema(schema: Mapping[str, Any] | type[BaseModel]) -> MatchesSchema:
    """Pass where the reply holds JSON that fits a JSON Schema or pydantic model.

    JSON is taken from a fenced block, the whole reply, or the first object or array in prose. A schema is Draft
    2020-12 unless its `$schema` says otherwise; nothing is fetched. The score halves with each violation.
    Raises UsageError for a schema that is not valid itself or refers to what it does not contain.
    """
    return _matcher(schema)


def _matcher(schema: object) -> MatchesSchema:
    if isinstance(schema, Mapping):
        own = copy.deepcopy(dict(schema))
        return MatchesSchema(name=repr(own), rules=_JSONSchema(_validator(own)))
    if isinstance(schema, type):
        from pydantic import BaseModel

        if issubclass(schema, BaseModel):
            return MatchesSchema(name=schema.__name__, rules=_Model(schema))
    raise UsageError(
        f"matches_schema: schema is {cut(repr(schema))}; expected a JSON Schema as a mapping, or a pydantic model class"
    )


class _JSONSchema:
    def __init__(self, validator: Any) -> None:
        self._validator = validator

    def violations(self, found: FoundJSON) -> list[str]:
        try:
            errors = sorted(self._validator.iter_errors(found.value), key=lambda error: [str(p) for p in error.path])
        except RecursionError as error:
            raise CannotJudgeError(
                "matches_schema: the schema refers to itself without end, or the reply's JSON is nested too deeply"
            ) from error
        return [f"{_path(error.absolute_path)}: {cut(_said(error))}" for error in errors]


class _Model:
    def __init__(self, model: type[BaseModel]) -> None:
        self._model = model

    def violations(self, found: FoundJSON) -> list[str]:
        from pydantic import ValidationError

        try:
            self._model.model_validate_json(found.text)
        except ValidationError as error:
            return [f"{_path(each['loc'])}: {cut(each['msg'])}" for each in error.errors(include_url=False)]
        return []


def _said(error: Any) -> str:
    return f"{error.message}, not {error.instance!r}" if error.validator == "const" else str(error.message)


def _validator(schema: dict[str, Any]) -> Any:
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry
    from referencing.jsonschema import UnknownDialect, specification_with

    dialect = str(schema.get("$schema", _DRAFT))
    try:
        specification = specification_with(dialect)
        kind: Any = validator_for(schema, default=Draft202012Validator)
        kind.check_schema(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    except UnknownDialect as error:
        raise UsageError(f"matches_schema: the schema's $schema is {dialect!r}, an unknown dialect") from error
    except SchemaError as error:
        raise UsageError(
            f"matches_schema: the schema is not valid at {_path(error.path)}: {cut(error.message)}"
        ) from error
    except (RecursionError, TypeError, AttributeError) as error:  # keys that are no strings, or endless nesting
        raise UsageError(f"matches_schema: the schema is not JSON: {error}") from error
    registry: Any = Registry()  # jsonschema's own default would fetch references
    _require_references(schema, registry.resolver_with_root(specification.create_resource(schema)))
    return kind(schema, registry=registry)


def _require_references(schema: dict[str, Any], resolver: Any) -> None:
    from referencing.exceptions import Unresolvable

    for reference in _references(schema):
        try:
            resolver.lookup(reference)
        except Unresolvable as error:
            raise UsageError(
                f"matches_schema: the schema refers to {reference!r}, which it does not contain"
            ) from error


def _references(schema: Any) -> Iterator[str]:
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            yield from (value for key, value in each.items() if key == "$ref" and isinstance(value, str))
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _path(parts: Iterable[Any]) -> str:
    """Write a path as JSONPath does: `$.languages[0]`."""
    path = "$"
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if re.fullmatch(r"\w+", str(part)) else f"[{str(part)!r}]"
    return path
