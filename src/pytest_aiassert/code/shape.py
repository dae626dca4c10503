"""The shape of code: its syntax with names, comments, documentation and layout taken away."""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_aiassert.code.parsing import python_tree, tree

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_TOKENS = 20_000
"""Tokens of a piece of code that are compared; what comes after them is not."""

_LONGEST_GRAM = 3
_LEFT_OUT = frozenset({"ctx", "annotation", "returns", "type_comment", "type_ignores", "kind", "type_params"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BUILTIN = frozenset(dir(builtins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A piece of code to compare: all of it, or one definition; `tokens` are its syntax in order."""

    name: str
    line: int
    text: str
    tokens: tuple[str, ...]


def shapes(code: str, language: str) -> tuple[Shape, ...]:
    """Return the shape of the whole, then of each top-level definition; empty where the code does not parse."""
    if language == "python":
        parsed = python_tree(code)
        return () if parsed is None else tuple(_python(parsed, code))
    grown = tree(code, language)
    return () if grown is None or grown.root_node.has_error else tuple(_other(grown.root_node, code))


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two shapes are, from 0 to 1: Dice's coefficient of their runs of one to three tokens."""
    left, right = _grams(one), _grams(other)
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


def _grams(tokens: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(tokens[start : start + size])
        for size in range(1, _LONGEST_GRAM + 1)
        for start in range(len(tokens) - size + 1)
    )


def _python(parsed: ast.Module, code: str) -> Iterator[Shape]:
    yield Shape(name="", line=1, text=code, tokens=_tokens(parsed))
    lines = code.split("\n")
    for node in parsed.body:
        if isinstance(node, _DEFINITIONS):
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            yield Shape(name=node.name, line=node.lineno, text=text, tokens=_tokens(node))


def _tokens(root: ast.AST) -> tuple[str, ...]:
    """Walk in source order, without recursion; names become the number of their first appearance."""
    numbers: dict[str, str] = {}
    tokens: list[str] = []
    waiting: list[object] = [root]
    while waiting and len(tokens) < MOST_TOKENS:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, ast.AST):
            tokens.append(type(node).__name__)
            waiting.extend(reversed(list(_fields(node, numbers))))
        elif node is not None:
            tokens.append(str(node))
    return tuple(tokens)


def _fields(node: ast.AST, numbers: dict[str, str]) -> Iterator[object]:
    for name, value in ast.iter_fields(node):
        if name in _LEFT_OUT:
            continue
        if name == "body" and isinstance(value, list) and isinstance(node, (ast.Module, *_DEFINITIONS)):
            yield value[1:] if value and _is_text(value[0]) else value
        elif isinstance(node, ast.Constant):
            whole = isinstance(value, int) and not isinstance(value, bool)  # repr refuses integers of many digits
            yield (f"{value:#x}" if whole else repr(value))[:_LONGEST_CONSTANT]
        elif isinstance(value, str) and _is_own_name(node, name, value):
            yield numbers.setdefault(value, f"name {len(numbers)}")
        else:
            yield value


_LONGEST_CONSTANT = 40


def _is_own_name(node: ast.AST, field: str, value: str) -> bool:
    """Tell a name that the author chose from one that means something, such as `len` or `.append`."""
    if isinstance(node, ast.Name):
        return value not in _BUILTIN
    return (isinstance(node, _DEFINITIONS) and field == "name") or (isinstance(node, ast.arg) and field == "arg")


def _is_text(statement: object) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _other(root: Node, code: str) -> Iterator[Shape]:
    yield Shape(name="", line=1, text=code, tokens=_leaves(root))
    for node in root.named_children:
        if node.type != "comment":
            text = (node.text or b"").decode("utf-8", "replace")
            yield Shape(name=node.type, line=node.start_point[0] + 1, text=text, tokens=_leaves(node))


def _leaves(root: Node) -> tuple[str, ...]:
    numbers: dict[str, str] = {}
    tokens: list[str] = []
    waiting = [root]
    while waiting and len(tokens) < MOST_TOKENS:
        node = waiting.pop()
        if "comment" in node.type or node.type == ";":
            continue
        if node.children:
            waiting.extend(reversed(node.children))
            continue
        text = (node.text or b"").decode("utf-8", "replace")
        is_name = node.type in ("identifier", "shorthand_property_identifier_pattern")
        tokens.append(numbers.setdefault(text, f"name {len(numbers)}") if is_name else text[:_LONGEST_CONSTANT])
    return tuple(tokens)
