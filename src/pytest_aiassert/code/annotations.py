"""Type annotations brought to one spelling, so that `Optional[List[int]]` equals `list[int] | None`."""

from __future__ import annotations

import ast

from pytest_aiassert.code.parsing import python_tree

_MODULES = frozenset({"typing", "t", "typing_extensions", "collections", "abc"})
_BUILTIN = {
    "List": "list",
    "Dict": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Type": "type",
    "Text": "str",
    "NoneType": "None",
}


def canonical_annotation(text: str) -> str | None:
    """Return an annotation in its one spelling; None where it is no expression."""
    tree = python_tree(f"({text.strip()}\n)") if text.strip() else None
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    return canonical(tree.body[0].value)


def same_annotation(wanted: str, found: str | None) -> bool:
    """Tell whether two annotations mean one type, as far as their text tells."""
    if found is None:
        return False
    if "".join(wanted.split()) == "".join(found.split()):
        return True
    one = canonical_annotation(wanted)
    return one is not None and one == canonical_annotation(found)


def canonical(node: ast.expr) -> str:  # noqa: PLR0911 - one for each form
    """Return an annotation's tree as text: unquoted, builtin generics, unions with `|` in order."""
    match node:
        case ast.Constant(value=str(text)):
            return canonical_annotation(text) or repr(text)
        case ast.Name(id=name):
            return _BUILTIN.get(name, name)
        case ast.Attribute(attr=name, value=owner) if _is_typing(owner):
            return _BUILTIN.get(name, name)
        case ast.BinOp(op=ast.BitOr()):
            return _union([node.left, node.right])
        case ast.Subscript(value=value, slice=inner):
            return _subscript(canonical(value), inner)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            inside = ", ".join(map(canonical, items))
            return f"[{inside}]" if isinstance(node, ast.List) else inside
        case _:
            return ast.unparse(node)


def _subscript(owner: str, inner: ast.expr) -> str:
    if owner == "Optional":
        return _union([inner, ast.Constant(value=None)])
    if owner == "Union":
        return _union(inner.elts if isinstance(inner, ast.Tuple) else [inner])
    if owner == "Literal":
        return f"Literal[{ast.unparse(inner).strip('()')}]"
    return f"{owner}[{canonical(inner)}]"


def _union(members: list[ast.expr]) -> str:
    parts = {part for member in members for part in canonical(member).split(" | ")}
    return " | ".join(sorted(parts, key=lambda part: (part == "None", part)))


def _is_typing(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return _is_typing(node.value)
    return isinstance(node, ast.Name) and node.id in _MODULES
