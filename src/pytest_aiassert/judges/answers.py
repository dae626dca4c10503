"""Reading a judge's answer: strictly by its schema, and never by guess."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from pytest_aiassert.judges.rubric import Criterion, Scale
from pytest_aiassert.matchers.structure.found_json import values_in
from pytest_aiassert.wording import cut, plural

MOST_READ: Final = 100_000
"""Characters that an answer may have; no judgement needs as many."""


class UnusableError(Exception):
    """An answer cannot be used; the message says why, in words that a judge could act on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a judge says by one criterion, on the scale it was given."""

    criterion: Criterion
    value: float
    reason: str


def read_object(answer: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one JSON object in an answer that follows the schema; raises UnusableError.

    Prose and fences around it are passed over. Two different ones that fit are an error: one may be a quotation.
    """
    if len(answer) > MOST_READ:
        raise UnusableError(f"it has {plural(len(answer), 'character')}, more than {MOST_READ:,}")
    if not answer.strip():
        raise UnusableError("it is empty")
    decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
    found = [value for value, _, _ in values_in(answer, decoder, "{")]
    if not found:
        raise UnusableError("it holds no JSON object")
    fitting = [value for value in found if not _problem(value, schema)]
    if not fitting:
        raise UnusableError(_problem(found[-1], schema))
    if any(value != fitting[0] for value in fitting):
        raise UnusableError("it holds several JSON objects that differ, and any of them could be meant")
    chosen: dict[str, Any] = fitting[0]
    return chosen


def read_scores(value: Mapping[str, Any], criteria: Sequence[Criterion], scale: Scale) -> tuple[Score, ...]:
    """Return the scores of an object that follows its schema; raises UnusableError for one outside the scale."""
    scores: list[Score] = []
    for criterion in criteria:
        said = value[criterion.name] if criterion.name else value
        score = said["score"]
        if not scale.low <= score <= scale.high:
            by = f" by {criterion.name!r}" if criterion.name else ""
            raise UnusableError(f"it returned {cut(str(score), 40)}{by}, outside {scale}")
        scores.append(Score(criterion=criterion, value=float(score), reason=" ".join(said["reason"].split())))
    return tuple(scores)


def _problem(value: dict[str, Any], schema: Mapping[str, Any]) -> str:
    from jsonschema import Draft202012Validator

    error = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if error is None:
        return ""
    where = ".".join(str(step) for step in error.absolute_path)
    return f"{f'{where}: ' if where else ''}{cut(error.message, 200)}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says a key twice: which of the two is meant cannot be told."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands twice")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
