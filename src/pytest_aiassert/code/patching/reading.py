"""Patches of a reply: unified diffs, search-and-replace blocks, and `*** Begin Patch`."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_aiassert.code.extraction import extract
from pytest_aiassert.code.patching.diffs import read_diff, stray_hunk
from pytest_aiassert.code.patching.edit_blocks import opens_edit, read_begin_patch, read_edit
from pytest_aiassert.code.patching.model import FilePatch, Lines, Patch
from pytest_aiassert.code.thinking import without_thinking

LONGEST_PATCH = 1_000_000
"""Characters of a reply in which a patch is looked for."""


def read_patch(text: str) -> Patch:
    """Find every patch in a reply; never raises on its content.

    Fences do not matter, except that one which closes ends a hunk. Headers that miscount their lines are read as
    far as the lines go.
    """
    if len(text) > LONGEST_PATCH:
        return Patch(problem=f"the reply has {len(text):,} characters; a patch is read up to {LONGEST_PATCH:,}")
    text = without_thinking(text.replace("\r\n", "\n").replace("\r", "\n"))
    found = _read(text.split("\n"), 1)
    if found.files or found.problem:
        return found
    for block in extract(text):  # indented, or in a quote
        inner = _read(block.code.split("\n"), block.line)
        if inner.files:
            found = Patch(files=found.files + inner.files, problem=inner.problem)
    return found if found.files else Patch(problem="the reply has no patch: no diff, and no SEARCH/REPLACE block")


def _read(lines: Sequence[str], first: int) -> Patch:
    cursor = Lines(lines, first)
    files: list[FilePatch] = []
    problem = ""
    while not cursor.over:
        if (diff := read_diff(cursor)) is not None:
            files.append(diff)
        elif cursor.peek().startswith("*** Begin Patch"):
            files.extend(read_begin_patch(cursor))
        elif opens_edit(cursor.peek()):
            edit = read_edit(cursor, files[-1] if files else None)
            if isinstance(edit, str):
                problem = problem or edit
            else:
                files.append(edit)
        elif stray_hunk(cursor):
            problem = (
                problem or f"the hunk at line {cursor.number} belongs to no file: no `--- a/…` and `+++ b/…` above"
            )
            cursor.pass_line()
        else:
            cursor.pass_line()
    return Patch(files=tuple(files), problem=problem)
