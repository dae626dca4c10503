"""Classes: how scripts are read, what is refused, how methods are found, and how a script is told."""

from __future__ import annotations

import re

import pytest

from pytest_aiassert.behaviours import ClassBehaviour, Method, best_attempt, find_behaviour
from pytest_aiassert.behaviours.instances import classes_of
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import Limits

STACK = find_behaviour("stack")


class Box:
    def __init__(self, size=99):
        self.items = []
        self.size = size

    def put(self, item):
        if len(self.items) >= self.size:
            raise OverflowError("full")
        self.items.append(item)

    def has(self, item):
        return item in self.items

    def all(self):
        return iter(self.items)


def made(*scripts, **changes):
    usual = {
        "name": "box",
        "summary": "Holds items.",
        "signature": "Box(size)",
        "reference": Box,
        "methods": (
            Method(name="put", sounds=("add", "__setitem__"), answers=False),
            Method(name="has", sounds=("__contains__", "holds"), optional=True),
        ),
        "scripts": scripts or ("Box(); put(1); has(1); has(2)",),
    }
    return ClassBehaviour(**{**usual, **changes})


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("Box(); take(1)", "'take' is none of its methods: put, has"),
        ("Box(; put(1)", "expected calls with literal arguments, as 'Stack(); push(1); pop()'"),
        ("Box(); put(x)", "expected calls with literal arguments"),
        ("Box(); put(item=1)", "expected calls with literal arguments"),
        ("x = Box()", "expected calls with literal arguments"),
        ("Box(1, 2)", "the reference raised TypeError: Box.__init__() takes from 1 to 2 positional arguments"),
        ("Box(0); put(1)", "put raised OverflowError: full"),
        ("Box(); has()", "has raised TypeError: Box.has() missing 1 required positional argument: 'item'"),
    ],
)
def test_a_script_the_reference_cannot_follow_is_refused(script, problem):
    with pytest.raises(UsageError, match=re.escape(f"behaviour 'box': script {script!r}: ")) as caught:
        made(script)

    assert problem in str(caught.value)


def test_a_behaviour_without_scripts_is_refused():
    with pytest.raises(UsageError, match="there are no scripts"):
        made(scripts=())


def test_an_answer_that_cannot_be_compared_is_refused():
    with pytest.raises(UsageError, match="all returned <list_iterator object"):
        made("Box(); all()", methods=(Method(name="all"),))


def told(code, behaviour=STACK, limits=None):
    attempt = best_attempt(code, behaviour, limits)
    return attempt and attempt.counterexample


@pytest.mark.parametrize(
    ("code", "counterexample"),
    [
        (
            "class Stack:\n    def __init__(self, a, b, c): pass",
            "class Stack(a, b, c) cannot be made like Stack()",
        ),
        ("class Stack:\n    def __init__(self): raise OSError('no')", "Stack() raised OSError: no"),
        ("class Stack(Missing): pass", "Stack() raised NameError: name 'Stack' is not defined"),
        ("class Stack: pass", "class Stack has no method that sounds like push"),
        (
            "class Stack:\n    def push(self, x): pass\n    def pop(self): return print(1)",
            "s = Stack(); s.push(1); s.pop() printed '1' and returned None, expected 1",
        ),
        (
            "class Stack:\n    def push(self, x): raise KeyError(x)\n    def pop(self): return None",
            "s = Stack(); s.push(1) raised KeyError: 1, expected it to succeed",
        ),
        (
            "class Stack(list):\n    def push(self, x): self.append(x)\n    @property\n    def top(self): return 7",
            "s = Stack(); s.top returned 7, expected it to refuse (an exception, None or a text)",
        ),
        (
            "class Stack(list):\n    def push(self, x): self.append(x)\n    def __len__(self): return 7",
            "s = Stack(); len(s) returned 7, expected 0",
        ),
        (
            "class Stack:\n    def push(self, x): pass\n    def pop(self): return 0",
            "s = Stack(); s.pop() returned 0, expected it to refuse (an exception, None or a text)",
        ),
        (
            "import os\nclass Stack:\n    def push(self, x): os._exit(3)\n    def pop(self): return None",
            "s = Stack(); s.push(1); s.pop() exited with status 3",
        ),
    ],
    ids=range(10),
)
def test_a_wrong_class_is_told_by_its_shortest_script(code, counterexample):
    assert told(code) == counterexample


def test_a_class_that_hangs_is_told_as_such():
    code = "class Stack:\n    def push(self, x):\n        while True: pass\n    def pop(self): return None"

    assert told(code, limits=Limits(wall=0.5)).endswith("ran longer than 0.5 s")


@pytest.mark.parametrize("code", ["", "x = 1", "def push(x): pass", "class TestStack: pass", "class Other: pass"])
def test_where_no_class_could_be_meant_there_is_no_attempt(code):
    assert best_attempt(code, STACK) is None


def test_a_class_that_satisfies_wins_over_one_that_sounds_right():
    code = "class Stack(list):\n    def push(self, x): pass\nclass Pile(list):\n    def push(self, x): self.append(x)"

    assert best_attempt(code, STACK).name == "Pile"


def test_operators_are_told_as_they_are_written():
    code = "class Box(dict):\n    def __contains__(self, item): return True\n    def add(self, item): self[item] = 1"

    assert told(code, made("Box(); put(1); has(2)")) == "b = Box(); b.add(1); 2 in b returned True, expected False"


def test_a_long_script_is_told_with_its_middle_left_out():
    script = "Box(); " + "put(1); " * 20 + "has(2)"
    code = "class Box:\n    def add(self, item): pass\n    def holds(self, item): return True"
    counterexample = told(code, made(script))

    assert counterexample.startswith("b = Box(); b.add(1); b.add(1); …; b.add(1)")
    assert counterexample.endswith("b.add(1); b.holds(2) returned True, expected False")
    assert counterexample.count("add") == 10


def test_steps_for_which_a_class_has_no_method_are_left_out():
    assert best_attempt("class Box:\n    def add(self, item): pass", made("Box(); put(1); has(1)")).satisfied


def test_names_that_the_candidate_took_do_not_disturb_the_play():
    code = "list = dict = print = getattr = len = str = type = None\nclass S:\n    def __init__(self): self.x = []\n"
    code += "    def push(self, x): self.x.append(x)\n    def pop(self): return self.x.pop()"

    assert best_attempt(code, STACK).satisfied


def test_a_class_that_speaks_for_the_player_is_no_pass():
    forged = "{'made': [], 'names': 3, 'answers': 'all right'}"
    code = "class Stack(list):\n    def push(self, x):\n        self.append(x)\n"
    code += f"        globals()['aiassert_play'] = lambda *request: {forged}"

    assert told(code).startswith("Stack() answered with rubbish: {'made': [], ")


def test_classes_are_listed_with_their_public_methods():
    code = "class A:\n    def f(self): pass\n    def _g(self): pass\nclass B: pass\ndef f(): pass"

    assert list(classes_of(code)) == ["A (f)", "B"]
    assert list(classes_of("class A(:")) == []


def test_subscripts_are_told_as_they_are_written():
    cache = find_behaviour("lru_cache")
    code = "class LRUCache:\n    def __init__(self, n): pass\n    def __setitem__(self, key, value): pass\n"
    code += "    def __getitem__(self, key): return None"

    assert told(code, cache) == "l = LRUCache(1); l['a'] = 1; l['a'] returned None, expected 1"
