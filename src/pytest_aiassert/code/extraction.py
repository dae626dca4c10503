"""Blocks of code from a reply, as models write them: fenced, quoted, cut off, or bare."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pytest_aiassert.code.bare import bare_code, indented_code
from pytest_aiassert.code.fences import Fenced, fences
from pytest_aiassert.code.guessing import guess_language, is_notebook
from pytest_aiassert.code.languages import language_of_file
from pytest_aiassert.code.thinking import without_thinking
from pytest_aiassert.code.wrapping import name_above, name_within, wrapped_code

MOST_BLOCKS = 1_000
"""Fences looked at in one reply; what comes after them is left out."""

_INDENT = re.compile(r"^[ \t]*(?=[^ \t\n])", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of code; `line` is the number of its first line in the reply, from 1.

    `language` is one of `KNOWN_LANGUAGES`, another name as the model wrote it, or None where nobody can tell.
    `closed` is False where the reply ends, or another fence starts, before the fence's end.
    """

    code: str
    language: str | None = None
    line: int = 1
    filename: str | None = None
    closed: bool = True
    fenced: bool = True


def extract(text: str) -> tuple[Block, ...]:
    """Find the blocks of code in a reply, in order; never raises on its content.

    Without any fence, the part of the reply that reads as code is the block. What a model thinks aloud
    (`<think>…</think>`) is left out. Indentation that all lines share is taken away. The blocks within a Markdown
    block, and code in the strings of a JSON one, follow it.
    """
    text = without_thinking(text.replace("\r\n", "\n").replace("\r", "\n"))
    found = fences(text, most=MOST_BLOCKS)
    blocks: list[Block] = []
    position = 0
    for fence in found:
        if _is_stray(fence):
            blocks.extend(_around_stray(text[position : fence.start], fence))
        elif fence.code.strip():
            block = _block(fence, text[position : fence.start])
            blocks += [block, *_inside(fence), *_wrapped(block)]
        position = fence.end
    if not blocks:
        blocks = _bare(text)
        blocks += [inner for block in blocks for inner in _wrapped(block)]
    return tuple(blocks)


def _block(fence: Fenced, before: str = "") -> Block:
    code = dedent(fence.code)
    filename = fence.info.filename or name_above(before) or name_within(code)
    language = fence.info.language or (language_of_file(filename) if filename else None) or guess_language(code)
    if fence.info.language == "python" and is_notebook(code):
        language = "json"
    return Block(code=code, language=language, line=fence.line, filename=filename, closed=fence.closed)


def _wrapped(block: Block) -> list[Block]:
    """Return the code in the strings of a JSON block, all of which begins where that does."""
    if block.language != "json":
        return []
    found: list[Block] = []
    for inner in wrapped_code(block.code):
        if "```" in inner.text:
            blocks = [replace(each, filename=each.filename or inner.filename) for each in extract(inner.text)]
        else:
            code = dedent(inner.text.strip("\n"))
            named = inner.language or (language_of_file(inner.filename) if inner.filename else None)
            language = named or (guess_language(code) if code.strip() else None)
            blocks = [Block(code=code, language=language, filename=inner.filename, fenced=False)] if language else []
        found += [replace(each, line=block.line) for each in blocks if each.code.strip()]
    return found


def dedent(code: str) -> str:
    """Take away the indentation that all lines share; blank lines do not count."""
    margin: str | None = None
    for match in _INDENT.finditer(code):
        indent = match.group()
        if margin is None or margin.startswith(indent):
            margin = indent
        elif not indent.startswith(margin):
            margin = _shared(margin, indent)
        if not margin:
            return code
    return "\n".join(line.removeprefix(margin) if line.strip() else "" for line in code.split("\n")) if margin else code


def _shared(one: str, other: str) -> str:
    length = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:length]


def _inside(fence: Fenced) -> list[Block]:
    """Return the blocks within a Markdown block: some models wrap their whole reply in one."""
    if fence.info.language != "markdown":
        return []
    inner = [inside for inside in fences(fence.code, most=MOST_BLOCKS) if inside.code.strip()]
    return [replace(_block(inside), line=fence.line + inside.line - 1) for inside in inner]


def _is_stray(fence: Fenced) -> bool:
    """Tell whether this is the end of a fence that was never opened: bare code, then a fence, then prose."""
    return not fence.closed and fence.info.language is None and guess_language(fence.code) is None


def _around_stray(before: str, fence: Fenced) -> list[Block]:
    first_line = fence.line - 1 - before.count("\n")
    bare = _bare(before, first_line)
    if bare or not fence.code.strip():
        return bare
    return [_block(fence)]


def _bare(text: str, first_line: int = 1) -> list[Block]:
    found = bare_code(text) or indented_code(text)
    if found is None:
        return []
    return [Block(code=found.code, language=found.language, line=first_line + found.line - 1, fenced=False)]
