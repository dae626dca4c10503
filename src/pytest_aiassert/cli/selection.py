"""Which cases, which model, which recordings a command means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from pytest_aiassert.case import Case
from pytest_aiassert.errors import UsageError
from pytest_aiassert.golden import GoldenSet
from pytest_aiassert.integration.models import is_replay, recorded_model
from pytest_aiassert.integration.naming import folder_name
from pytest_aiassert.wording import did_you_mean


def chosen_cases(golden: GoldenSet, only: Sequence[str]) -> tuple[Case, ...]:
    """Return the cases named, all where none is; raises UsageError for unknown ones."""
    known = [case.id for case in golden.cases]
    for name in only:
        if name not in known:
            raise UsageError(f"--case {name}: {golden.path} has no such case{_nearest(name, known)}")
    return tuple(case for case in golden.cases if not only or case.id in only)


def recorded_models(golden: GoldenSet) -> list[str]:
    """Return the models that have recordings of a golden set."""
    folder = golden.folder / "cassettes"
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and any(entry.glob("*.json")))


def model_label(golden: GoldenSet, spec: str, name: str | None) -> str:
    """Return the name of the model version that a spec means; raises UsageError or ConfigurationError.

    For replay it is the folder of recordings; a live model's own name unless `name` is given.
    """
    if is_replay(spec):
        return _replayed(golden, spec)
    label = name or (_live_model(spec) if spec != "mock" else "mock")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", label):
        raise UsageError(f"model name {label!r} cannot name a folder; choose another with --model-name")
    return label


def golden_files(paths: Iterable[Path]) -> list[Path]:
    """Return the golden sets that paths mean; a folder without cases.yaml stands for those inside it."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.glob("*/cases.yaml")) if path.is_dir() and not (path / "cases.yaml").is_file() else []
        found.extend(inside or [path])
    return found


def _replayed(golden: GoldenSet, spec: str) -> str:
    models = recorded_models(golden)
    if not models:
        raise UsageError(
            f"{golden.folder / 'cassettes'} has no recordings; make some with: "
            f"aiassert record {golden.folder} --provider SPEC"
        )
    wanted = recorded_model(spec)
    if wanted in models:
        return wanted
    if not wanted and len(models) == 1:
        return models[0]
    if not wanted:
        raise UsageError(f"--provider replay: several models are recorded; write one of {_specs(models)}")
    raise UsageError(f"--provider {spec}: no such recording{_nearest(wanted, models)}; recorded are {_specs(models)}")


def _live_model(spec: str) -> str:
    from assistant.providers.spec import parse_spec

    return folder_name(parse_spec(spec).model)


def _specs(models: Iterable[str]) -> str:
    return ", ".join(f"replay:{model}" for model in models)


def _nearest(name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known)
    return f"; {hint}" if hint else ""
