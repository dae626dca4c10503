"""What a module defines, read off its syntax."""

from __future__ import annotations

import warnings

import pytest

from pytest_aiassert.sandbox import outline


def shown(code):
    return [str(function) for function in outline(code)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def add(a, b=1, *, c): pass", ["add(a, b, *, c)"]),
        ("async def get(*urls, **options): pass", ["get(*urls, **options)"]),
        ("add = lambda a, b: a + b", ["add(a, b)"]),
        ("def f(a, /, b): pass", ["f(a, b)"]),
        ("try:\n    def f(): pass\nexcept Exception: pass", ["f()"]),
        ("if True:\n    def f(): pass", ["f()"]),
        ("x = 1\nimport os\nprint(x)", []),
        ("class A:\n    def add(self, a): pass\n    def _hidden(self): pass", ["A.add(a)"]),
        ("class A:\n    @staticmethod\n    def add(a, b): pass", ["A.add(a, b)"]),
        ("class A:\n    def __init__(self, x): pass\n    def add(self, a): pass", []),
        ("class A:\n    def __init__(self, x=1): pass\n    def add(self, a): pass", ["A.add(a)"]),
    ],
)
def test_functions_and_methods_are_listed_with_their_parameters(code, expected):
    assert shown(code) == expected


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("def f(a, b=1): pass", [1, 2]),
        ("def f(*a): pass", [0, 1, 2, 3]),
        ("def f(a, *, b): pass", []),
        ("def f(a, *, b=1): pass", [1]),
    ],
)
def test_it_tells_how_many_arguments_a_function_takes(code, counts):
    (function,) = outline(code)

    assert [count for count in range(4) if function.takes(count)] == counts


def test_lines_count_from_one():
    assert outline("\n\ndef f(): pass")[0].line == 3


@pytest.mark.parametrize(
    "code", ["def f(:", "x = '\0'", "(" * 10_000, "x = " + "-" * 100_000 + "1", "x" * 600_000], ids=range(5)
)
def test_what_python_cannot_parse_is_a_syntax_error(code):
    with pytest.raises(SyntaxError):
        outline(code)


def test_doubtful_escapes_do_not_warn():
    with warnings.catch_warnings(record=True) as caught:
        outline("def f(): return '\\d'")

    assert caught == []
