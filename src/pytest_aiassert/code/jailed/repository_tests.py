"""Runs a repository's tests inside the sandbox, by pytest or unittest, and counts them.

It is given to Python as text. What it reports is the word of a process that hostile code shares.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

MOST_TOLD = 50


class Tally:
    """Counts outcomes; a plugin of pytest."""

    def __init__(self) -> None:
        self.passed = self.failed = self.skipped = 0
        self.told: list[tuple[str, str]] = []
        self.broken: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count a test once: by its call, or by a set-up or tear-down that fails."""
        if report.skipped:
            self.skipped += report.when != "teardown"
        elif report.failed:
            self.fail(report.nodeid, report)
        elif report.when == "call":
            self.passed += 1

    def pytest_collectreport(self, report: Any) -> None:
        """Remember what could not be collected."""
        if report.failed and len(self.broken) < MOST_TOLD:
            self.broken.append((report.nodeid, message_of(report.longrepr)))

    def fail(self, name: str, report: Any) -> None:
        """Count a failure, and keep the words of the first."""
        self.failed += 1
        if len(self.told) < MOST_TOLD:
            self.told.append((name, message_of(report.longrepr)))


def message_of(shown: Any) -> str:
    """Return an error's own line from what pytest or unittest shows of it."""
    crash = getattr(shown, "reprcrash", None)
    lines = [line.strip() for line in str(shown).strip().split("\n")]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E  ")]
    words = str(crash.message) if crash is not None else (errors or lines or [""])[-1]
    return words.strip().partition("\n")[0][:300]


def by_pytest(arguments: list[str]) -> dict[str, Any]:
    """Run pytest; `code` is its exit status."""
    tally = Tally()
    options = ["-p", "no:cacheprovider", "-p", "no:aiassert", "-q", "--color=no"]
    code = int(importlib.import_module("pytest").main([*options, *arguments], plugins=[tally]))
    return {"code": code, **vars(tally)}


def by_unittest(arguments: list[str]) -> dict[str, Any]:
    """Run unittest; `code` is 0 where it could run."""
    import unittest

    program = unittest.main(module=None, argv=["unittest", *(arguments or ["discover"])], exit=False)
    result = program.result
    bad = [*result.failures, *result.errors]
    loading = [(str(test), message_of(text)) for test, text in bad if "_FailedTest" in repr(type(test))]
    told = [(str(test), message_of(text)) for test, text in bad if "_FailedTest" not in repr(type(test))]
    skipped = len(result.skipped)
    return {
        "code": 0 if result.testsRun else 5,
        "passed": result.testsRun - len(bad) - skipped,
        "failed": len(told),
        "skipped": skipped,
        "told": told[:MOST_TOLD],
        "broken": loading[:MOST_TOLD],
    }


def main() -> None:
    """Do what standard input asks for, and say at the end what came of it."""
    asked = json.load(sys.stdin)
    here = os.getcwd()  # noqa: PTH109 - nothing more is imported than must be
    sys.path[:0] = [path for path in (here, f"{here}/src") if os.path.isdir(path)]  # noqa: PTH112
    sys.path += asked["packages"]
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    os.environ["TMPDIR"] = f"{here}/.tmp"
    os.mkdir(".tmp")  # noqa: PTH102
    run = by_pytest if asked["by"] == "pytest" else by_unittest
    try:
        said = run(asked["arguments"])
    except ImportError as error:
        said = {"code": -1, "missing": str(error)}
    sys.stdout.flush()
    sys.stdout.write(f"\n{asked['mark']} {json.dumps(said)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
