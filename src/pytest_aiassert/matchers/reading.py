"""The Python of a reply, parsed once for every matcher that reads its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.imports import imports, is_known, is_standard, module_attributes
from pytest_aiassert.code.parsing import python_tree, syntax_errors
from pytest_aiassert.matchers.describing import block_evidence, no_code
from pytest_aiassert.verdict import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonCode:
    """A reply's Python blocks: those that parse, with their trees, and those that do not."""

    parsed: tuple[tuple[Block, ast.Module], ...]
    broken: tuple[Block, ...]
    missing: str

    @property
    def unreadable(self) -> str:
        """Why nothing can be said of the code, empty where some of it parses."""
        return "" if self.parsed else self.complaint

    @property
    def complaint(self) -> str:
        """What is wrong with the code as such: there is none, or some of it does not parse; empty where all is well."""
        return "; ".join(map(does_not_parse, self.broken)) or self.missing

    @property
    def aside(self) -> str:
        """What stands behind a reason where some blocks could not be judged."""
        return f"; not judged: {self.complaint}" if self.broken and self.parsed else ""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Every Python block, without marks."""
        return tuple(block_evidence(block) for block in (*(block for block, _ in self.parsed), *self.broken))


def read_python(reply: Completion) -> PythonCode:
    """Parse a reply's Python blocks; never raises on its content."""
    blocks = extract(reply.text)
    python = [block for block in blocks if block.language == "python"]
    trees = [(block, python_tree(block.code)) for block in python]
    return PythonCode(
        parsed=tuple((block, tree) for block, tree in trees if tree is not None),
        broken=tuple(block for block, tree in trees if tree is None),
        missing="" if python else no_code("python", blocks, reply),
    )


def own_modules(code: PythonCode, defined: frozenset[str]) -> frozenset[str]:
    """Name the imported packages that stand for the reply's own code: by a file's name, or by the names it defines."""
    files = {(block.filename or "").rpartition("/")[2].removesuffix(".py") for block, _ in code.parsed} - {""}
    own: set[str] = set()
    for _, tree in code.parsed:
        for each in imports(tree):
            taken = frozenset(each.names) or module_attributes(tree, each.module)
            meant = not is_known(each.package) or (each.package in taken and not is_standard(each.package))
            if each.package in files or (meant and taken and taken <= defined):
                own.add(each.package)
    return frozenset(own)


def does_not_parse(block: Block) -> str:
    """Say where a Python block breaks, in lines of the block."""
    issues = syntax_errors(block.code, "python")
    where = f"its {issues[0]}" if issues else "it is too long or nested too deeply"
    cut = "" if block.closed else "; the reply ends before the fence does"
    return f"the python block at line {block.line} does not parse: {where}{cut}"


def at_line(block: Block, line: int) -> str:
    """Say where a line of a block stands in the reply."""
    return f"line {block.line + line - 1}"


def marked(found: Sequence[tuple[Block, int]]) -> tuple[Evidence, ...]:
    """Show each block once, with its lines marked."""
    lines: dict[int, tuple[Block, list[int]]] = {}
    for block, line in found:
        lines.setdefault(block.line, (block, []))[1].append(line)
    return tuple(block_evidence(block, marks) for block, marks in lines.values())
