"""Matchers of a reply's JSON: is there any, and is it a given value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from assistant.messages import Completion
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import flag, number
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.describing import nothing_in, shown, source
from pytest_aiassert.matchers.structure.differences import Comparer, Difference, read_pattern
from pytest_aiassert.matchers.structure.found_json import FoundJSON, find_json
from pytest_aiassert.matchers.text.passages import without_fences
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import cut, plural

_MOST_LISTED = 10
_MOST_COUNTED = 1_000
_DEEPEST = 100
_QUOTED = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class HasJSON(Matcher):
    """Passes where the reply holds JSON; made by `has_json`."""

    def judge(self, reply: Completion) -> Verdict:
        """Find valid JSON."""
        found = find_json(reply.text)
        if isinstance(found, FoundJSON) and found.in_prose:
            found = find_json(without_fences(reply.text))
        if isinstance(found, str):
            return _without_json(self, found, reply)
        if found.in_prose and not found.is_telling:
            return _without_json(self, f"no JSON in the reply but {cut(found.text, _QUOTED)!r} amid prose", reply)
        kind = {dict: "an object", list: "a list", str: "a string", bool: "true or false"}.get(type(found.value))
        kind = kind or ("null" if found.value is None else "a number")
        return self.verdict(passed=True, reason=f"{found.where} is {kind}", evidence=(_evidence(found),))

    def __repr__(self) -> str:
        return "has_json()"


def has_json() -> HasJSON:
    """Pass where the reply holds valid JSON.

    JSON is taken from a fenced block, the whole reply, or the first object or list in prose that holds more than
    numbers; the `[1]` of a footnote and lists within code do not count.
    """
    return HasJSON()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class JSONEquals(Matcher):
    """Passes where the reply's JSON is a value; made by `json_equals`."""

    value: Any
    ignore: tuple[str, ...] = ()
    comparer: Comparer

    def judge(self, reply: Completion) -> Verdict:
        """Find JSON and compare it; the score halves with each difference."""
        found = find_json(reply.text)
        if isinstance(found, str):
            return _without_json(self, found, reply)
        try:
            differences = list(islice(self.comparer.differences(self.value, found.value), _MOST_COUNTED))
            told = _told(differences)
        except RecursionError:
            return self.verdict(
                passed=False, reason=f"{found.where} is nested too deeply", evidence=(_evidence(found),)
            )
        if not differences:
            reason = f"{found.where} is equal{' but for what is ignored' if self.ignore else ''}"
            return self.verdict(passed=True, reason=reason, evidence=(_evidence(found),))
        reason = f"{found.where} has {told}"
        expected = Evidence(
            title="expected",
            text=shown(json.dumps(self.value, ensure_ascii=False, indent=2)),
            language="json",
        )
        score = 0.5 ** len(differences)
        return self.verdict(passed=False, reason=reason, score=score, evidence=(_evidence(found), expected))

    def __repr__(self) -> str:
        options = {
            "ignore": list(self.ignore),
            "tolerance": self.comparer.tolerance,
            "ignore_order": self.comparer.ignore_order,
        }
        return source("json_equals", self.value, **{name: value for name, value in options.items() if value})


def json_equals(
    value: Any, *, ignore: Sequence[str] = (), tolerance: float = 0.0, ignore_order: bool = False
) -> JSONEquals:
    """Pass where the reply's JSON is `value`: the same keys, items and values.

    `ignore` holds paths such as `$.created`, `$.items[*].id` or `$..id`, which leave out what is below them.
    `tolerance` is the largest difference between numbers. With `ignore_order`, lists are equal in any order; with
    `ignore` or `tolerance` besides, items that are near but not equal are paired in lists of up to some 300. The
    score halves with each difference. Raises UsageError for a value that JSON cannot hold, and for paths that are none.
    """
    paths = _paths(ignore)
    patterns = tuple(pattern for path in paths if (pattern := read_pattern(path)) is not None)
    comparer = Comparer(
        ignore=patterns,
        tolerance=number("json_equals: tolerance", tolerance),
        ignore_order=flag("json_equals: ignore_order", ignore_order),
    )
    return JSONEquals(value=json_value("json_equals: value", value), ignore=paths, comparer=comparer)


def json_value(where: str, value: object) -> Any:
    """Return a copy of a value that JSON can hold, tuples as lists; raises UsageError."""
    return _plain(where, value, depth=0)


def _plain(where: str, value: object, depth: int) -> Any:
    if depth > _DEEPEST:
        raise UsageError(f"{cut(where, 80)} is nested more than {_DEEPEST} levels deep, or holds itself")
    if isinstance(value, Mapping):
        odd = next((key for key in value if not isinstance(key, str)), None)
        if odd is not None:
            raise UsageError(f"{where} has the key {odd!r}; keys of JSON are str")
        return {str(key): _plain(f"{where}[{key!r}]", inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(f"{where}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{where} is {value!r}, which JSON cannot hold; expected a finite number")
    if value is not None and not isinstance(value, (str, int, float, bool)):
        raise UsageError(
            f"{where} is {cut(repr(value), 80)}, which JSON cannot hold; "
            "expected a dict, list, str, number, bool or None"
        )
    return value


def _paths(ignore: object) -> tuple[str, ...]:
    if isinstance(ignore, str):
        ignore = (ignore,)
    if not isinstance(ignore, (list, tuple, set, frozenset)):
        raise UsageError(f"json_equals: ignore is {ignore!r}; expected paths, such as ['$.created', '$.items[*].id']")
    for path in ignore:
        if not isinstance(path, str) or read_pattern(path) is None:
            raise UsageError(
                f"json_equals: ignore has {path!r}, which is no path; expected one such as '$.items[*].id' or '$..id'"
            )
    return tuple(str(path) for path in ignore)


def _told(differences: list[Difference]) -> str:
    listed = "; ".join(str(each) for each in differences[:_MOST_LISTED])
    more = f"; and {len(differences) - _MOST_LISTED:,} more" if len(differences) > _MOST_LISTED else ""
    count = plural(len(differences), "difference")
    return f"{'at least ' if len(differences) == _MOST_COUNTED else ''}{count}: {listed}{more}"


def _without_json(matcher: Matcher, problem: str, reply: Completion) -> Verdict:
    evidence = (Evidence(title="reply", text=shown(reply.text)),) if reply.text else ()
    reason = problem if reply.text.strip() else f"no JSON: {nothing_in(reply)}"
    return matcher.verdict(passed=False, reason=reason, evidence=evidence)


def _evidence(found: FoundJSON) -> Evidence:
    return Evidence(title=found.where, text=shown(found.text), language="json")
