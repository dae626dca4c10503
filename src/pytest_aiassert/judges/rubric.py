"""The rubric: what a judge is to look for, and the scale it answers on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.arguments import number, text
from pytest_aiassert.wording import cut, known_names

_KEYS = ("name", "text", "weight")
_PAIR = 2
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that a judge scores by itself; only the ratio of weights counts."""

    name: str
    text: str
    weight: float = 1.0


Rubric: TypeAlias = str | Mapping[str, str] | Iterable[Criterion | Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The numbers a judge may answer, bounds included; `whole` allows whole numbers only."""

    low: float
    high: float

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant: the bounds are whole, and more lies between them."""
        return float(self.low).is_integer() and float(self.high).is_integer() and self.high - self.low > 1

    def share(self, score: float) -> float:
        """Return where a score lies, 0 for the lowest and 1 for the highest."""
        return (score - self.low) / (self.high - self.low)

    def __str__(self) -> str:
        return f"{self.low:g}–{self.high:g}"


def read_rubric(where: str, rubric: object) -> tuple[Criterion, ...]:
    """Return the criteria of a rubric; a plain text is one without a name.

    Raises UsageError for empty texts, names that are used twice, and weights that are negative or all zero.
    """
    if isinstance(rubric, str):
        return (Criterion(name="", text=_filled(f"{where}: rubric", rubric)),)
    if isinstance(rubric, Mapping):
        given: list[object] = [{"name": name, "text": said} for name, said in rubric.items()]
    elif isinstance(rubric, Iterable) and not isinstance(rubric, bytes):
        given = list(rubric)
    else:
        raise UsageError(f"{where}: rubric is {cut(repr(rubric), 80)}; expected a text, or a list of criteria")
    criteria = tuple(_criterion(f"{where}: criterion {place}", value) for place, value in enumerate(given, 1))
    if not criteria:
        raise UsageError(f"{where}: rubric has no criterion; expected a text, or a list of criteria")
    names = [criterion.name.casefold() for criterion in criteria]
    twice = next((criterion.name for criterion in criteria if names.count(criterion.name.casefold()) > 1), None)
    if twice is not None:
        raise UsageError(f"{where}: two criteria are named {twice!r}; a score could not be told from the other")
    if not any(criterion.weight > 0 for criterion in criteria):
        raise UsageError(f"{where}: the weights of the criteria are all zero; give at least one a weight")
    return criteria


def read_scale(where: str, scale: object) -> Scale:
    """Return a scale from its two bounds; raises UsageError where they are not two numbers that rise."""
    bounds = list(scale) if isinstance(scale, (tuple, list)) else []
    if len(bounds) != _PAIR or not all(_is_number(bound) for bound in bounds) or bounds[0] >= bounds[1]:
        raise UsageError(f"{where}: scale is {cut(repr(scale), 80)}; expected two numbers that rise, such as (1, 5)")
    return Scale(low=bounds[0], high=bounds[1])


def read_threshold(where: str, threshold: object, scale: Scale) -> float:
    """Return the score that passes, on the scale; raises UsageError for one outside it, or that all reach."""
    if threshold is None:
        return round(scale.low + 0.7 * (scale.high - scale.low), 9)
    if not _is_number(threshold):
        raise UsageError(f"{where}: threshold is {cut(repr(threshold), 80)}; expected a number on the scale {scale}")
    assert isinstance(threshold, (int, float))
    if not scale.low < threshold <= scale.high:
        why = "every score reaches it" if threshold <= scale.low else "no score reaches it"
        raise UsageError(f"{where}: threshold is {threshold:g}, and {why} on the scale {scale}")
    return threshold


def _criterion(where: str, value: object) -> Criterion:
    if isinstance(value, Criterion):
        value = {"name": value.name, "text": value.text, "weight": value.weight}
    if not isinstance(value, Mapping):
        raise UsageError(f"{where} is {cut(repr(value), 80)}; expected name, text and weight")
    for key in value:
        if key not in _KEYS:
            raise UsageError(f"{where} has {key!r}; {known_names(str(key), _KEYS)}")
    name = _filled(f"{where}: name", value.get("name"))
    if len(name) > _LONGEST_NAME or not name.isprintable() or '"' in name or "\\" in name:
        raise UsageError(f"{where}: name is {cut(repr(name), 80)}; expected a few words without quotes")
    weight = number(f"{where}: weight", value.get("weight", 1.0))
    return Criterion(name=name, text=_filled(f"{where}: text", value.get("text")), weight=weight)


def _filled(where: str, value: object) -> str:
    words = text(where, value).strip()
    if not words:
        raise UsageError(f"{where} is empty; say what a good reply does")
    return words


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
