"""`aiassert doctor`: what this machine has, what cannot be judged for want of the rest, and how to get it."""

from __future__ import annotations

import json
import platform
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

from pytest_aiassert import sandbox
from pytest_aiassert.cli.screen import colour, show, width
from pytest_aiassert.cli.toolchains import (
    CHECKERS,
    PACKAGE,
    TOOLS,
    Finding,
    find_checker,
    find_extras,
    find_layers,
    find_linters,
    find_package,
    find_scripts,
    find_tool,
)
from pytest_aiassert.errors import CannotJudgeError

PACKAGES: Final = (PACKAGE, "pytest", "httpx2", "tree-sitter", "pydantic")
TIERS: Final = {
    "full": "full: code is walled in by namespaces, Landlock, seccomp and limits",
    "kernel": "kernel: code is walled in by Landlock, seccomp and limits, without namespaces",
    "limits": "limits: a process and limits for each program, but no wall; do not judge code you do not trust",
}
MARKS: Final = {"ok": ("✓", "32"), "missing": ("–", "33"), "broken": ("✗", "31")}
"""What stands before a status, and its colour."""

VERSION: Final = 1
"""The version of what `--json` prints."""


def examine(*, as_json: bool = False) -> int:
    """Print what was found, and return 0, or 1 where something required is missing."""
    groups = {title: list(findings) for title, findings in _groups()}
    if as_json:
        show([json.dumps(_document(groups), indent=2, sort_keys=True, ensure_ascii=False)])
    else:
        show(_page(groups, columns=width(), coloured=colour(sys.stdout)))
    everything = [finding for findings in groups.values() for finding in findings]
    return int(any(finding.required and finding.status != "ok" for finding in everything))


def _groups() -> Iterator[tuple[str, Iterable[Finding]]]:
    python = f"{platform.python_version()} at {sys.executable}"
    needed = Finding(name="python", status="ok", detail=python, required=True)
    yield "Needed", [needed, *map(find_package, PACKAGES)]
    yield "Isolation", _isolation()
    yield "Tools", [*find_linters(), *map(find_checker, CHECKERS), *map(find_tool, TOOLS), *find_scripts()]
    yield "Extras", find_extras()


def _isolation() -> list[Finding]:
    try:
        return [Finding(name="isolation", status="ok", detail=TIERS[sandbox.tier()]), *find_layers()]
    except CannotJudgeError as error:
        lost = "no code can be run, so nothing that runs code is judged"
        return [Finding(name="isolation", status="broken", detail=str(error), without=lost)]


def _document(groups: Mapping[str, Sequence[Finding]]) -> dict[str, object]:
    tier = None
    if groups["Isolation"][0].status == "ok":
        tier = sandbox.tier()
    findings = [{"group": title.lower(), **asdict(finding)} for title, found in groups.items() for finding in found]
    return {"version": VERSION, "tier": tier, "findings": findings}


def _page(groups: Mapping[str, Sequence[Finding]], *, columns: int, coloured: bool) -> Iterator[str]:
    longest = max(len(finding.name) for findings in groups.values() for finding in findings)
    for title, findings in groups.items():
        if not findings:
            continue
        yield _styled(title, "1", coloured=coloured)
        for finding in findings:
            mark, shade = MARKS[finding.status]
            status = _styled(f"{mark} {finding.status:<7}", shade, coloured=coloured)
            yield from _wrapped(f"{finding.name:<{longest}}  {finding.detail}", status, longest + 2, columns)
            if finding.status != "ok" and (advice := _advice(finding)):
                yield from _wrapped(advice, " " * 9, 0, columns, inset=longest + 2)
        yield ""
    yield _summary([finding for findings in groups.values() for finding in findings])


def _wrapped(text: str, status: str, hang: int, columns: int, *, inset: int = 0) -> Iterator[str]:
    """Yield a row; what goes on in the next line stands below its own column."""
    margin = 12  # two of indentation, the status, one more
    lines = textwrap.wrap(
        text,
        max(columns - margin, 40),
        initial_indent=" " * inset,
        subsequent_indent=" " * (hang + inset),
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield f"  {status} {lines[0]}".rstrip()
    for line in lines[1:]:
        yield " " * margin + line


def _advice(finding: Finding) -> str:
    lost = f"without it, {finding.without}" if finding.without else ""
    return "; ".join(filter(None, (lost, f"get it: {finding.get}" if finding.get else "")))


def _summary(everything: Sequence[Finding]) -> str:
    broken = [finding.name for finding in everything if finding.status == "broken"]
    lacking = [finding.name for finding in everything if finding.required and finding.status != "ok"]
    missing = [finding.name for finding in everything if finding.status == "missing" and finding.without]
    if lacking:
        return f"needed and not there: {', '.join(lacking)}"
    if broken:
        return f"there, but broken: {', '.join(broken)}"
    if missing:
        return f"all that is needed is there; optional and missing: {', '.join(missing)}"
    return "everything is there"


def _styled(text: str, code: str, *, coloured: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if coloured else text
