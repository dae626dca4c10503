"""The code of a reply that is judged by running it: which language, which blocks, and what there is instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.messages import Completion
from pytest_aiassert.behaviours.best import dialect_of
from pytest_aiassert.behaviours.dialects import Dialect
from pytest_aiassert.behaviours.instances import classes_of
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.languages import require_language
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.describing import block_evidence, listed, no_code
from pytest_aiassert.sandbox import Function, parse
from pytest_aiassert.verdict import Evidence

JUDGED = ("python", "javascript", "typescript")
"""The languages that functions can be called in."""

_PROGRAMS = frozenset(
    {"c", "c-sharp", "cpp", "go", "java", "kotlin", "lua", "perl", "php", "r", "ruby", "rust", "scala", "swift", "tsx"}
)
_MOST_BLOCKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The blocks of a reply that are judged, and their language."""

    language: str
    blocks: tuple[Block, ...]
    dialect: Dialect

    def programs(self) -> Iterator[Block]:
        """Yield what to try: each block by itself, then all that parse together, for helpers in other blocks."""
        yield from self.blocks[:_MOST_BLOCKS]
        parsed = [block for block, _ in self.outlined()]
        if len(parsed) > 1:
            yield replace(parsed[0], code="\n\n".join(block.code for block in parsed))

    def outlined(self) -> Iterator[tuple[Block, tuple[Function, ...]]]:
        """Yield the blocks that parse, with their functions."""
        for block in self.blocks:
            functions = _outline_or_none(block, self.dialect)
            if functions is not None:
                yield block, functions


def read_language(language: object) -> str | None:
    """Read the argument of a matcher; raises UsageError for a language that functions cannot be called in."""
    if language is None:
        return None
    known = require_language(language, where="implements: language")
    if known not in JUDGED:
        raise UsageError(f"implements: language is {language!r}; functions can be called in {listed(JUDGED)} only")
    return known


def code_of(reply: Completion, language: str | None) -> Code:
    """Return the code of a reply in a language; without one, in the language that the reply uses.

    Raises CannotJudgeError where no language is given, and the reply uses one that cannot be judged.
    """
    blocks = extract(reply.text)
    language = language or _used(blocks)
    dialect = dialect_of(language)
    kept = [b for b in blocks if b.language == language or (b.language is None and _outline_or_none(b, dialect))]
    return Code(language=language, blocks=tuple(kept), dialect=dialect)


def _used(blocks: Sequence[Block]) -> str:
    """Return the language of the code: Python where there is some, else that of the first block that can be judged."""
    languages = [block.language for block in blocks]
    if "python" in languages or not any(languages):
        return "python"
    judged = next((language for language in languages if language in JUDGED), None)
    if judged is not None:
        return judged
    other = next((block for block in blocks if block.language in _PROGRAMS), None)
    python = dialect_of("python")
    if other is not None and not any(block.language is None and _outline_or_none(block, python) for block in blocks):
        raise CannotJudgeError(
            f"implements: the code at line {other.line} of the reply is {other.language}; functions can be called in "
            f"{listed(JUDGED)} only. Ask for one of them, or expect it: implements(…, language='python')"
        )
    return "python"


def _outline_or_none(block: Block, dialect: Dialect) -> tuple[Function, ...] | None:
    try:
        return dialect.outline(block.code)
    except SyntaxError:
        return None


def assigned(code: str) -> set[str]:
    """Return the names that top-level assignments and imports bind."""
    names: set[str] = set()
    for statement in parse(code).body:
        if isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.ClassDef):
            names.add(statement.name)
    return names


def shown_blocks(blocks: Sequence[Block]) -> tuple[Evidence, ...]:
    """Show blocks as evidence."""
    return tuple(block_evidence(block) for block in blocks)


def nothing(reply: Completion, code: Code, what: str) -> str:
    """Say why there is nothing to judge: no code, code that does not parse, or other functions."""
    blocks = code.blocks
    if not blocks:
        return no_code(code.language, extract(reply.text), reply)
    broken: list[str] = []
    functions: list[Function] = []
    classes: list[str] = []
    for block in blocks:
        try:
            functions += code.dialect.outline(block.code)
            classes += classes_of(block.code, code.dialect)
        except SyntaxError as error:
            line = block.line + (error.lineno or 1) - 1
            cut = "" if block.closed else "; the reply ends before the code does"
            broken.append(
                f"the code at line {line} of the reply does not parse: {_moved(error.msg, block.line - 1)}{cut}"
            )
    if broken and not functions and not classes:
        return "; ".join(broken)
    kind = "class" if what.startswith("class ") else "function"
    what = what if what.startswith((f"{kind} ", "function that")) else f"function {what!r}"
    found: Sequence[object] = classes if kind == "class" else functions
    there = f"it defines {listed(found[:6])}" if found else f"it defines no {kind} at all"
    return "; ".join([f"the code has no {what}: {there}", *broken])


def _moved(message: str, lines: int) -> str:
    """Turn the lines that a message names into lines of the reply."""
    return re.sub(r"(?<=\b[oa][nt] line )\d+", lambda number: str(int(number.group()) + lines), message)
