"""What the `ai_eval` marker asks for, checked when tests are collected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pytest_aiassert.case import Case
from pytest_aiassert.errors import UsageError
from pytest_aiassert.integration.settings import EvalSettings

MODEL_PARAMETER = "ai_model"
"""The parameter that tells the clones of a test apart where several providers are asked."""

_KNOWN = ("samples", "min_pass_rate", "tags", "weight", "provider", "cassette")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """How one marked test is run: `samples` trials, of which a share of at least `bar` must pass.

    `curtailed` trials stop once the outcome is decided; a recording goes on, so that other bars can be tried on it.
    """

    samples: int = 1
    bar: float = 1.0
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    fingerprint: str = ""
    provider: str | None = None
    cassette: str | None = None
    curtailed: bool = True


def plan_for(item: pytest.Item, settings: EvalSettings) -> TrialPlan | None:
    """Read the item's ai_eval markers, the closest first; raises pytest.UsageError naming test and argument."""
    said: dict[str, Any] = {}
    found = False
    for marker in item.iter_markers("ai_eval"):
        found = True
        if marker.args:
            raise _refuse(item, f"takes keyword arguments only, got {marker.args[0]!r}")
        for name, value in marker.kwargs.items():
            if name not in _KNOWN:
                raise _refuse(item, f"has no argument {name!r}; it takes {', '.join(_KNOWN)}")
            said.setdefault(name, value)
    if not found:
        return None
    case = _case_of(item)
    return TrialPlan(
        samples=_samples(item, said.get("samples", settings.samples)),
        bar=_bar(item, case.min_pass_rate if case and case.min_pass_rate else said.get("min_pass_rate", 1.0)),
        tags=(*_tags(item, said.get("tags", ())), *(case.tags if case else ())),
        weight=_weight(item, said.get("weight", case.weight if case else 1.0)),
        fingerprint=case.fingerprint if case else "",
        provider=said.get("provider"),
        cassette=said.get("cassette"),
        curtailed=settings.record == "none",
    )


def case_id(item: pytest.Item) -> str:
    """Return the item's node id without the model's name, so that models can be compared."""
    spec = _parameters(item).get(MODEL_PARAMETER)
    if spec is None:
        return item.nodeid
    short = short_name(spec)
    if item.nodeid.endswith(f"-{short}]"):
        return item.nodeid.removesuffix(f"-{short}]") + "]"
    return item.nodeid.removesuffix(f"[{short}]")


def short_name(spec: str) -> str:
    """Return a provider spec's model name: what follows `replay:` or the last colon of a live one."""
    return spec.rpartition(":")[2] or spec


def cassette_path(item: pytest.Item, plan: TrialPlan | None, model: str) -> Path:
    """Return where the item's recorded replies lie: `cassettes/<module>/<test>.json` beside its file.

    The marker's `cassette` is a path from the test's folder; it may name `{model}` and the test's parameters.
    Raises UsageError where these do not fill it in.
    """
    folder = item.path.parent
    if plan is None or plan.cassette is None:
        name = case_id(item).split("::", 1)[-1].replace("::", ".")
        return folder / "cassettes" / item.path.stem / f"{_safe(name)}.json"
    named = f"{item.nodeid}: marker ai_eval cassette={plan.cassette!r}"
    if "{model}" in plan.cassette and not model:
        raise UsageError(f"{named} needs a model: use --ai-provider replay:MODEL")
    try:
        return folder / plan.cassette.format(**_parameters(item), model=_safe(model))
    except (KeyError, IndexError, AttributeError, ValueError) as error:
        raise UsageError(f"{named} cannot be filled in: {type(error).__name__}: {error}") from error


def _case_of(item: pytest.Item) -> Case | None:
    return next((value for value in _parameters(item).values() if isinstance(value, Case)), None)


def _parameters(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec is not None else {}


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-[]" else "-" for c in name)


def _samples(item: pytest.Item, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _refuse(item, f"samples={value!r} is not a whole number of at least 1")
    return value


def _bar(item: pytest.Item, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise _refuse(item, f"min_pass_rate={value!r} is not above 0 and at most 1")
    return float(value)


def _weight(item: pytest.Item, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise _refuse(item, f"weight={value!r} is not a positive number")
    return float(value)


def _tags(item: pytest.Item, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not all(isinstance(tag, str) for tag in value):
        raise _refuse(item, f"tags={value!r} is not a list of names")
    return tuple(value)


def _refuse(item: pytest.Item, text: str) -> pytest.UsageError:
    return pytest.UsageError(f"{item.nodeid}: marker ai_eval {text}")
