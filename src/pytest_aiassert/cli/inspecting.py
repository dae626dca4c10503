"""`aiassert golden …`: what golden sets hold, and whether they can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cli.exit_codes import BAD_INPUT
from pytest_aiassert.cli.screen import complain, show, table
from pytest_aiassert.cli.selection import golden_files, recorded_models
from pytest_aiassert.errors import CassetteError, GoldenSetError
from pytest_aiassert.golden import GoldenSet, load_golden
from pytest_aiassert.wording import plural


def list_golden(paths: Sequence[Path]) -> int:
    """Print the cases of golden sets with their recordings, and return the exit code."""
    for position, path in enumerate(golden_files(paths)):
        golden = load_golden(path)
        show([""] if position else [])
        show([f"{golden.name}: {plural(len(golden.cases), 'case')} in {golden.path}", *_cases(golden)])
    return 0


def validate_golden(paths: Sequence[Path]) -> int:
    """Check golden sets, name every problem on stderr, and return the exit code."""
    code = 0
    for path in golden_files(paths):
        try:
            golden = load_golden(path)
        except GoldenSetError as error:
            complain(str(error))
            code = BAD_INPUT
        else:
            show([f"{golden.path}: valid, {plural(len(golden.cases), 'case')}, fingerprint {golden.fingerprint}"])
    return code


def _cases(golden: GoldenSet) -> list[str]:
    models = recorded_models(golden)
    rows = [["case", "weight", "checks", *models, "tags"]]
    for case in golden.cases:
        counts = [_replies(golden.cassette(model, case)) for model in models]
        rows.append([case.id, f"{case.weight:g}", str(len(case.checks)), *counts, ", ".join(case.tags)])
    return table(rows)


def _replies(path: Path) -> str:
    if not path.exists():
        return "-"
    try:
        return str(len(Cassette.load(path).exchanges))
    except CassetteError:
        return "damaged"
