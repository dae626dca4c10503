"""How two JSON values differ, place by place, with tolerance and with places left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from pytest_aiassert.wording import cut

Step: TypeAlias = str | int
"""A key of an object, or a place in a list."""
Pattern: TypeAlias = tuple[Step | None, ...]
"""Steps of a path; None stands for any step, and "" for any number of steps."""

_QUOTED: Final = 60
_MOST_COMPARED: Final = 100_000  # pairs of items in one list
_STEP = re.compile(
    r"\.\.|\.?\*|\.?(?P<key>[^\W\d][\w-]*)|\[(?:(?P<index>\d{1,9})|\*|'(?P<single>[^']+)'|\"(?P<double>[^\"]+)\")\]"
)
ANY_DEPTH: Final = ""


class _Absent:
    """Stands where one side has nothing."""


_ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where two values differ; it prints as `$.items[1].price 3 → 4`."""

    path: str
    wanted: Any
    said: Any

    def __str__(self) -> str:
        if isinstance(self.said, _Absent):
            return f"{self.path} is missing ({_quoted(self.wanted)} expected)"
        if isinstance(self.wanted, _Absent):
            return f"{self.path} is not expected ({_quoted(self.said)})"
        return f"{self.path} {_quoted(self.wanted)} → {_quoted(self.said)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparer:
    """How values are compared: paths to leave out, a tolerance for numbers, and whether the order of lists counts."""

    ignore: tuple[Pattern, ...] = ()
    tolerance: float = 0.0
    ignore_order: bool = False

    def differences(self, wanted: Any, said: Any) -> Iterator[Difference]:
        """Yield where two JSON values differ, as deep down as it can be named; raises RecursionError."""
        yield from self._compare((), wanted, said)

    def _compare(self, path: tuple[Step, ...], wanted: Any, said: Any) -> Iterator[Difference]:
        if any(_covers(pattern, path) for pattern in self.ignore):
            return
        if isinstance(wanted, Mapping) and isinstance(said, Mapping):
            for key in [*wanted, *(key for key in said if key not in wanted)]:
                yield from self._compare((*path, key), wanted.get(key, _ABSENT), said.get(key, _ABSENT))
        elif isinstance(wanted, (list, tuple)) and isinstance(said, (list, tuple)):
            yield from self._compare_lists(path, wanted, said)
        elif not self._same(wanted, said):
            yield Difference(path=written(path), wanted=wanted, said=said)

    def _compare_lists(
        self, path: tuple[Step, ...], wanted: Sequence[Any], said: Sequence[Any]
    ) -> Iterator[Difference]:
        left, right = list(enumerate(wanted)), list(enumerate(said))
        if self.ignore_order:
            left, right = self._unpaired(path, wanted, said)
        for (index, value), (other, found) in zip_longest(left, right, fillvalue=(-1, _ABSENT)):
            yield from self._compare((*path, other if index < 0 else index), value, found)

    def _unpaired(
        self, path: tuple[Step, ...], wanted: Sequence[Any], said: Sequence[Any]
    ) -> tuple[list[tuple[int, Any]], list[tuple[int, Any]]]:
        """Return what is left of two lists when as many items as can be are paired with their equals."""
        partner = _equals_paired(wanted, said)
        if self.tolerance or self.ignore:
            self._pair_alike(path, wanted, said, partner)
        taken = set(partner.values())
        missing = [(index, value) for index, value in enumerate(wanted) if index not in partner]
        return missing, [(index, value) for index, value in enumerate(said) if index not in taken]

    def _pair_alike(
        self, path: tuple[Step, ...], wanted: Sequence[Any], said: Sequence[Any], partner: dict[int, int]
    ) -> None:
        """Pair what is left with what is near enough, moving earlier pairs where that helps (augmenting paths)."""
        near: dict[int, list[int]] = {}
        owner = {other: index for index, other in partner.items()}
        allowed = _MOST_COMPARED // max(len(said), 1)
        for start in [index for index in range(len(wanted)) if index not in partner]:
            came: dict[int, int] = {}
            waiting, end = [start], -1
            while waiting and end < 0:
                index = waiting.pop()
                if index not in near:
                    if len(near) >= allowed:
                        return
                    place = (*path, index)
                    near[index] = [
                        other
                        for other, value in enumerate(said)
                        if next(self._compare(place, wanted[index], value), None) is None
                    ]
                for other in near[index]:
                    if other in came:
                        continue
                    came[other] = index
                    if other not in owner:
                        end = other
                        break
                    waiting.append(owner[other])
            while end >= 0:
                index = came[end]
                before = partner.get(index, -1)
                partner[index], owner[end] = end, index
                end = before

    def _same(self, wanted: Any, said: Any) -> bool:
        if _is_number(wanted) and _is_number(said):
            return bool(wanted == said) or _is_near(wanted, said, self.tolerance)
        return type(wanted) is type(said) and bool(wanted == said)


def _equals_paired(wanted: Sequence[Any], said: Sequence[Any]) -> dict[int, int]:
    """Pair places of two lists whose items are equal in any order, however long the lists are."""
    places: dict[Any, list[int]] = {}
    for other, value in enumerate(said):
        places.setdefault(_key(value), []).append(other)
    for others in places.values():
        others.reverse()
    return {index: found.pop() for index, value in enumerate(wanted) if (found := places.get(_key(value)))}


def _key(value: Any) -> Any:
    """Return what two values share exactly where they are equal, the order of lists aside."""
    if isinstance(value, Mapping):
        return ("{", tuple((key, _key(value[key])) for key in sorted(value)))
    if isinstance(value, (list, tuple)):
        return ("[", tuple(sorted(map(_key, value), key=repr)))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return ("#", value) if _is_number(value) else (type(value).__name__, value)


def read_pattern(text: str) -> Pattern | None:
    """Read a path such as `$.items[*].id` or `$..id`; None where it is no path."""
    steps: list[Step | None] = []
    position = 1 if text.startswith("$") else 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            return None
        if match.group() == "..":
            steps.append(ANY_DEPTH)
        elif match["index"]:
            steps.append(int(match["index"]))
        else:
            steps.append(match["key"] or match["single"] or match["double"])
        position = match.end()
    return tuple(steps) if steps and steps[-1] != ANY_DEPTH else None


def written(path: Sequence[Step]) -> str:
    """Write a path as JSONPath does: `$.languages[0]`."""
    pieces = ["$"]
    for step in path:
        if isinstance(step, int):
            pieces.append(f"[{step}]")
        else:
            pieces.append(f".{step}" if re.fullmatch(r"\w+", step) else f"[{step!r}]")
    return "".join(pieces)


def _covers(pattern: Pattern, path: tuple[Step, ...]) -> bool:
    """Tell whether a pattern names just this place."""
    if not pattern:
        return not path
    if pattern[0] == ANY_DEPTH:
        return any(_covers(pattern[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and pattern[0] in {None, path[0]} and _covers(pattern[1:], path[1:])


def _is_near(wanted: float, said: float, tolerance: float) -> bool:
    try:
        return abs(wanted - said) <= tolerance
    except OverflowError:  # a whole number too large for a float
        return False


def _quoted(value: Any) -> str:
    return cut(json.dumps(value, ensure_ascii=False, default=repr), _QUOTED)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
