"""What Python code defines and uses, as far as one can tell without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_aiassert.code.parsing import python_tree

_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.IfExp, ast.comprehension, ast.match_case)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOutline:
    """A function or method; `complexity` is McCabe's (1976), `typed` the share of its annotations, 0 to 1."""

    name: str
    line: int
    documented: bool
    typed: float
    complexity: int


def functions(code: str) -> tuple[FunctionOutline, ...]:
    """List functions and methods, nested ones left to those around them; empty where it does not parse."""
    tree = python_tree(code)
    return () if tree is None else tuple(_functions(tree))


def loose_complexity(tree: ast.Module) -> int:
    """Return McCabe's complexity of what stands outside of functions and classes; 1 where it does not branch."""
    loose = [node for node in tree.body if not isinstance(node, (*_FUNCTIONS, ast.ClassDef))]
    return sum(_complexity(node) - 1 for node in loose) + 1


def names(code: str) -> frozenset[str]:
    """Collect all names that the code defines, imports or uses; empty where it does not parse."""
    tree = python_tree(code)
    return frozenset() if tree is None else frozenset(_names(tree))


def _functions(tree: ast.Module) -> Iterator[FunctionOutline]:
    waiting: list[tuple[ast.AST, bool]] = [(node, False) for node in reversed(tree.body)]
    while waiting:
        node, in_class = waiting.pop()
        if isinstance(node, _FUNCTIONS):
            yield FunctionOutline(
                name=node.name,
                line=node.lineno,
                documented=ast.get_docstring(node) is not None,
                typed=_typed(node, in_class=in_class),
                complexity=_complexity(node),
            )
        elif isinstance(node, ast.stmt):
            inside = isinstance(node, ast.ClassDef) or (in_class and not isinstance(node, ast.ClassDef))
            children = [
                child for child in ast.iter_child_nodes(node) if isinstance(child, (ast.stmt, ast.ExceptHandler))
            ]
            waiting.extend((child, inside) for child in reversed(children))
        else:
            waiting.extend((child, in_class) for child in reversed(list(ast.iter_child_nodes(node))))


def _typed(node: ast.FunctionDef | ast.AsyncFunctionDef, *, in_class: bool) -> float:
    arguments = [*node.args.posonlyargs, *node.args.args]
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    if in_class and arguments and not static:
        arguments = arguments[1:]
    arguments += node.args.kwonlyargs
    arguments += [argument for argument in (node.args.vararg, node.args.kwarg) if argument is not None]
    slots = [argument.annotation for argument in arguments]
    if node.name != "__init__" or not slots:
        slots.append(node.returns)
    return sum(slot is not None for slot in slots) / len(slots)


def _complexity(node: ast.AST) -> int:
    """Return 1 plus the branches (McCabe, A Complexity Measure, 1976); each `and` and `or` is one."""
    total = 1
    for each in ast.walk(node):
        if isinstance(each, ast.BoolOp):
            total += len(each.values) - 1
        elif isinstance(each, _BRANCHES):
            total += 1
    return total


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".", 1)[0]
