"""What the `ai_eval` marker asks for, checked when tests are collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast, get_args

import pytest

from pytest_aiassert.case import Case
from pytest_aiassert.errors import UsageError
from pytest_aiassert.integration.naming import parameters_of
from pytest_aiassert.integration.settings import EvalSettings, Undecided
from pytest_aiassert.runs.rules import Rule, Stop, rule_for
from pytest_aiassert.wording import cut

CONFIDENCE: Final = 0.95

_KNOWN = ("samples", "min_pass_rate", "stop", "confidence", "tags", "weight", "provider", "cassette")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """How one marked test is run: `samples` trials, of which a share of at least `bar` must pass.

    `curtailed` trials stop once the outcome is decided; a recording goes on, so that other bars can be tried on it.
    With `stop="sequential"` the trials must show at a `confidence` that the pass rate is above the bar; where they
    show neither that nor the opposite, `undecided` says what becomes of the test.
    """

    samples: int = 1
    bar: float = 1.0
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    fingerprint: str = ""
    provider: str | None = None
    cassette: str | None = None
    curtailed: bool = True
    stop: Stop = "fixed"
    confidence: float = CONFIDENCE
    undecided: Undecided = "fail"

    @property
    def rule(self) -> Rule:
        """What decides whether the test has passed."""
        return rule_for(bar=self.bar, samples=self.samples, stop=self.stop, confidence=self.confidence)


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
    samples = _samples(item, said.get("samples", settings.samples))
    if samples > 1 and not (isinstance(item, pytest.Function) or case):
        raise _refuse(item, f"samples={samples}: only test functions and golden cases can be repeated")
    plan = TrialPlan(
        samples=samples,
        bar=_bar(item, case.min_pass_rate if case and case.min_pass_rate else said.get("min_pass_rate", 1.0)),
        tags=(*_tags(item, said.get("tags", ())), *(case.tags if case else ())),
        weight=_weight(item, said.get("weight", case.weight if case else 1.0)),
        fingerprint=case.fingerprint if case else "",
        provider=_text(item, "provider", said.get("provider")),
        cassette=_text(item, "cassette", said.get("cassette")),
        curtailed=settings.record == "none",
        stop=_stop(item, said.get("stop", "fixed")),
        confidence=_confidence(item, said.get("confidence", CONFIDENCE)),
        undecided=settings.undecided,
    )
    try:
        _ = plan.rule
    except UsageError as error:
        raise _refuse(item, str(error)) from error
    return plan


def _case_of(item: pytest.Item) -> Case | None:
    return next((value for value in parameters_of(item).values() if isinstance(value, Case)), None)


def _samples(item: pytest.Item, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _refuse(item, f"samples={cut(repr(value))} is not a whole number of at least 1")
    return value


def _bar(item: pytest.Item, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise _refuse(item, f"min_pass_rate={cut(repr(value))} is not above 0 and at most 1")
    return float(value)


def _stop(item: pytest.Item, value: Any) -> Stop:
    if value not in get_args(Stop):
        raise _refuse(item, f"stop={cut(repr(value))} is neither 'fixed' nor 'sequential'")
    return cast("Stop", value)


def _confidence(item: pytest.Item, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value < 1:  # noqa: PLR2004  a coin
        raise _refuse(item, f"confidence={cut(repr(value))} is not at least 0.5 and below 1")
    return float(value)


def _weight(item: pytest.Item, value: Any) -> float:
    try:
        weight = float("nan") if isinstance(value, bool) or not isinstance(value, int | float) else float(value)
    except OverflowError:  # a whole number of more than 308 digits
        weight = float("inf")
    if not 0 < weight < float("inf"):
        raise _refuse(item, f"weight={cut(repr(value))} is not a positive number")
    return weight


def _tags(item: pytest.Item, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple | set | frozenset) or not all(isinstance(tag, str) for tag in value):
        raise _refuse(item, f"tags={value!r} is not a list of names")
    return tuple(sorted(value) if isinstance(value, set | frozenset) else value)


def _text(item: pytest.Item, name: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value.strip() and "\0" not in value):
        raise _refuse(item, f"{name}={value!r} is not a text that names one")
    return value


def _refuse(item: pytest.Item, text: str) -> pytest.UsageError:
    return pytest.UsageError(f"{item.nodeid}: marker ai_eval {text}")
