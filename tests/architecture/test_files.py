from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MOST_LINES = 400
MOST_WORDS = 15

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def test_a_file_tells_one_story(root: Path) -> None:
    files = [file for folder in ("src", "tests", "benchmarks", "examples") for file in (root / folder).rglob("*.py")]
    lengths = {str(file.relative_to(root)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}

    too_long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}

    assert not too_long, f"split these along their stories (at most {MOST_LINES} lines): {too_long}"


def test_public_docstrings_begin_with_a_few_words(root: Path, sources: list[Path]) -> None:
    wrong = [
        f"{file.relative_to(root)}:{node.lineno}: {name}: {line!r}"
        for file in sources
        for name, node in _public(ast.parse(file.read_text(encoding="utf-8")))
        if len((line := _first_line(node)).split()) > MOST_WORDS or not line
    ]

    assert not wrong, (
        f"a public docstring says first, in at most {MOST_WORDS} words, what the thing is or does:\n" + "\n".join(wrong)
    )


def _first_line(node: Documented) -> str:
    """Return what the thing is or does; units, ranges and errors may follow behind a semicolon, colon or full stop."""
    line = (ast.get_docstring(node) or "").partition("\n")[0]
    return re.split(r"[;:.](?:\s|$)", line, maxsplit=1)[0].strip()


def _public(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Documented]]:
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, Documented) or node.name.startswith("_") or _overridden(node):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node, f"{node.name}.")


def _overridden(node: Documented) -> bool:
    """Overrides and overloads need no docstring of their own."""
    names = {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in node.decorator_list}
    return bool(names & {"override", "overload"})
