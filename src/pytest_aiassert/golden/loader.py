"""Reads a golden set, and names every problem of its file at once."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast, get_args

from assistant.messages import Message, Role
from pytest_aiassert.case import Case
from pytest_aiassert.errors import GoldenSetError, UsageError
from pytest_aiassert.golden.document import Located, read_document
from pytest_aiassert.golden.golden_set import GoldenSet
from pytest_aiassert.verdict import Checks
from pytest_aiassert.wording import did_you_mean

CheckBuilder: TypeAlias = Callable[[Any], Checks]

VERSION: Final = 1
SET_KEYS: Final = ("version", "name", "description", "parameters", "cases")
CASE_KEYS: Final = ("id", "prompt", "messages", "system", "checks", "tags", "weight", "min_pass_rate", "parameters")
MESSAGE_KEYS: Final = ("role", "content")
RESERVED_PARAMETERS: Final = ("messages", "model", "stream", "tools")
ID_PATTERN: Final = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$"

_ID: Final = re.compile(ID_PATTERN)


def load_golden(path: Path | str, *, build: CheckBuilder | None = None) -> GoldenSet:
    """Read a golden set from its folder or YAML file.

    `build` turns a check of the file into a matcher (default: `judges.registry.build_check`).
    Raises GoldenSetError that names file, line and case of every problem.
    """
    if build is None:
        from pytest_aiassert.judges.registry import build_check

        build = build_check
    return _Reader(_find(Path(path)), build).read()


def _find(path: Path) -> Path:
    if path.is_dir():
        file = path / "cases.yaml"
        if not file.is_file():
            raise GoldenSetError(f"{path} has no cases.yaml; name a golden set's folder or its YAML file")
        return file
    if not path.exists():
        beside = sorted(entry.name for entry in path.parent.iterdir()) if path.parent.is_dir() else []
        hint = did_you_mean(path.name, beside) or "name its folder or its YAML file"
        raise GoldenSetError(f"no golden set at {path}; {hint}")
    return path


class _Reader:
    """Reads one file; collects problems so that a person can mend them all in one go."""

    def __init__(self, path: Path, build: CheckBuilder) -> None:
        self.path = path
        self.build = build
        self.problems: list[tuple[int, str]] = []
        self.seen: dict[str, tuple[str, int]] = {}

    def read(self) -> GoldenSet:
        root = read_document(self.path, self.problem)
        golden = self._set(root)
        if self.problems:
            lines = [f"{self.path}:{line}: {message}" for line, message in sorted(self.problems)]
            head = f"{len(lines)} problems in {self.path}:\n" if len(lines) > 1 else ""
            raise GoldenSetError(head + "\n".join(lines))
        assert golden is not None
        return golden

    def problem(self, line: int, message: str) -> None:
        self.problems.append((line, message))

    def _set(self, root: Located) -> GoldenSet | None:
        if not isinstance(root.value, dict):
            self.problem(root.line, f"a golden set is a mapping with {_listed(SET_KEYS)}, not {_kind(root.value)}")
            return None
        self._keys(root, SET_KEYS, "")
        self._version(root)
        name = self._text(root, "name", "", default=self.path.parent.name)
        parameters = self._parameters(root, "")
        cases = root.items.get("cases")
        if cases is None or not cases.elements:
            line = cases.line if cases else root.line
            self.problem(line, "'cases' must be a list with at least one case")
            return None
        read = [self._case(case, parameters, position) for position, case in enumerate(cases.elements, 1)]
        return GoldenSet(
            name=name,
            description=self._text(root, "description", ""),
            version=VERSION,
            parameters=parameters,
            cases=tuple(case for case in read if case),
            path=self.path,
        )

    def _version(self, root: Located) -> None:
        version = root.items.get("version")
        if version is None:
            self.problem(root.line, f"'version' is missing; write version: {VERSION}")
        elif version.value is True or version.value != VERSION:
            self.problem(
                version.line,
                f"version {version.value!r} is not supported (this release reads {VERSION}); upgrade pytest-aiassert",
            )

    def _case(self, node: Located, defaults: Mapping[str, Any], position: int) -> Case | None:
        if not isinstance(node.value, dict):
            self.problem(node.line, f"case {position} must be a mapping with 'id', 'prompt' and 'checks'")
            return None
        before = len(self.problems)
        identity = self._identity(node, position)
        where = f"case {identity!r}: " if identity else f"case {position}: "
        self._keys(node, CASE_KEYS, where)
        messages = self._messages(node, where)
        checks = self._checks(node, where)
        tags = self._tags(node, where)
        weight = self._number(node, "weight", where, default=1.0)
        if weight is not None and not 0 < weight < math.inf:
            self.problem(node.items["weight"].line, f"{where}'weight' is {weight:g}; it must be more than 0")
        bar = self._number(node, "min_pass_rate", where, default=None)
        if bar is not None and not 0 < bar <= 1:
            line = node.items["min_pass_rate"].line
            self.problem(line, f"{where}'min_pass_rate' is {bar:g}; it must be more than 0 and at most 1")
        parameters = {**defaults, **self._parameters(node, where)}
        if len(self.problems) > before:
            return None
        return Case(
            id=identity,
            messages=messages,
            checks=checks,
            tags=tags,
            weight=weight or 1.0,
            min_pass_rate=bar,
            parameters=parameters,
        )

    def _identity(self, node: Located, position: int) -> str:
        item = node.items.get("id")
        if item is None:
            self.problem(node.line, f"case {position} has no 'id'")
            return ""
        identity = item.value
        if not isinstance(identity, str):
            self.problem(item.line, f"case {position}: 'id' must be text, not {_kind(identity)}; put it in quotes")
            return ""
        if not _ID.match(identity):
            self.problem(
                item.line,
                f"case {identity!r}: an id names files, so it has letters, digits, '-', '_' and '.', at most 100, "
                "starts with a letter or digit and does not end with '.'",
            )
            return identity
        if identity.casefold() in self.seen:
            first, line = self.seen[identity.casefold()]
            same = "is used twice" if first == identity else f"differs from {first!r} in case only"
            self.problem(item.line, f"case {identity!r}: the id {same}, first in line {line}; rename one")
        self.seen.setdefault(identity.casefold(), (identity, item.line))
        return identity

    def _messages(self, node: Located, where: str) -> tuple[Message, ...]:
        prompt, turns = node.items.get("prompt"), node.items.get("messages")
        if (prompt is None) == (turns is None):
            self.problem(node.line, f"{where}needs exactly one of 'prompt' and 'messages'")
            return ()
        system = self._text(node, "system", where)
        head = (Message(role="system", content=system),) if system else ()
        if turns is None:
            return (*head, Message(role="user", content=self._text(node, "prompt", where)))
        if not turns.elements:
            self.problem(turns.line, f"{where}'messages' must be a list of {{role, content}}")
        messages = tuple(m for m in (self._message(turn, where) for turn in turns.elements) if m)
        if turns.elements and not any(m.role == "user" for m in messages):
            self.problem(turns.line, f"{where}'messages' has no message with role user")
        return (*head, *messages)

    def _message(self, node: Located, where: str) -> Message | None:
        if not isinstance(node.value, dict):
            self.problem(node.line, f"{where}a message is a mapping with 'role' and 'content', not {_kind(node.value)}")
            return None
        self._keys(node, MESSAGE_KEYS, where)
        role = node.value.get("role")
        if role not in get_args(Role):
            self.problem(node.line, f"{where}role {role!r} is unknown; use one of {_listed(get_args(Role))}")
            return None
        return Message(role=cast("Role", role), content=self._text(node, "content", where, required=True))

    def _checks(self, node: Located, where: str) -> tuple[Checks, ...]:
        item = node.items.get("checks")
        if item is None or not item.elements:
            self.problem(item.line if item else node.line, f"{where}'checks' must be a list with at least one matcher")
            return ()
        checks: list[Checks] = []
        for element in item.elements:
            try:
                checks.append(self.build(element.value))
            except UsageError as error:
                self.problem(element.line, f"{where}{error}")
        return tuple(checks)

    def _tags(self, node: Located, where: str) -> tuple[str, ...]:
        item = node.items.get("tags")
        if item is None:
            return ()
        if not isinstance(item.value, list):
            self.problem(item.line, f"{where}'tags' must be a list, not {_kind(item.value)}")
            return ()
        for element in item.elements:
            if not isinstance(element.value, str) or not element.value.strip():
                self.problem(element.line, f"{where}a tag must be text, not {_kind(element.value)}; put it in quotes")
        return tuple(dict.fromkeys(tag for tag in item.value if isinstance(tag, str)))

    def _parameters(self, node: Located, where: str) -> dict[str, Any]:
        item = node.items.get("parameters")
        if item is None:
            return {}
        if not isinstance(item.value, dict):
            self.problem(item.line, f"{where}'parameters' must be a mapping, not {_kind(item.value)}")
            return {}
        for key in item.items:
            if key in RESERVED_PARAMETERS:
                self.problem(item.items[key].line, f"{where}'parameters' cannot set {key!r}; the provider does")
        return dict(item.value)

    def _number(self, node: Located, key: str, where: str, *, default: float | None) -> float | None:
        item = node.items.get(key)
        if item is None:
            return default
        try:
            number = math.nan if isinstance(item.value, bool | str) else float(item.value)
        except TypeError:
            number = math.nan
        except OverflowError:  # a whole number of more than 308 digits
            number = math.inf
        if math.isnan(number):
            self.problem(item.line, f"{where}{key!r} must be a number, not {_kind(item.value)}")
            return default
        return number

    def _text(self, node: Located, key: str, where: str, *, default: str = "", required: bool = False) -> str:
        item = node.items.get(key)
        if item is None:
            if required:
                self.problem(node.line, f"{where}{key!r} is missing")
            return default
        if not isinstance(item.value, str):
            self.problem(item.line, f"{where}{key!r} must be text, not {_kind(item.value)}; put it in quotes")
            return default
        if key in ("prompt", "name") and not item.value.strip():
            self.problem(item.line, f"{where}{key!r} is empty")
        return item.value

    def _keys(self, node: Located, allowed: Iterable[str], where: str) -> None:
        allowed = tuple(allowed)
        for key, item in node.items.items():
            if key not in allowed:
                hint = did_you_mean(key, allowed) or f"allowed are {_listed(allowed)}"
                self.problem(item.line, f"{where}unknown key {key!r}; {hint}")


def _kind(value: object) -> str:
    names: dict[type, str] = {
        dict: "a mapping",
        list: "a list",
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    if value is None:
        return "nothing"
    name = names.get(type(value), type(value).__name__)
    return f"{name} ({value!r})" if isinstance(value, str | int | float) else name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
