"""Oxlint on pieces of JavaScript and TypeScript, with no configuration of the user's."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from pytest_aiassert.code.findings import SYNTAX, Finding
from pytest_aiassert.code.linters import Linter
from pytest_aiassert.code.parsing import tree
from pytest_aiassert.code.ruff import encoded
from pytest_aiassert.code.tools import run_tool, without_variables
from pytest_aiassert.errors import CannotJudgeError

_UNUSED = "no-unused-vars"
_SUFFIXES = {"javascript": "js", "typescript": "ts", "tsx": "tsx"}
_CONFIGURATION = {"rules": {_UNUSED: ["warn", {"args": "none"}]}}
_SECONDS = 30.0
_INSTALL = "npm install --save-dev oxlint"
_SILENCER = re.compile(r"(eslint|oxlint)-(disable|enable)")
_SCOPES = frozenset({"statement_block", "class_body", "catch_clause", "for_statement", "for_in_statement"})
_IMPORT = "import_statement"
_CODE = re.compile(r"[\w@/-]+\(([\w/-]+)\)")


def find_oxlint() -> str | None:
    """Return the oxlint on PATH, else that of the nearest node_modules above the working folder; None without one."""
    found = shutil.which("oxlint")
    folders = (Path.cwd(), *Path.cwd().parents)
    return found or next(
        filter(None, (shutil.which("oxlint", path=folder / "node_modules/.bin") for folder in folders)), None
    )


def oxlint(code: str, language: str) -> list[Finding]:
    """Lint a piece by oxlint's correctness rules; names that a snippet defines and leaves to others are no finding.

    No configuration file and no comment counts. Raises CannotJudgeError where oxlint is not installed or fails.
    """
    binary = find_oxlint()
    if binary is None:
        raise CannotJudgeError(f"passes_lint needs oxlint, which is not installed; {_INSTALL}")
    name = f"reply.{_SUFFIXES[language]}"
    code = _SILENCER.sub(r"\1_\2", code)
    with tempfile.TemporaryDirectory(prefix="aiassert-oxlint-") as folder:
        Path(folder, name).write_bytes(encoded(code))
        Path(folder, "settings.json").write_text(json.dumps(_CONFIGURATION), encoding="utf-8")
        output, said = run_tool(
            "oxlint",
            [binary, "--config=settings.json", "--no-ignore", "--format=json", name],
            repair=_INSTALL,
            seconds=_SECONDS,
            folder=folder,
            environment=without_variables("OX"),
        )
    try:
        answer: dict[str, Any] = json.loads(output)
        if answer["number_of_files"] != 1:
            raise CannotJudgeError("oxlint did not look at the code; is it an unusual version?")
        lines = code.split("\n")
        found = [_finding(item, lines) for item in answer["diagnostics"]]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        heard = " ".join((said + output.decode("utf-8", "replace")).split())[:200]
        raise CannotJudgeError(f"oxlint's output cannot be read ({error!r}): {heard}") from error
    return [each for each in found if each.rule != _UNUSED or _is_lost(each, code, language)]


def _finding(item: dict[str, Any], lines: list[str]) -> Finding:
    """Read a diagnostic; its columns count bytes, and one without a code says that the piece does not parse."""
    place = item["labels"][0]["span"] if item["labels"] else {"line": 1, "column": 1}
    line, column = int(place["line"]), int(place["column"])
    before = encoded(lines[min(line, len(lines)) - 1])[: column - 1]
    code = item.get("code")
    rule = SYNTAX if code is None else _CODE.sub(r"\1", code)
    return Finding(
        line=line, column=len(before.decode("utf-8", "ignore")) + 1, rule=rule, message=item["message"].rstrip(".")
    )


def _is_lost(finding: Finding, code: str, language: str) -> bool:
    """Tell whether an unused name is of no use to anybody: another block may call what this one defines outermost."""
    parsed = tree(code, language)
    if parsed is None:
        return True
    column = len(code.split("\n")[finding.line - 1][: finding.column - 1].encode("utf-8", "surrogatepass"))
    place = (finding.line - 1, column)
    node = parsed.root_node.descendant_for_point_range(place, place)
    while node is not None:
        if node.type in _SCOPES or node.type == _IMPORT:
            return True
        node = node.parent
    return False


OXLINT = Linter(name="oxlint", languages=tuple(_SUFFIXES), lint=oxlint, seconds=2 * _SECONDS)
"""Oxlint's default rules, those on what is outright wrong or useless; it has to be installed."""
