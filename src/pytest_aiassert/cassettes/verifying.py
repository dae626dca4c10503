"""Whether the SDKs that are installed now still read what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from pytest_aiassert.cassettes.exchange import Body, Exchange
from pytest_aiassert.cassettes.sdks import ResponseModels, models_for

if TYPE_CHECKING:
    from pydantic import BaseModel, TypeAdapter
    from pydantic_core import ErrorDetails

Change: TypeAlias = Literal["lost", "changed", "gained"]
State: TypeAlias = Literal["valid", "drifted", "unknown", "missing"]

_FIRST_ERROR: Final = 400
_CHANGES: Final[Mapping[str, Change]] = {"missing": "lost", "extra_forbidden": "gained"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A place where a recorded response and an SDK's model differ.

    `lost`: the model needs it and the recording lacks it. `changed`: the model refuses the value. `gained`: the
    recording has it and the model does not know it, which SDKs let pass.
    """

    change: Change
    place: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.change} {self.place}{f' ({self.detail})' if self.detail else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What an SDK says of one exchange.

    `unknown`: no known SDK sends such a request, or an error was recorded. `missing`: the SDK is not installed.
    """

    state: State
    sdk: str = ""
    drifts: tuple[Drift, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether nothing is lost or changed."""
        return all(drift.change == "gained" for drift in self.drifts)


def verify(exchange: Exchange) -> Verification:
    """Validate a recorded response against the response models of the SDK that is installed now."""
    models = models_for(exchange.request)
    if models is None or exchange.response.status >= _FIRST_ERROR:
        return Verification(state="unknown")
    try:
        sdk = f"{models.package} {version(models.package)}"
    except PackageNotFoundError:
        return Verification(state="missing", sdk=models.package)
    drifts = tuple(dict.fromkeys(_drifts(models, exchange.response.body)))
    return Verification(state="drifted" if drifts else "valid", sdk=sdk, drifts=drifts)


def _drifts(models: ResponseModels, body: Body) -> Iterator[Drift]:
    if body.events is not None:
        for position, event in enumerate(body.events):
            for value in _payloads(event.data):
                yield from _compare(models.event or models.reply, value, f"events[{position}]")
        return
    value = body.json
    if models.items:
        value = value.get(models.items) if isinstance(value, dict) else None
    if not models.items and not isinstance(value, list):
        yield from _compare(models.reply, value, "")
    elif isinstance(value, list):  # also a stream of Gemini's that came as one JSON array
        for position, item in enumerate(value):
            yield from _compare(models.reply, item, f"{models.items}[{position}]")
    else:
        yield Drift(change="lost", place=models.items)


def _payloads(event: str) -> Iterator[Any]:
    """Yield the JSON that an event carries, None for what should be JSON and is none; an end mark carries nothing."""
    data = [line.removeprefix("data:").strip() for line in event.splitlines() if line.startswith("data:")]
    text = "\n".join(data) if data else "" if event.startswith((":", "event:", "id:", "retry:")) else event.strip()
    if text in ("", "[DONE]"):
        return
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not (isinstance(value, dict) and value.get("type") == "ping"):  # SDKs drop a ping unread
        yield value


def _compare(name: str, value: Any, place: str) -> Iterator[Drift]:
    from pydantic import ValidationError

    try:
        model = _adapter(name).validate_python(value)
    except ValidationError as error:
        for problem in _of_the_kind_meant(error.errors(include_url=False, include_context=False, include_input=False)):
            steps = [step for step in problem["loc"] if not _is_branch(step)]
            change: Change = _CHANGES.get(problem["type"], "changed")
            yield Drift(change=change, place=_join(place, steps), detail=problem["msg"] if change == "changed" else "")
        return
    yield from _gained(model, value, place)


def _of_the_kind_meant(problems: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Yield the problems of the branch of a union that the value's `type` names, one where it names none."""
    other = {
        problem["loc"][:-1]
        for problem in problems
        if problem["type"] == "literal_error"
        and problem["loc"][-1] == "type"
        and len(problem["loc"]) > 1
        and _is_branch(problem["loc"][-2])
    }
    known = {
        loc[:end]
        for loc in (problem["loc"] for problem in problems)
        for end, step in enumerate(loc)
        if _is_branch(step) and (*loc[:end], step) not in other
    }
    told: set[tuple[str | int, ...]] = set()
    for problem in problems:
        loc = problem["loc"]
        ends = [end for end in range(1, len(loc)) if loc[:end] in other]
        if not ends:
            yield problem
            continue
        union = loc[: ends[0] - 1]
        if union not in known and union not in told:
            told.add(union)
            yield {**problem, "type": "unknown_kind", "loc": (*union, "type"), "msg": "of a kind that it does not know"}


@lru_cache(maxsize=32)
def _adapter(name: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    module, _, attribute = name.partition(":")
    return TypeAdapter(getattr(import_module(module), attribute))


def _gained(model: Any, value: Any, place: str) -> Iterator[Drift]:
    """Yield the fields of a value that the model read from it does not know."""
    from pydantic import BaseModel

    if isinstance(model, BaseModel) and isinstance(value, dict):
        names = _names(model)
        for key, item in value.items():
            if key in names:
                yield from _gained(getattr(model, names[key], None), item, _join(place, [key]))
            else:
                yield Drift(change="gained", place=_join(place, [key]))
    elif isinstance(model, list) and isinstance(value, list):
        for position, (one, item) in enumerate(zip(model, value, strict=False)):
            yield from _gained(one, item, f"{place}[{position}]")


def _names(model: BaseModel) -> dict[str, str]:
    """Return the attribute of each name by which a model's fields are sent."""
    names: dict[str, str] = {}
    for attribute, description in type(model).model_fields.items():
        names[attribute] = attribute
        if isinstance(description.validation_alias, str):
            names[description.validation_alias] = attribute
        if description.alias:
            names[description.alias] = attribute
    return names


def _is_branch(step: str | int) -> bool:
    """Whether a step names a branch of a union, which is no place in the JSON."""
    return isinstance(step, str) and (step[:1].isupper() or "[" in step or "." in step)


def _join(place: str, steps: Sequence[str | int]) -> str:
    for step in steps:
        place = f"{place}[{step}]" if isinstance(step, int) else f"{place}.{step}" if place else step
    return place or "body"
