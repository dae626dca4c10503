"""JavaScript and TypeScript as languages that code can be judged in: functions, classes, values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytest_aiassert.behaviours.dialects import Dialect
from pytest_aiassert.behaviours.examples import UNDEFINED, Example, short
from pytest_aiassert.behaviours.examples import show as show_python
from pytest_aiassert.behaviours.node import NodeCandidate, Source
from pytest_aiassert.code.parsing import syntax_errors, tree
from pytest_aiassert.sandbox import Function, Iterated, Limits, Opaque

if TYPE_CHECKING:
    from tree_sitter import Node

_SAFE = 2**53 - 1
_FUNCTIONS = (
    "arrow_function",
    "function_expression",
    "generator_function",
    "function_declaration",
    "generator_function_declaration",
)
_CLASSES = ("class", "class_declaration", "abstract_class_declaration")
_SAFE_VALUES = (*_FUNCTIONS, *_CLASSES, "number", "string", "true", "false", "null", "array", "object", "regex")
_DECLARATIONS = (
    *_FUNCTIONS,
    *_CLASSES,
    "lexical_declaration",
    "variable_declaration",
    "export_statement",
    "interface_declaration",
    "type_alias_declaration",
    "enum_declaration",
)


def dialect(language: str) -> Dialect:
    """Return the dialect of javascript or typescript."""

    def candidate(code: str, limits: Limits | None) -> NodeCandidate:
        return NodeCandidate(_source(code, language), limits)

    return Dialect(
        name=language,
        outline=lambda code: tuple(_functions(_root(code, language))),
        candidate=candidate,
        form=form,
        show=show,
        classes=lambda code: [(name, line, _public(body)) for name, body, line in _classes(_root(code, language))],
        with_player=lambda code: code,  # the driver plays scripts itself
        options=True,
        makes="new ",
        at_once=400,
    )


# --- values ------------------------------------------------------------------------------------------------------


def form(example: Example) -> Example | None:
    """Return an example in JavaScript's values, None where they cannot hold it: integers over 2^53, other keys.

    Keys of a returned object are texts there, so 1 stands as '1'; whatever must raise may throw anything.
    """
    try:
        args = tuple(_value(arg) for arg in example.args)
        kwargs = {name: _value(value) for name, value in example.kwargs.items()}
        returns = _value(example.returns, loose_keys=True)
    except _NoSuchValueError:
        return None
    return replace(example, args=args, kwargs=kwargs, returns=returns, raises=example.raises and "Error")


class _NoSuchValueError(Exception):
    """JavaScript has no such value, or none that JSON can carry."""


def _value(value: Any, *, loose_keys: bool = False) -> Any:
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int) and abs(value) <= _SAFE:
        return value
    if isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value):
        return value
    if isinstance(value, (list, tuple)):
        return [_value(item, loose_keys=loose_keys) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) or (loose_keys and type(key) is int) for key in value):
        return {str(key): _value(item, loose_keys=loose_keys) for key, item in value.items()}
    raise _NoSuchValueError


def show(value: Any) -> str:
    """Write a value as JavaScript does, cut to a readable length."""
    if isinstance(value, Iterated):
        items = ", ".join(map(_written, value.items[:20]))
        return short(f"a {value.type_name} of [{items}{'' if value.complete else ', …'}]")
    return short(_written(value))


def _written(value: Any) -> str:
    if isinstance(value, Opaque):
        return _opaque(value)
    if value is None or isinstance(value, (bool, float)):
        return {None: "null", True: "true", False: "false"}[value] if not isinstance(value, float) else _number(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        keys = {key: key if str(key).isidentifier() else show_python(key) for key in value}
        return f"{{{', '.join(f'{keys[key]}: {_written(item)}' for key, item in value.items())}}}"
    return show_python(value)


def _opaque(value: Opaque) -> str:
    if value == UNDEFINED:
        return "undefined"
    return f"{value.note} (a {value.type_name})" if value.note else f"a {value.type_name}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return json.dumps(int(value) if value.is_integer() and abs(value) <= _SAFE else value)


# --- what the code defines ---------------------------------------------------------------------------------------


def _root(code: str, language: str) -> Node:
    """Return the syntax tree; raises SyntaxError for code that does not parse."""
    issues = syntax_errors(code, language)
    if issues:
        first = issues[0]
        raise SyntaxError(first.message, ("reply", first.line, first.column, None))
    parsed = tree(code, language)
    assert parsed is not None  # the parser has refused nothing
    return parsed.root_node


def _source(code: str, language: str) -> Source:
    top = _root(code, language).named_children
    definitions = [node for node in top if node.type in _DECLARATIONS and not _loads(node)]
    functions = [node for node in definitions if all(value.type in _SAFE_VALUES for value in _values(node))]
    return Source(
        whole=code,
        parts=tuple("\n".join(map(_text, nodes)) for nodes in (definitions, functions)),
        language=language,
        is_module=any(node.type in ("import_statement", "export_statement") for node in top),
    )


def _loads(node: Node) -> bool:
    """Tell whether a variable is made of another module."""
    return any("require(" in _text(value) and value.type not in _FUNCTIONS for value in _values(node))


def _values(node: Node) -> list[Node]:
    """Return what a declaration of variables makes them of."""
    if node.type == "export_statement":
        inner = node.child_by_field_name("declaration")
        return [] if inner is None else _values(inner)
    if node.type not in ("lexical_declaration", "variable_declaration"):
        return []
    values = [each.child_by_field_name("value") for each in node.named_children]
    return [_bare(value) for value in values if value is not None]


def _functions(root: Node) -> Iterator[Function]:
    """Yield top-level functions, methods of classes that need no arguments, functions of objects, and exports."""
    for name, value in _bound(root):
        if value.type in (*_FUNCTIONS, "method_definition"):
            yield _function(name, value)
        elif value.type == "object":
            yield from _members(name, value)
    for name, body, _ in _classes(root):
        yield from _methods(name, body)


def _classes(root: Node) -> Iterator[tuple[str, Node, int]]:
    """Yield top-level classes: name, body and line."""
    for name, value in _bound(root):
        body = value.child_by_field_name("body")
        if value.type in _CLASSES and body is not None:
            yield name, body, value.start_point[0] + 1


def _bound(root: Node) -> Iterator[tuple[str, Node]]:
    """Yield the names that a module gives to what it defines at its top, `default` for an export without one."""
    for node in root.named_children:
        if node.type == "export_statement":
            inner = node.child_by_field_name("declaration") or node.child_by_field_name("value")
            if inner is not None:
                yield from _bindings(inner, "default")
        elif node.type == "expression_statement":
            yield from _assigned(node.named_children[0] if node.named_children else node)
        else:
            yield from _bindings(node, None)


def _bindings(node: Node, otherwise: str | None) -> Iterator[tuple[str, Node]]:
    if node.type in ("lexical_declaration", "variable_declaration"):
        for each in node.named_children:
            name, value = each.child_by_field_name("name"), each.child_by_field_name("value")
            if name is not None and value is not None and name.type == "identifier":
                yield _text(name), _bare(value)
        return
    node = _bare(node)
    name = node.child_by_field_name("name")
    called = otherwise if name is None else _text(name)
    if called is not None and node.type in (*_FUNCTIONS, *_CLASSES, "object"):
        yield called, node


def _assigned(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield what `module.exports = …`, `exports.x = …` and `x = …` bind."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "assignment_expression" or left is None or right is None:
        return
    right = _bare(right)
    target = _text(left).removeprefix("module.").removeprefix("globalThis.")
    if target == "exports" and right.type == "object":
        for name, value in _pairs(right):
            yield name, value
    elif target == "exports":
        yield from _bindings(right, "default")
    elif (name := target.removeprefix("exports.")).isidentifier():
        yield name, right


def _members(owner: str, node: Node) -> Iterator[Function]:
    for name, value in _pairs(node):
        if value.type in (*_FUNCTIONS, "method_definition"):
            yield _function(f"{owner}.{name}", value)


def _pairs(node: Node) -> Iterator[tuple[str, Node]]:
    for each in node.named_children:
        key, value = each.child_by_field_name("key"), each.child_by_field_name("value")
        if each.type == "pair" and key is not None and value is not None:
            yield _text(key).strip("'\""), _bare(value)
        elif each.type == "method_definition" and (name := each.child_by_field_name("name")) is not None:
            yield _text(name), each


def _methods(owner: str, body: Node) -> Iterator[Function]:
    named = _named_methods(body)
    needy = "constructor" in named and _function("constructor", named["constructor"]).least > 0
    for name, each in named.items():
        is_static = any(child.type == "static" for child in each.children)
        is_property = any(child.type in ("get", "set") for child in each.children)
        if name != "constructor" and name.isidentifier() and not is_property and (is_static or not needy):
            yield _function(f"{owner}.{name}", each)


def _named_methods(body: Node) -> dict[str, Node]:
    methods = [each for each in body.named_children if each.type == "method_definition"]
    return {_text(name): each for each in methods if (name := each.child_by_field_name("name")) is not None}


def _public(body: Node) -> tuple[str, ...]:
    return tuple(name for name in _named_methods(body) if name != "constructor" and name.isidentifier())


def _function(name: str, node: Node) -> Function:
    single = node.child_by_field_name("parameter")
    listed = node.child_by_field_name("parameters")
    given = [single] if single is not None else listed.named_children if listed is not None else []
    parameters = [_parameter(each) for each in given if each.type != "comment"]
    plain = [each for each in parameters if not each[2] and not each[3]]
    takes_any = any(each[2] for each in parameters)
    options = next((each[3] for each in parameters if each[3]), ())
    return Function(
        name=name,
        parameters=tuple(f"...{each[0]}" if each[2] else each[0] for each in parameters if not each[3]) + options,
        least=sum(not each[1] for each in plain),
        most=None if takes_any else len(plain),
        line=node.start_point[0] + 1,
        required_keywords=options,
    )


def _parameter(node: Node) -> tuple[str, bool, bool, tuple[str, ...]]:
    """Return a parameter's name, whether it may be left out, takes the rest, and the names that it takes apart."""
    pattern = node.child_by_field_name("pattern") or node
    optional = (
        node.type in ("optional_parameter", "assignment_pattern") or node.child_by_field_name("value") is not None
    )
    if pattern.type == "assignment_pattern":
        left = pattern.child_by_field_name("left")
        pattern, optional = (pattern if left is None else left), True
    if pattern.type == "object_pattern" and not optional:
        shorthand = [
            _text(each) for each in pattern.named_children if each.type == "shorthand_property_identifier_pattern"
        ]
        return "options", False, False, tuple(shorthand)
    if pattern.type == "rest_pattern":
        return _text(pattern).removeprefix("..."), True, True, ()
    return _text(pattern), optional, False, ()


def _bare(node: Node) -> Node:
    """Look through parentheses and type annotations."""
    while node.type in ("parenthesized_expression", "as_expression", "satisfies_expression") and node.named_children:
        node = node.named_children[0]
    return node


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
