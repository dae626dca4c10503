"""Mutants: what is changed, and what is left alone."""

# ruff: noqa: E501 - a program on a line

from __future__ import annotations

import ast

import pytest

from pytest_aiassert.code.mutation import MOST_MUTANTS, mutants


def changes(code):
    made = mutants(code, skip=lambda _: False)
    for mutant in made:
        assert ast.parse(mutant.code)
        assert mutant.code != code
    return [str(mutant) for mutant in made]


def after(body):
    """Return what a function's one line becomes."""
    return [change.partition(" → ")[2].strip("`") for change in changes(f"def f(a, b, x):\n    {body}\n")]


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ("x = a + b", ["x = (a - b)"]),
        ("x += b", ["x -= b"]),
        ("x = a < b", ["x = (a <= b)"]),
        ("x = a == b", ["x = (a != b)"]),
        ("x = a in b", ["x = (a not in b)"]),
        ("x = a is None", ["x = (a is not None)"]),
        ("x = a and b", ["x = (a or b)"]),
        ("x = not a", ["x = a"]),
        ("x = -a", ["x = a"]),
        ("x = 3", ["x = 4"]),
        ("x = True", ["x = False"]),
        ("x = 'text'", ["x = ''"]),
        ("x = ''", ["x = 'mutant'"]),
        ("return a", ["return None"]),
        ("return a % b", ["return (a // b)", "return None"]),
        ("x = [n * 2 for n in a if n > 1]", 4),
        ("x = f(a, key=b + x)", ["x = f(a, key=(b - x))"]),
    ],
)
def test_operators_constants_and_returns_are_changed(body, becomes):
    made = after(body)
    assert len(made) == becomes if isinstance(becomes, int) else made == becomes


@pytest.mark.parametrize(
    "body",
    [
        "'''A docstring with 3 words.'''",
        "x: int",
        "raise ValueError('bad' + 'words')",
        "print(a + b)",
        "log.info('x', 3)",
        "assert a > 3, 'no'",
        "return",
        "return None",
        "import os",
        "x = f'{a + 1}'",
    ],
)
def test_messages_annotations_and_documentation_are_left_alone(body):
    assert after(body) == []


def test_what_is_never_reached_is_left_alone():
    assert after("return None\n    x = 1 + 2") == []


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ("x = a if a > b else b", "x = (a <= b)"),
        ("x = b if a < b else a", "x = b if (a >= b) else a"),
        ("if x > a: a = x", "if (x <= a): a = x"),
        ("if a > b: a, b = b, a", "if (a <= b): a, b = b, a"),
    ],
)
def test_a_boundary_that_picks_either_of_two_equals_is_not_moved(body, becomes):
    assert len(after(body)) == 1
    assert becomes.removeprefix("x = ") in after(body)[0]


def test_a_choice_by_return_is_not_moved_either():
    code = "def f(a, b):\n    if a > b:\n        return a\n    else:\n        return b\n"
    assert changes(code)[0] == "line 2: `if a > b:` → `if (a <= b):`"


def test_every_kind_of_statement_is_looked_into():
    code = (
        "class A:\n    size = 3\n    def f(self, n=2):\n        with open(1) as g:\n            while n:\n                n -= 1\n"
        "        try:\n            n = 5\n        except KeyError:\n            n = 6\n        finally:\n            n = 7\n"
        "        match n:\n            case 1:\n                n = 8\n        for i in range(9):\n            del i\n"
        "        y: int = 10\n        return self.size\n"
    )
    lines = {change.partition(":")[0] for change in changes(code)}
    assert lines == {f"line {n}" for n in (2, 3, 4, 6, 8, 10, 12, 15, 16, 18, 19)}


def test_only_what_is_not_skipped_is_changed_and_long_expressions_are_cut():
    code = "def f(): return 1 + g(\n    2)\ndef test(): return 3\n"
    made = mutants(code, skip=lambda statement: getattr(statement, "name", "") == "test")
    assert {mutant.line for mutant in made} == {1, 2}
    assert changes(f"def f():\n    return {' + '.join(['name'] * 20)}\n")[0].count("…") == 2


def test_the_number_is_capped_and_the_choice_repeats():
    code = "def f(x):\n" + "\n".join(f"    x = x + {number}" for number in range(100))
    made = mutants(code, skip=lambda _: False)
    assert len(made) == MOST_MUTANTS
    assert made == mutants(code, skip=lambda _: False)
    assert made[-1].line > 90


@pytest.mark.parametrize("code", ["def f(", "", "x" * 60_000, f"def f(x): return x{' + x' * 2_000}"])
def test_what_cannot_be_changed_gives_none(code):
    assert mutants(code, skip=lambda _: False) == ()
