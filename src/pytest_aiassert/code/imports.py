"""What Python code imports, and which modules are known to exist."""

from __future__ import annotations

import ast
import difflib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec

_DYNAMIC = frozenset({"__import__", "import_module"})
_FUTURE = "__future__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An imported module; `names` are what a `from` import takes of it, `level` counts leading dots."""

    module: str
    line: int
    names: tuple[str, ...] = ()
    level: int = 0

    @property
    def package(self) -> str:
        """The top-level name, empty for a relative import."""
        return "" if self.level else self.module.partition(".")[0]


def imports(tree: ast.Module) -> tuple[Import, ...]:
    """List all imports in order, `__import__("x")` and `import_module("x")` included, `__future__` left out."""
    return tuple(sorted(_imports(tree), key=lambda each: each.line))


def bound_names(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Collect what top-level definitions and assignments bind; imports do not count."""
    return frozenset(name for tree in trees for statement in tree.body for name in _bound(statement))


def module_attributes(tree: ast.Module, module: str) -> frozenset[str]:
    """Collect the attributes that code reads of an imported module, whatever it is called there."""
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == module
    }
    return frozenset(
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases
    )


def is_standard(package: str) -> bool:
    """Tell whether a top-level module belongs to the standard library of this Python."""
    return package in sys.stdlib_module_names


def is_known(package: str) -> bool:
    """Tell whether a top-level module is known: standard, well known, or installed here."""
    return is_standard(package) or package in _well_known() or _is_installed(package)


def nearest_known(package: str) -> str:
    """Return the known module whose name is nearest; empty where none is near."""
    known = {name.lower(): name for name in sorted(_well_known() | sys.stdlib_module_names)}
    near = difflib.get_close_matches(package.lower()[:_LONGEST_NAME], known, n=1, cutoff=0.75)
    return known[near[0]] if near else ""


_LONGEST_NAME = 60


def _imports(tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                yield from (Import(module=alias.name, line=node.lineno) for alias in aliases)
            case ast.ImportFrom(module=module, names=aliases, level=level) if module != _FUTURE:
                names = tuple(alias.name for alias in aliases)
                yield Import(module=module or "", line=node.lineno, names=names, level=level or 0)
            case ast.Call(
                func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str(name)), *_]
            ):
                if called in _DYNAMIC and name:
                    yield Import(module=name.lstrip("."), line=node.lineno, level=len(name) - len(name.lstrip(".")))
            case _:
                continue


def _bound(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If() | ast.Try():
            for child in ast.iter_child_nodes(statement):
                if isinstance(child, ast.stmt):
                    yield from _bound(child)
        case _:
            return


@cache
def _well_known() -> frozenset[str]:
    text = resources.files("pytest_aiassert.code").joinpath("well_known_modules.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):  # a module that is loaded without a spec, such as __main__
        return False
