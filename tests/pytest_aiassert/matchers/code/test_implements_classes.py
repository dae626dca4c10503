"""`implements` with the behaviour of a class."""

from __future__ import annotations

import pytest

from pytest_aiassert.matchers.code.implements import implements


def fenced(code):
    return f"```python\n{code}\n```"


STACK = "class Pile:\n    def __init__(self): self.x = []\n    def add(self, i): self.x.append(i)\n"


def test_a_class_is_found_whatever_it_and_its_methods_are_called():
    verdict = implements("stack").check(fenced(f"import sys\n\n{STACK}    def remove(self): return self.x.pop()"))

    assert verdict.passed
    assert verdict.reason == "Pile agrees with all 51 scripts"
    assert verdict.evidence[0].marks == (3,)


def test_a_wrong_class_is_refuted_by_its_smallest_script():
    verdict = implements("stack").check(fenced(f"{STACK}    def remove(self): return self.x.pop(0)"))

    assert not verdict.passed
    assert verdict.score == 0.75
    script = "p = Pile(); p.add(1); p.add(2); p.remove()"
    assert verdict.reason == f"{script} returned 1, expected 2; 9 of 12 scripts agree"
    assert verdict.evidence[1].text == f"{script} returned 1, expected 2"


@pytest.mark.parametrize(
    ("code", "there"),
    [
        ("def push(x): pass", "it defines no class at all"),
        ("class A: pass\nclass B:\n    def f(self): pass", "it defines A and B (f)"),
    ],
)
def test_a_reply_without_such_a_class_says_what_there_is(code, there):
    reason = implements("stack").check(fenced(code)).reason

    assert reason == f"the code has no class like Stack() with push and pop: {there}"


def test_a_class_whose_base_is_not_there_is_explained():
    code = "import numpy as np\nclass Stack(np.ndarray):\n    def push(self, x): pass\n    def pop(self): pass"
    reason = implements("stack").check(fenced(code)).reason

    assert reason.startswith("Stack() raised NameError: name 'Stack' is not defined; 0 of 12 scripts agree")
    assert "raised ModuleNotFoundError: No module named 'numpy' at line 2 of the reply" in reason
