"""What code defines: functions, classes and methods with their parameters, in Python, JavaScript and TypeScript."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pytest_aiassert.code.annotations import canonical
from pytest_aiassert.code.parsing import python_tree, tree

if TYPE_CHECKING:
    from tree_sitter import Node

DEFINING_LANGUAGES = ("python", "javascript", "typescript", "tsx")
"""The languages whose definitions are read."""

_PYTHON_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_JS_FUNCTIONS = frozenset(
    {"function_declaration", "generator_function_declaration", "function_signature", "method_definition"}
)
_JS_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "interface_declaration"})
_JS_VALUES = frozenset({"arrow_function", "function_expression", "generator_function", "class"})
_JS_FIELDS = MappingProxyType({"field_definition": "property", "public_field_definition": "name"})
_JS_EXPORTS = ("module.exports.", "exports.", "window.", "globalThis.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter: `*args` keeps its stars (or dots), `annotation` is in its one spelling."""

    name: str
    annotation: str | None = None

    def __str__(self) -> str:
        return self.name if self.annotation is None else f"{self.name}: {self.annotation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function, class or method (`Class.method`); a class has its constructor's parameters.

    `self` and `cls` are left out; `returns` is None where nothing is written; `line` counts from 1.
    """

    name: str
    kind: str
    line: int
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None

    def __str__(self) -> str:
        arrow = f" -> {self.returns}" if self.returns else ""
        prefix = "class " if self.kind == "class" else ""
        return f"{prefix}{self.name}({', '.join(map(str, self.parameters))}){arrow}"


def definitions(code: str, language: str) -> tuple[Definition, ...]:
    """List what a block defines, methods behind their class; empty where it cannot be parsed.

    What is defined within a function is left out.
    """
    if language == "python":
        parsed = python_tree(code)
        try:
            return () if parsed is None else tuple(_python(parsed.body))
        except RecursionError:  # an annotation of a thousand operators
            return ()
    grown = tree(code, language) if language in DEFINING_LANGUAGES else None
    return () if grown is None else tuple(_javascript(grown.root_node))


def parameters_of(arguments: ast.arguments, *, bound: bool = False) -> tuple[Parameter, ...]:
    """Return a Python function's parameters; the first one is left out where it is bound."""
    found = [_parameter(each) for each in (*arguments.posonlyargs, *arguments.args)][int(bound) :]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, "*"))
    elif arguments.kwonlyargs:
        found.append(Parameter(name="*"))
    found += [_parameter(each) for each in arguments.kwonlyargs]
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, "**"))
    return tuple(found)


def _parameter(argument: ast.arg, stars: str = "") -> Parameter:
    annotation = None if argument.annotation is None else canonical(argument.annotation)
    return Parameter(name=stars + argument.arg, annotation=annotation)


def _python(body: list[ast.stmt], owner: str = "") -> Iterator[Definition]:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield _function(statement, owner)
            case ast.ClassDef(name=name):
                yield _class(statement, owner)
                yield from _python(statement.body, f"{owner}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments)):
                parameters = parameters_of(arguments, bound=bool(owner))
                yield Definition(name=owner + name, kind="function", line=statement.lineno, parameters=parameters)
            case ast.If() | ast.Try() | ast.With():
                yield from _python(list(_inside(statement)), owner)
            case _:
                continue


def _inside(statement: ast.AST) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler):
            yield from child.body


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: str) -> Definition:
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
    return Definition(
        name=owner + node.name,
        kind="method" if owner else "function",
        line=node.lineno,
        parameters=parameters_of(node.args, bound=bool(owner) and not static),
        returns=None if node.returns is None else canonical(node.returns),
    )


def _class(node: ast.ClassDef, owner: str) -> Definition:
    made = next((each for each in node.body if isinstance(each, _PYTHON_FUNCTIONS) and each.name == "__init__"), None)
    fields: tuple[Parameter, ...] = ()
    if made is not None:
        fields = parameters_of(made.args, bound=True)
    elif any("dataclass" in ast.unparse(each) for each in node.decorator_list) or _is_named_tuple(node):
        fields = tuple(
            Parameter(name=each.target.id, annotation=canonical(each.annotation))
            for each in node.body
            if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
        )
    return Definition(name=owner + node.name, kind="class", line=node.lineno, parameters=fields)


def _is_named_tuple(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2] == "NamedTuple" for base in node.bases)


def _javascript(root: Node) -> Iterator[Definition]:
    """Walk without recursion: what a grammar gives can be deeper than the stack."""
    waiting = [(child, "") for child in reversed(root.named_children)]
    while waiting:
        node, owner = waiting.pop()
        if node.type in _JS_CLASSES:
            name = owner + _text(node.child_by_field_name("name"))
            yield _js_class(node, name)
            body = node.child_by_field_name("body")
            waiting += [(child, f"{name}.") for child in reversed(body.named_children if body else [])]
        elif node.type in _JS_FUNCTIONS:
            yield _js_function(node, owner + _text(node.child_by_field_name("name")), owner)
        elif node.type in ("variable_declarator", "assignment_expression", *_JS_FIELDS):
            yield from _js_value(node, owner)
        elif node.type in (
            "export_statement",
            "lexical_declaration",
            "variable_declaration",
            "expression_statement",
            "ambient_declaration",
        ):
            waiting += [(child, owner) for child in reversed(node.named_children)]


def _js_value(node: Node, owner: str) -> Iterator[Definition]:
    assigned = node.type == "assignment_expression"
    value = node.child_by_field_name("right" if assigned else "value")
    if value is None or value.type not in _JS_VALUES:
        return
    name = _text(node.child_by_field_name("left" if assigned else _JS_FIELDS.get(node.type, "name")))
    for prefix in _JS_EXPORTS:
        name = name.removeprefix(prefix)
    name = owner + name.replace(".prototype.", ".")
    yield _js_class(value, name) if value.type == "class" else _js_function(value, name, owner)


def _js_class(node: Node, name: str) -> Definition:
    body = node.child_by_field_name("body")
    members = body.named_children if body is not None else []
    made = next((each for each in members if _text(each.child_by_field_name("name")) == "constructor"), None)
    parameters = () if made is None else _js_parameters(made)
    return Definition(name=name, kind="class", line=node.start_point[0] + 1, parameters=parameters)


def _js_function(node: Node, name: str, owner: str) -> Definition:
    returns = _annotation(node.child_by_field_name("return_type"))
    kind = "method" if owner else "function"
    line = node.start_point[0] + 1
    return Definition(name=name, kind=kind, line=line, parameters=_js_parameters(node), returns=returns)


def _js_parameters(node: Node) -> tuple[Parameter, ...]:
    only = node.child_by_field_name("parameter")  # x => x
    if only is not None:
        return (Parameter(name=_text(only)),)
    listed = node.child_by_field_name("parameters")
    return tuple(_js_parameter(each) for each in (listed.named_children if listed else []) if each.type != "comment")


def _js_parameter(node: Node) -> Parameter:
    pattern = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
    return Parameter(name=_text(pattern), annotation=_annotation(node.child_by_field_name("type")))


def _annotation(node: Node | None) -> str | None:
    return None if node is None else " ".join(_text(node).lstrip(":").split())


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")
