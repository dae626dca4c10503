"""Wrong answers that want to pass: values that lie, patched modules, searches for what is expected."""

from __future__ import annotations

from tests.pytest_aiassert.sandbox.hostile.attack import Forgery, source

LOST = "the code (exited|was killed|sent a malformed reply|ran longer)"
TOLD = f"AssertionError|{LOST}"
"""How code ends that has spoilt its own process: wrong, or lost, as it comes."""
EQUAL = """
class Anything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __hash__(self): return 4
    def __float__(self): return 4.0
    def __sub__(self, other): return 0
    def __rsub__(self, other): return 0
    def __abs__(self): return 0
    def __repr__(self): return '4'
"""

FORGERIES: dict[str, Forgery] = {
    "an object that equals everything": Forgery(code=EQUAL + "def add(a, b): return Anything()"),
    "an object that is close to everything": Forgery(
        code=EQUAL + "def add(a, b): return Anything()", compares="abs(got - expected) < 1e-9", says="TypeError"
    ),
    "an object that shows as the answer": Forgery(
        code=source("""
            class Shown:
                def __init__(self, text): self.text = text
                def __repr__(self): return self.text
            def add(a, b): return Shown(str(a + b))
            """),
        compares="repr(got) == repr(expected)",
    ),
    "an int that lies": Forgery(
        code=source("""
            class Liar(int):
                def __eq__(self, other): return True
                __hash__ = int.__hash__
            def add(a, b): return Liar(7)
            """)
    ),
    "an int whose difference is nothing": Forgery(
        code=source("""
            class Liar(int):
                def __sub__(self, other): return 0
            def add(a, b): return Liar(7)
            """),
        compares="got - expected == 0",
        says="TypeError",
    ),
    "a float that is always close": Forgery(
        code=source("""
            class Near(float):
                def __sub__(self, other): return 0.0
            def add(a, b): return Near(9)
            """),
        compares="abs(got - expected) < 1e-9",
        says="TypeError",
    ),
    "a string that equals all strings": Forgery(
        code=source("""
            class Text(str):
                def __eq__(self, other): return True
                __hash__ = str.__hash__
            def add(a, b): return Text('x')
            """)
    ),
    "a list that equals all lists": Forgery(
        code=source("""
            class Items(list):
                def __eq__(self, other): return True
            def add(a, b): return Items()
            """)
    ),
    "a dict that has every key": Forgery(
        code=source("""
            class Table(dict):
                def __missing__(self, key): return key
            def add(a, b): return Table()
            """),
        compares="got[expected] == expected",
        says="TypeError",
    ),
    "a class of another name": Forgery(
        code=EQUAL
        + source("""
            class Int(Anything):
                __class__ = property(lambda self: int)
            def add(a, b): return Int()
            """),
        compares="isinstance(got, int) and got == expected",
    ),
    "patched isinstance": Forgery(
        code="import builtins\n"
        + EQUAL
        + source("""
            def add(a, b):
                builtins.isinstance = lambda *_: True
                return Anything()
            """),
        compares="isinstance(got, int) and got == expected",
        says=TOLD,
    ),
    "patched abs": Forgery(
        code=source("""
            import builtins
            builtins.abs = lambda _: 0
            def add(a, b): return 9
            """),
        compares="abs(got - expected) < 1e-9",
    ),
    "patched all": Forgery(
        code=source("""
            import builtins
            builtins.all = lambda _: True
            def add(a, b): return 9
            """),
        compares="all(one == other for one, other in [(got, expected)])",
    ),
    "patched operator": Forgery(
        code=source("""
            import operator
            operator.eq = lambda *_: True
            def add(a, b): return 9
            """),
        compares="operator.eq(got, expected)",
    ),
    "patched math": Forgery(
        code=source("""
            import math
            math.isclose = lambda *_, **__: True
            def add(a, b): return 9
            """),
        compares="math.isclose(got, expected)",
    ),
    "patched json": Forgery(
        code=source("""
            import json
            json.dumps = lambda *_, **__: '4'
            def add(a, b): return 9
            """),
        compares="json.dumps(got) == json.dumps(expected)",
        says=TOLD,
    ),
    "patched unittest": Forgery(
        code=source("""
            import unittest
            unittest.TestCase.assertEqual = lambda *_: None
            def add(a, b): return 9
            """),
        compares="unittest.TestCase().assertEqual(got, expected) is None",
    ),
    "every module patched": Forgery(
        code=source("""
            import operator, sys
            for module in list(sys.modules.values()):
                for name in ('encode', 'dumps', 'eq', 'isclose'):
                    if hasattr(module, name): setattr(module, name, lambda *_, **__: True)
            def add(a, b): return 9
            """),
        compares="operator.eq(got, expected)",
        says=f"{TOLD}|TypeError",
    ),
    "a check of its own": Forgery(
        code=source("""
            import sys
            def quiet(_): print('PASSED')
            class Names(dict): pass
            def add(a, b):
                sys._getframe(1).f_globals['check'] = quiet
                return 9
            """),
        compares="got == expected or check(candidate) is None",
        says=f"RecursionError|{TOLD}",
    ),
    "expected values in the caller's frame": Forgery(
        code=source("""
            import sys
            def add(a, b):
                frame = sys._getframe(1)
                while frame:
                    if 'expected' in frame.f_locals: return frame.f_locals['expected']
                    frame = frame.f_back
            """)
    ),
    "expected values among all objects": Forgery(
        code=source("""
            import gc
            def add(a, b):
                for held in gc.get_objects():
                    for found in held if type(held) is list else ():
                        if type(found) is tuple and len(found) == 2 and found[0] == (a, b): return found[1]
            """)
    ),
    "expected values in the test's code": Forgery(
        code=source("""
            import sys
            def add(a, b):
                cases = sys._getframe(1).f_globals.get('CASES')
                return dict(cases)[a, b]
            """),
        says="TypeError",
    ),
    "expected values in a traceback": Forgery(
        code=source("""
            def add(a, b):
                try: 1 / 0
                except ZeroDivisionError as error:
                    frame = error.__traceback__.tb_frame.f_back
                    return frame.f_locals.get('expected')
            """)
    ),
    "a trace that changes what is expected": Forgery(
        code=source("""
            import ctypes, sys
            def add(a, b):
                frame = sys._getframe(1)
                if 'CASES' in frame.f_globals:
                    frame.f_globals['CASES'].clear()
                    return frame.f_locals['expected']
                return 9
            """)
    ),
}
