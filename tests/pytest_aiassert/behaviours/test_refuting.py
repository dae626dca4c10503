"""Code that agrees with all cases is refuted by what is drawn, with the smallest counterexample."""

from __future__ import annotations

import pytest

from pytest_aiassert.behaviours import Behaviour, best_attempt, find_behaviour
from pytest_aiassert.errors import UsageError
from pytest_aiassert.sandbox import Limits


def doubling(**changes):
    usual = {
        "name": "double",
        "summary": "Doubles a number.",
        "signature": "double(n)",
        "reference": lambda n: 2 * n,
        "cases": ((1,), (0,)),
        "inputs": lambda draw: (draw.integer(0, 500),),
        "properties": {"it is even": lambda result, _: result % 2 == 0},
    }
    return Behaviour(**{**usual, **changes})


def test_code_that_is_right_agrees_with_what_is_drawn_too():
    behaviour = doubling()
    attempt = best_attempt("def f(n): return n + n", behaviour)

    assert attempt.satisfied
    assert attempt.drawn == len(behaviour.drawn) > 30
    assert attempt.total == 2 + attempt.drawn


def test_the_smallest_input_that_refutes_is_told_with_what_does_not_hold_there():
    attempt = best_attempt("def f(n): return 2 * n if n < 77 else 2 * n + 1", doubling())

    assert attempt.counterexample == "f(77) returned 155, expected 154"
    assert attempt.broken == ("it is even",)
    assert 2 < attempt.agreed < attempt.total


def test_code_that_is_wrong_on_a_case_is_asked_nothing_more():
    attempt = best_attempt("def f(n): return 2", doubling())

    assert (attempt.agreed, attempt.total, attempt.drawn) == (1, 2, 0)
    assert attempt.counterexample == "f(0) returned 2, expected 0"


def test_the_words_of_another_reading_are_told_of_drawn_inputs_too():
    behaviour = doubling(explains=lambda _, answer: "it gives a list" if isinstance(answer.value, list) else None)
    attempt = best_attempt("def f(n): return 2 * n if n < 2 else [n, n]", behaviour)

    assert attempt.counterexample == "f(2) returned [2, 2], expected 4 (it gives a list)"


def test_what_was_printed_is_that_of_the_call_told():
    attempt = best_attempt("def f(n):\n    print(n)\n    return 2 * n if n < 100 else None", doubling())

    assert attempt.counterexample == "f(100) printed '100' and returned None, expected 200"


def test_an_answer_that_depends_on_earlier_calls_is_told_so():
    code = "seen = []\ndef f(n):\n    seen.append(n)\n    return 2 * n if len(seen) < 20 else 0"

    assert "(after other calls: it keeps state between them)" in best_attempt(code, doubling()).counterexample


def test_code_that_hangs_on_what_is_drawn_is_refuted():
    attempt = best_attempt("def f(n):\n    while n > 5: pass\n    return 2 * n", doubling(), Limits(wall=0.5))

    assert attempt.counterexample.endswith("ran longer than 0.5 s, expected 12")
    assert attempt.counterexample.startswith("f(6)")


def test_code_that_is_right_but_slow_is_not_refuted():
    attempt = best_attempt("import time\ndef f(n):\n    time.sleep(0.1)\n    return 2 * n", doubling(), Limits(wall=1))

    assert attempt.satisfied
    assert 2 < attempt.total < 30


def test_code_that_leaves_on_what_is_drawn_is_refuted():
    attempt = best_attempt("import os\ndef f(n):\n    if n > 300: os._exit(0)\n    return 2 * n", doubling())

    assert "exited with status 0" in attempt.counterexample


def test_a_right_function_is_found_behind_one_that_is_refuted_by_what_is_drawn():
    attempt = best_attempt("def double(n): return min(2 * n, 400)\ndef other(n): return 2 * n", doubling())

    assert attempt.name == "other"
    assert attempt.satisfied


def test_a_reference_that_fails_on_an_input_is_an_error_not_a_verdict():
    behaviour = doubling(reference=lambda n: 2 * n if n < 400 else 1 / 0)

    with pytest.raises(
        UsageError, match=r"behaviour 'double': its reference raised ZeroDivisionError for double\(4\d\d\)"
    ):
        best_attempt("def f(n): return 2 * n", behaviour)


def test_a_reference_that_breaks_a_property_is_an_error_that_names_the_example():
    with pytest.raises(UsageError, match=r"its reference breaks the property 'it is even': double\(1\) returned 3"):
        doubling(reference=lambda n: 3 * n)


def test_a_property_that_cannot_be_tried_on_an_answer_does_not_hold_for_it():
    attempt = best_attempt("def f(n): return 2 * n if n < 9 else 'many'", doubling())

    assert attempt.broken == ("it is even",)


FOUR_AT_MOST = """
class Stack:
    def __init__(self): self.x = []
    def push(self, v): self.x = [*self.x, v] if len(self.x) < 4 else self.x
    def pop(self): return self.x.pop()
"""
THREE_AT_MOST = """
class Counter:
    value = 0
    def increment(self): self.value = min(3, self.value + 1)
    def decrement(self): self.value -= 1
    def reset(self): self.value = 0
"""
CLASSES = {
    "s = Stack(); s.push(0); s.push(0); s.push(0); s.push(0); s.push(1); s.pop() returned 0, expected 1": FOUR_AT_MOST,
    "c = Counter(); c.increment(); c.increment(); c.increment(); c.increment(); c.value returned 3, expected 4": (
        THREE_AT_MOST
    ),
}


@pytest.mark.parametrize("counterexample", CLASSES)
def test_a_class_is_refuted_by_the_shortest_script(counterexample):
    name = "stack" if "Stack" in counterexample else "counter"

    assert best_attempt(CLASSES[counterexample], find_behaviour(name)).counterexample == counterexample


def test_a_class_that_is_right_but_slow_is_not_refuted():
    code = "import time\nclass Stack:\n    def __init__(self): self.x = []\n    def push(self, v): self.x.append(v)\n"
    code += "    def pop(self):\n        time.sleep(0.03)\n        return self.x.pop()"
    attempt = best_attempt(code, find_behaviour("stack"), Limits(wall=1))

    assert attempt.satisfied
    assert attempt.total < 51
