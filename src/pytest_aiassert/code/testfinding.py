"""Tests in code, found by their shape; code that is cut off is read as far as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_aiassert.code.parsing import tree

if TYPE_CHECKING:
    from tree_sitter import Node

TESTED_LANGUAGES = ("python", "javascript", "typescript", "tsx")
"""The languages whose tests are recognised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTest:
    """A test: its framework's kind, the line it starts on, and how many assertions it makes."""

    name: str
    line: int
    kind: str
    assertions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTests:
    """All tests of a block; `loose` are the lines of assertions outside of any test, `doctests` counts examples."""

    tests: tuple[FoundTest, ...] = ()
    loose: tuple[int, ...] = ()
    doctests: int = 0


_DOCTEST = re.compile(r"^[ \t]*>>> ", re.MULTILINE)
_JS_TEST = re.compile(r"(?:test|it)(?:\.(?:only|concurrent|failing|each\b.*))?", re.DOTALL)
_JS_ASSERTION = re.compile(r"(?:chai\.)?(?:expect|assert)\b|t\.(?:is|deepEqual|true|false|throws)\b|sinon\.assert\.")
_PY_ASSERTION = re.compile(
    r"(?:\w+\.)*(?:assert\w*|fail|raises|warns|deprecated_call)|(?:np|numpy|pd|pandas)\.(?:testing\.)?\w*assert\w*"
)


def find_tests(code: str, language: str) -> FoundTests:
    """Find tests in Python (pytest, unittest) or JavaScript (`test`, `it`) code.

    A test that is defined twice under one name counts once, as the later one. Doctests are counted apart: pytest does
    not collect them by itself. Empty for other languages, and for code too long to parse.
    """
    parsed = tree(code, language) if language in TESTED_LANGUAGES else None
    if parsed is None:
        return FoundTests()
    return _python(parsed.root_node, code) if language == "python" else _javascript(parsed.root_node)


def _python(root: Node, code: str) -> FoundTests:
    found: dict[tuple[str, str], FoundTest] = {}
    within: set[int] = set()
    for scope, kind, node in _python_tests(root):
        lines = [_line(each) for each in _walk(node) if _asserts_in_python(each)]
        within.update(lines)
        name = _name(node)
        found.pop((scope, name), None)
        found[scope, name] = FoundTest(name=name, line=_line(node), kind=kind, assertions=len(lines))
    every = [_line(each) for each in _walk(root) if each.type == "assert_statement"]
    loose = tuple(sorted({line for line in every if line not in within}))
    return FoundTests(tests=tuple(found.values()), loose=loose, doctests=len(_DOCTEST.findall(code)))


def _python_tests(root: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield what pytest would collect: functions, and methods of test classes."""
    for node in _definitions(root):
        name = _name(node)
        if node.type == "function_definition" and name.startswith("test"):
            yield "", "pytest function", node
        elif node.type == "class_definition":
            bases = _text(node.child_by_field_name("superclasses"))
            unittest = re.search(r"TestCase\b", bases) is not None
            if not unittest and not name.startswith("Test"):
                continue
            kind = "unittest method" if unittest else "pytest method"
            for method in _definitions(node.child_by_field_name("body")):
                if method.type == "function_definition" and _name(method).startswith("test"):
                    yield name, kind, method


def _definitions(body: Node | None) -> Iterator[Node]:
    """Yield functions and classes of a body, out of their decorators, `if` blocks and syntax errors."""
    waiting = list(reversed(body.named_children)) if body is not None else []
    while waiting:
        node = waiting.pop()
        if node.type in ("function_definition", "class_definition"):
            yield node
        elif node.type in ("decorated_definition", "if_statement", "try_statement", "block", "ERROR"):
            waiting.extend(reversed(node.named_children))


def _asserts_in_python(node: Node) -> bool:
    if node.type == "assert_statement":
        return True
    return node.type == "call" and _PY_ASSERTION.fullmatch(_text(node.child_by_field_name("function"))) is not None


def _javascript(root: Node) -> FoundTests:
    tests: list[FoundTest] = []
    within: set[int] = set()
    calls = [node for node in _walk(root) if node.type == "call_expression"]
    for call in calls:
        arguments = call.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        function = _text(call.child_by_field_name("function"))
        if not given or given[0].type not in ("string", "template_string") or not _JS_TEST.fullmatch(function):
            continue
        asserting = [each for each in _walk(call) if each.type == "call_expression" and _asserts_in_javascript(each)]
        within.update(each.id for each in asserting)
        name = _text(given[0]).strip("'\"`")
        kind = f"{re.split(r'[.(]', function, maxsplit=1)[0]}() test"
        tests.append(FoundTest(name=name, line=_line(call), kind=kind, assertions=len(asserting)))
    loose = {_line(call) for call in calls if call.id not in within and _asserts_in_javascript(call)}
    return FoundTests(tests=tuple(tests), loose=tuple(sorted(loose)))


def _asserts_in_javascript(call: Node) -> bool:
    function = call.child_by_field_name("function")
    if function is None or function.type not in ("identifier", "member_expression"):
        return False
    name = _text(function)  # expect(x).toBe(y) is one assertion, counted at expect(x)
    return "(" not in name and _JS_ASSERTION.match(name) is not None


def _walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(each.children))


def _name(node: Node) -> str:
    return _text(node.child_by_field_name("name"))


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def _line(node: Node) -> int:
    return node.start_point[0] + 1
