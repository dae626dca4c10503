"""The session's settings: command line before ini file before environment."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args

import pytest

from pytest_aiassert.cassettes.modes import RECORD_MODES
from pytest_aiassert.cassettes.redaction import redact

if TYPE_CHECKING:
    from pytest_aiassert.cassettes import RecordMode
    from pytest_aiassert.sandbox import Tier

ISOLATION_TIERS = ("full", "kernel", "limits")

FailOn: TypeAlias = Literal["failure", "regression", "never"]
Undecided: TypeAlias = Literal["fail", "pass", "xfail"]

REPORT_SUFFIXES: Final = (".html", ".md", ".json")
_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSettings:
    """What --ai-… options came to; `budget` is in US dollars, paths are absolute."""

    providers: tuple[str, ...] = ("replay",)
    judge: str = "replay"
    record: RecordMode = "none"
    samples: int = 1
    reports: tuple[Path, ...] = ()
    save_run: Path | None = None
    baseline: Path | None = None
    fail_on: FailOn = "failure"
    budget: float | None = None
    concurrency: int = 1
    require_isolation: Tier | None = None
    allow_network: bool = False
    undecided: Undecided = "fail"
    redact: tuple[str, ...] = ()
    max_age: int | None = None


def read_settings(config: pytest.Config) -> EvalSettings:
    """Collect and check every option; raises pytest.UsageError naming the option and what it allows."""
    provider, samples = _said(config, "ai-provider"), _said(config, "ai-samples")
    fail_on, budget = _said(config, "ai-fail-on"), _said(config, "ai-budget")
    settings = EvalSettings(
        providers=tuple(provider.texts()) or ("replay",),
        judge=_spec(_said(config, "ai-judge")),
        record=recording(config),
        samples=_positive_int(samples),
        reports=_report_paths(_said(config, "ai-report")),
        save_run=_path(_said(config, "ai-save-run")),
        baseline=_path(_said(config, "ai-baseline")),
        fail_on=cast("FailOn", fail_on.one_of(get_args(FailOn)) or "failure"),
        budget=_dollars(budget),
        concurrency=_positive_int(_said(config, "ai-concurrency")),
        require_isolation=cast("Tier | None", _said(config, "ai-require-isolation").one_of(ISOLATION_TIERS)),
        allow_network=truth(config, "ai-allow-network"),
        undecided=cast("Undecided", _said(config, "ai-undecided").one_of(get_args(Undecided)) or "fail"),
        redact=tuple(_patterns(_said(config, "ai-redact"))),
        max_age=max_age(config),
    )
    _check_together(settings)
    return settings


def recording(config: pytest.Config) -> RecordMode:
    """Return what --ai-record comes to; raises pytest.UsageError."""
    return cast("RecordMode", _said(config, "ai-record").one_of(RECORD_MODES) or "none")


def max_age(config: pytest.Config) -> int | None:
    """Return what --ai-cassette-max-age comes to, in days; raises pytest.UsageError."""
    said = _said(config, "ai-cassette-max-age")
    return None if said.value is None else _positive_int(said)


def truth(config: pytest.Config, name: str) -> bool:
    """Return what a flag comes to; raises pytest.UsageError for a word that says neither yes nor no."""
    dest = name.replace("-", "_")
    try:
        said = _said(config, name)
    except (ValueError, pytest.UsageError) as error:  # pytest does not say which ini option it was
        raise pytest.UsageError(f"ini option {dest}: {error}; write true or false") from error
    if not isinstance(said.value, str):
        return bool(said.value)
    word = said.value.strip().lower()
    if word not in (*_YES, *_NO):
        raise pytest.UsageError(f"{said.source}: {said.value!r} is neither yes nor no; write 1 or 0")
    return word in _YES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What was said of an option, and where; paths count from `folder`."""

    value: Any
    source: str
    folder: Path

    def texts(self) -> list[str]:
        if self.value is None:
            return []
        return self.value.split() if isinstance(self.value, str) else [str(item) for item in self.value]

    def one_of(self, allowed: Sequence[str]) -> str | None:
        if self.value is not None and self.value not in allowed:
            raise self.refuse(f"{self.value!r} is not one of {', '.join(allowed)}")
        return cast("str | None", self.value)

    def refuse(self, why: str) -> pytest.UsageError:
        return pytest.UsageError(f"{self.source}: {why}")


def _said(config: pytest.Config, name: str) -> _Said:
    dest = name.replace("-", "_")
    here = config.invocation_params.dir
    value = config.getoption(dest)
    if value is not None:
        return _Said(value=value, source=f"--{name}", folder=here)
    value = config.getini(dest)
    if value not in (None, "", []):
        return _Said(value=value, source=f"ini option {dest}", folder=config.inipath.parent if config.inipath else here)
    variable = f"AIASSERT_{dest.removeprefix('ai_').upper()}"
    return _Said(value=os.environ.get(variable) or None, source=f"environment variable {variable}", folder=here)


def _check_together(settings: EvalSettings) -> None:
    if settings.fail_on == "regression" and settings.baseline is None:
        raise pytest.UsageError("--ai-fail-on=regression needs a run to compare with: add --ai-baseline RUN")
    if settings.save_run and len(settings.providers) > 1 and "{model}" not in str(settings.save_run):
        raise pytest.UsageError(
            f"--ai-save-run {settings.save_run}: with several --ai-provider the path needs '{{model}}', "
            "for example runs/{model}.jsonl"
        )
    twice = next((spec for spec in settings.providers if settings.providers.count(spec) > 1), None)
    if twice is not None:
        raise pytest.UsageError(f"--ai-provider: {redact(twice)} is named twice")
    runs = {"--ai-save-run": settings.save_run, "--ai-baseline": settings.baseline}
    for report in settings.reports:
        for option, run in runs.items():
            if run is not None and os.path.realpath(run) == os.path.realpath(report):
                raise pytest.UsageError(f"--ai-report and {option} name the same file, {report}; choose another")


def _path(said: _Said) -> Path | None:
    return said.folder / said.value if said.value else None


def _report_paths(said: _Said) -> tuple[Path, ...]:
    found: list[Path] = []
    for text in said.texts():
        path = said.folder / text
        if path.suffix.lower() not in REPORT_SUFFIXES:
            raise said.refuse(f"{text}: the suffix says the format; use one of {', '.join(REPORT_SUFFIXES)}")
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name that is too long
            raise said.refuse(f"{path} is a folder; name a file in it")
        if path in found:
            raise said.refuse(f"{path} is named twice")
        found.append(path)
    return tuple(found)


def _patterns(said: _Said) -> list[str]:
    value = said.value or ()
    patterns: list[str] = value.splitlines() if isinstance(value, str) else list(value)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise said.refuse(f"{pattern!r} is not a regular expression ({error})") from error
    return patterns


def _positive_int(said: _Said) -> int:
    text = said.value or "1"
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise said.refuse(f"{text!r} is not a whole number of at least 1")
    return number


def _spec(said: _Said) -> str:
    if said.value == "mock":
        raise said.refuse("a mock has no opinion; script one in the test, as in judged_by(…, judge=mock_ai)")
    return (said.value or "").strip() or "replay"


def _dollars(said: _Said) -> float | None:
    if said.value is None:
        return None
    try:
        amount = float(said.value)
    except ValueError:
        amount = math.nan
    if not (0 < amount < math.inf):
        raise said.refuse(f"{said.value!r} is not a positive number of US dollars")
    return amount
