from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

MOST_DISTRIBUTIONS = 60


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def _declared(project: dict[str, object]) -> set[str]:
    table = project["project"]
    requirements = [*table["dependencies"], *project["build-system"]["requires"]]
    for extra in table.get("optional-dependencies", {}).values():
        requirements += extra
    for group in project["dependency-groups"].values():
        requirements += [entry for entry in group if isinstance(entry, str)]
    return {canonicalize_name(Requirement(text).name) for text in requirements} - {"pytest-aiassert"}


def _documented(root: Path) -> set[str]:
    text = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, flags=re.MULTILINE)
    return {canonicalize_name(name) for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_dependency_has_its_row(root: Path, project: dict[str, object]) -> None:
    declared, documented = _declared(project), _documented(root)

    assert not declared - documented, f"no row in docs/dependencies.md: {sorted(declared - documented)}"
    assert not documented - declared, f"rows for what pyproject.toml does not ask for: {sorted(documented - declared)}"


def test_runtime_dependencies_have_upper_bounds(project: dict[str, object]) -> None:
    open_ended = [text for text in project["project"]["dependencies"] if "<" not in text]

    assert not open_ended, f"a new major version would reach users untested: {open_ended}"


def test_base_install_stays_small(project: dict[str, object]) -> None:
    found: set[str] = set()
    waiting = [(Requirement(text), "") for text in project["project"]["dependencies"]]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        if name in found and not requirement.extras:
            continue
        found.add(name)
        for text in metadata.requires(name) or ():
            waiting += [(Requirement(text), wanted) for wanted in ("", *requirement.extras)]

    assert len(found) + 1 < MOST_DISTRIBUTIONS, f"{len(found) + 1} with ours: {sorted(found)}"
