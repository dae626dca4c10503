"""The GoldenSet: a versioned set of cases, and where its recordings and runs are kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_aiassert.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenSet:
    """A versioned set of cases; `path` is its YAML file, `parameters` are already part of each case."""

    name: str
    cases: tuple[Case, ...]
    path: Path
    description: str = ""
    version: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with any case, its tags or its weight."""
        content = [[c.id, c.fingerprint, list(c.tags), c.weight] for c in self.cases]
        return hashlib.sha256(json.dumps(content).encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def folder(self) -> Path:
        """The folder of the YAML file, which also holds cassettes and runs."""
        return self.path.parent

    def cassette(self, model: str, case: Case | str) -> Path:
        """Return where a model's recorded replies to a case are kept."""
        name = case if isinstance(case, str) else case.id
        return self.folder / "cassettes" / model / f"{name}.json"

    def run_file(self, model: str) -> Path:
        """Return where a model's run is kept."""
        return self.folder / "runs" / f"{model}.jsonl"
