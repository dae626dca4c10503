"""Sessions of the probes in a peer's environment, and what each probe did there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.environment import BUILD
from benchmarks.peers_wire.real_api import RealApi

HERE = Path(__file__).parent
SHARED = ("app.py", "planted.py", "probes.py", "real_api.py", "reporting.py")
HIDDEN = ("COV_CORE_", "COVERAGE_", "PYTEST_", "PYTHON", "AIASSERT_", "OPENAI_", "ANTHROPIC_", "GEMINI_", "AIMOCK_")
LIMIT = 300


@dataclass(kw_only=True)
class Ran:
    """What one probe did in its last session: how it ended, what it noted, what reached the real API, and the files."""

    passed: bool = False
    text: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    hits: int = 0
    written: bytes = b""
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A peer's folder and environment, with the API that stands for the real one."""

    folder: Path
    python: Path
    api: RealApi
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, name: str, adapter: str, python: Path, api: RealApi, **environment: str) -> Bench:
        """Copy the probes and the peer's adapter into a new folder."""
        folder = BUILD / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in SHARED:
            shutil.copy(HERE / file, folder)
        shutil.copy(HERE / "adapters" / f"{adapter}.py", folder / "conftest.py")
        (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        return cls(folder=folder, python=python, api=api, environment=environment)

    def renewed(self) -> Bench:
        """Remove what has been recorded."""
        shutil.rmtree(self.folder / "cassettes", ignore_errors=True)
        return self

    def run(self, mode: str, probes: Sequence[str], **variables: str) -> dict[str, Ran]:
        """Run these probes in one session and return what each did."""
        return self._start(mode, probes, **variables)()

    def run_twice(self, mode: str, probe: str) -> Ran:
        """Run one probe in two processes at the same time."""
        both = [self._start(mode, [probe], WORKER=str(worker)) for worker in (0, 1)]
        ran = [finish()[probe] for finish in both]
        ran[0].passed = all(one.passed for one in ran)
        ran[0].text = "\n".join(one.text for one in ran)
        return ran[0]

    def _start(self, mode: str, probes: Sequence[str], **variables: str) -> Callable[[], dict[str, Ran]]:
        reports = self.folder / f"reports-{variables.get('WORKER', '')}.jsonl"
        reports.unlink(missing_ok=True)
        before = dict(self.api.hits)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)}
        variables = {"MODE": mode, "REAL": self.api.url, "REPORTS": str(reports), "OPTIONS": "{}", **variables}
        command: list[str | Path] = [
            self.python,
            "-m",
            "pytest",
            "-p",
            "reporting",
            "-p",
            "no:anyio",
            "-p",
            "no:cacheprovider",
        ]
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, *(f"probes.py::test_{probe}" for probe in probes)],
            cwd=self.folder,
            env={**kept, **self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def finish() -> dict[str, Ran]:
            late = False
            try:
                output, _ = process.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                output, late = process.communicate()[0], True
            seconds = time.perf_counter() - began
            (self.folder / f"{mode}.log").write_text(output, encoding="utf-8")
            lines = reports.read_text(encoding="utf-8").splitlines() if reports.exists() else []
            told = [json.loads(line) for line in lines]
            if not late and {line["test"] for line in told} != {f"test_{probe}" for probe in probes}:
                raise SystemExit(f"benchmarks: the probes in {self.folder} did not run:\n{output}")
            ran = {probe: self._read(probe, told) for probe in probes}
            for probe, one in ran.items():
                one.hits = self.api.hits[f"test_{probe}"] - before.get(f"test_{probe}", 0)
                one.output, one.seconds = output, seconds
            return ran

        return finish

    def _read(self, probe: str, lines: Sequence[Mapping[str, Any]]) -> Ran:
        ran = Ran()
        reports = [line for line in lines if line["test"] == f"test_{probe}"]
        ran.passed = len(reports) == 3 and all(line["outcome"] == "passed" for line in reports)
        ran.text = "\n".join(line["text"] for line in reports)
        ran.said = {name: value for line in reports for name, value in line["said"]}
        files = [file for file in sorted((self.folder / "cassettes").rglob("*")) if file.is_file()]
        ran.written = b"\n".join(file.read_bytes() for file in files if f"test_{probe}" in str(file))
        return ran
