"""The session's settings: command line before ini file before environment."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

import pytest

from pytest_aiassert.cassettes.modes import RECORD_MODES

if TYPE_CHECKING:
    from pytest_aiassert.cassettes import RecordMode

FailOn: TypeAlias = Literal["failure", "regression", "never"]

REPORT_SUFFIXES = (".html", ".md", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSettings:
    """What --ai-… options came to; `budget` is in US dollars, paths are absolute."""

    providers: tuple[str, ...] = ("replay",)
    record: RecordMode = "none"
    samples: int = 1
    reports: tuple[Path, ...] = ()
    save_run: Path | None = None
    baseline: Path | None = None
    fail_on: FailOn = "failure"
    budget: float | None = None
    allow_network: bool = False


def read_settings(config: pytest.Config) -> EvalSettings:
    """Collect and check every option; raises pytest.UsageError naming the option and what it allows."""
    here = config.invocation_params.dir
    settings = EvalSettings(
        providers=tuple(_list(_said(config, "ai-provider"))) or ("replay",),
        record=cast("RecordMode", _said(config, "ai-record", allowed=RECORD_MODES) or "none"),
        samples=_positive_int("ai-samples", _said(config, "ai-samples")),
        reports=tuple(_report_path(here, text) for text in _list(_said(config, "ai-report"))),
        save_run=_path(here, _said(config, "ai-save-run")),
        baseline=_path(here, _said(config, "ai-baseline")),
        fail_on=cast("FailOn", _said(config, "ai-fail-on", allowed=get_args(FailOn)) or "failure"),
        budget=_budget(_said(config, "ai-budget")),
        allow_network=_truth(_said(config, "ai-allow-network")),
    )
    _check_together(settings)
    return settings


def _said(config: pytest.Config, name: str, *, allowed: Sequence[str] = ()) -> Any:
    dest = name.replace("-", "_")
    value = config.getoption(dest)
    source = f"--{name}"
    if value is None:
        value, source = config.getini(dest), f"ini option {dest}"
    if value in (None, "", []):
        variable = f"AIASSERT_{dest.removeprefix('ai_').upper()}"
        value, source = os.environ.get(variable) or None, f"environment variable {variable}"
    if allowed and value is not None and value not in allowed:
        raise pytest.UsageError(f"{source}: {value!r} is not one of {', '.join(allowed)}")
    return value


def _check_together(settings: EvalSettings) -> None:
    if settings.fail_on == "regression" and settings.baseline is None:
        raise pytest.UsageError("--ai-fail-on=regression needs a run to compare with: add --ai-baseline RUN")
    if settings.save_run and len(settings.providers) > 1 and "{model}" not in str(settings.save_run):
        raise pytest.UsageError(
            f"--ai-save-run {settings.save_run}: with several --ai-provider the path needs '{{model}}', "
            "for example runs/{model}.jsonl"
        )
    if len(set(settings.providers)) < len(settings.providers):
        raise pytest.UsageError(f"--ai-provider: {', '.join(settings.providers)} names one of them twice")


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return value.split() if isinstance(value, str) else [str(item) for item in value]


def _truth(value: Any) -> bool:
    return value.lower() not in ("0", "false", "no") if isinstance(value, str) else bool(value)


def _path(here: Path, text: str | None) -> Path | None:
    return here / text if text else None


def _report_path(here: Path, text: str) -> Path:
    path = here / text
    if path.suffix not in REPORT_SUFFIXES:
        raise pytest.UsageError(
            f"--ai-report {text}: the suffix says the format; use one of {', '.join(REPORT_SUFFIXES)}"
        )
    return path


def _positive_int(option: str, text: str | None) -> int:
    try:
        number = int(text or "1")
    except ValueError:
        number = 0
    if number < 1:
        raise pytest.UsageError(f"--{option}: {text!r} is not a whole number of at least 1")
    return number


def _budget(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not (0 < amount < math.inf):
        raise pytest.UsageError(f"--ai-budget: {text!r} is not a positive number of US dollars")
    return amount
