"""Outlines of Python: functions, their annotations and complexity, and names."""

from __future__ import annotations

from pytest_aiassert.code.outline import functions, names

CODE = '''
import os.path as p, sys
class A:
    """A."""
    def method(self, x: int) -> int:
        """Return x."""
        def inner(): ...
        return x
    @staticmethod
    def static(x): return x
    def __init__(self, y: int): self.y = y
def tangled(a, *b: int, c=None, **d):
    for i in a:
        if i and c or d:
            return [j for j in b]
    try:
        pass
    except ValueError:
        async def hidden(): ...
if True:
    def nested() -> None: ...
try:
    pass
except Exception:
    def late(): ...
'''


def test_functions_are_outlined_in_order():
    outlines = {outline.name: outline for outline in functions(CODE)}
    assert list(outlines) == ["method", "static", "__init__", "tangled", "nested", "late"]
    assert (outlines["method"].documented, outlines["method"].typed) == (True, 1.0)
    assert outlines["static"].typed == 0
    assert outlines["__init__"].typed == 1
    assert outlines["tangled"].typed == 1 / 5
    assert outlines["tangled"].complexity == 7
    assert outlines["nested"].line == 21


def test_names_are_collected():
    assert {"p", "sys", "A", "tangled", "a", "ValueError"} <= names(CODE)


def test_broken_code_has_no_outline():
    assert functions("def f(:") == ()
    assert names("def f(:") == frozenset()
