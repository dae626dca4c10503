"""What models, cases and their files are called, so that no two of them share a name by accident."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pytest_aiassert.cassettes.redaction import redact
from pytest_aiassert.errors import UsageError

if TYPE_CHECKING:
    import pytest

    from pytest_aiassert.integration.markers import TrialPlan

MODEL_PARAMETER: Final = "ai_model"
"""The parameter that tells the clones of a test apart where several providers are asked."""

_LONGEST: Final = 150
"""Bytes of a file's name, which leaves room for what is written beside the file."""


def short_name(spec: str) -> str:
    """Return the model that a provider spec names, colons included; the spec itself where it names none."""
    from assistant.errors import ConfigurationError
    from assistant.providers.spec import parse_spec

    if spec == "mock" or spec.startswith("replay"):
        return spec.removeprefix("replay:") or spec
    try:
        return parse_spec(spec).model
    except ConfigurationError:
        return spec


def name_among(spec: str, providers: Sequence[str]) -> str:
    """Return a spec's model name; the whole spec where that name is another's, too."""
    name = short_name(spec)
    others = (folder_name(short_name(other)).casefold() for other in providers if other != spec)
    return spec if folder_name(name).casefold() in others else name


def model_id(spec: str, providers: Sequence[str]) -> str:
    """Return what stands for a provider in a test's id: printable ASCII, which pytest leaves as it is."""
    return quote(name_among(spec, providers), safe=string.punctuation)


def folder_name(model: str) -> str:
    """Return a model's own name in a form that can name a folder."""
    safe = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "._-") else " " for letter in model)
    return "-".join(safe.split()).strip("-.") or "model"


def file_name(name: str) -> str:
    """Return a name for a file; one that had to be changed or cut ends in a digest of what it was."""
    safe = "".join(letter if letter.isalnum() or letter in "._-[]" else "-" for letter in redact(name))
    if safe == name and len(safe.encode()) <= _LONGEST:
        return safe
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe.encode()[: _LONGEST - 9].decode(errors='ignore')}-{digest}"


def case_id(item: pytest.Item, providers: Sequence[str]) -> str:
    """Return the id that models are compared by: a golden case's own, else the node id without the model's name."""
    own: str | None = getattr(item, "case_id", None)
    if own is not None:
        return own
    spec = parameters_of(item).get(MODEL_PARAMETER)
    if spec is None:
        return item.nodeid
    name = model_id(spec, providers)
    if item.nodeid.endswith(f"-{name}]"):
        return item.nodeid.removesuffix(f"-{name}]") + "]"
    return item.nodeid.removesuffix(f"[{name}]")


def cassette_path(item: pytest.Item, plan: TrialPlan | None, model: str, providers: Sequence[str] = ()) -> Path:
    """Return where the item's recorded replies lie: `cassettes/<module>/<test>.json` beside its file.

    The marker's `cassette` is a path from the test's folder; it may name `{model}` and the test's parameters.
    Raises UsageError where these do not fill it in.
    """
    folder = item.path.parent
    if plan is None or plan.cassette is None:
        name = case_id(item, providers).split("::", 1)[-1]
        path, bracket, parameters = name.partition("[")
        named = f"{path.replace('::', '.')}{bracket}{parameters}"
        return folder / "cassettes" / item.path.stem / f"{file_name(named)}.json"
    if "{model}" in plan.cassette and not model:
        raise UsageError(
            f"{item.nodeid}: marker ai_eval cassette={plan.cassette!r} needs a model: use --ai-provider replay:MODEL"
        )
    return named_path(item, plan.cassette, "marker ai_eval cassette", model=folder_name(model))


def named_path(item: pytest.Item, template: str, source: str, **more: str) -> Path:
    """Return a path from the item's folder, filled in with its parameters and more.

    Raises UsageError, which names the `source` of the template, where these do not fill it in.
    """
    try:
        filled = template.format(**parameters_of(item), **more)
    except (KeyError, IndexError, AttributeError, TypeError, ValueError) as error:
        raise UsageError(
            f"{item.nodeid}: {source}={template!r} cannot be filled in: {type(error).__name__}: {error}"
        ) from error
    if redact(filled) != filled:
        raise UsageError(
            f"{item.nodeid}: {source}={template!r} would put a key into a file's name; use another parameter"
        )
    return item.path.parent / filled


def parameters_of(item: pytest.Item) -> dict[str, Any]:
    """Return what a parametrized test or a golden case is given, by name."""
    own: dict[str, Any] | None = getattr(item, "own_parameters", None)
    if own is not None:
        return own
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec is not None else {}
