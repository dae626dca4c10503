"""`implements` in its three forms, on replies as models write them."""

from __future__ import annotations

import importlib
import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_aiassert import matchers
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.code import implements as implements_module
from pytest_aiassert.matchers.code.implements import implements


def fenced(*blocks, language="python"):
    return "\n\nThen:\n\n".join(f"```{language}\n{block}\n```" for block in blocks)


ADD = "def plus(x, y):\n    return x + y"


def test_it_is_the_package_s_own_name_however_it_was_imported():
    assert matchers.implements is implements
    assert importlib.import_module("pytest_aiassert").implements is implements


# --- a behaviour ---------------------------------------------------------------------------------------------------


def test_a_behaviour_is_found_whatever_its_function_is_called():
    verdict = implements("addition").check(fenced(f"import sys\n\n{ADD}"))

    assert verdict.passed
    assert verdict.score == 1.0
    assert verdict.matcher == "implements('addition')"
    assert verdict.reason == "plus agrees with all 49 inputs"
    assert verdict.evidence[0].marks == (3,)


def test_a_wrong_function_is_refuted_by_its_smallest_counterexample():
    verdict = implements("addition").check(fenced("def add(a, b):\n    return a + abs(b)"))

    assert not verdict.passed
    assert verdict.score == 0.8
    assert verdict.reason == "add(0, -1) returned 1, expected -1; 8 of 10 inputs agree"
    assert verdict.evidence[1].title == "counterexample"
    assert verdict.evidence[1].text == "add(0, -1) returned 1, expected -1"


@pytest.mark.parametrize(
    "reply",
    [
        ADD,
        f"Sure! Here it is:\n\n{ADD}\n\nThis adds two numbers.",
        f"```py\n{ADD}\n```",
        f"```\n{ADD}\n```",
        f"```python\n{ADD}",
        f"{ADD}\n```\nIt adds.",
        fenced("pip install x", language="bash") + "\n\n" + fenced(ADD),
        fenced(ADD, "from my_module import plus\nprint(plus(1, 2))"),
        fenced("def broken(:", ADD),
        fenced(f"import pytest\n\n{ADD}\n\n@pytest.mark.slow\ndef test_plus():\n    assert plus(1, 1) == 2"),
        fenced(f"{ADD}\n\nif __name__ == '__main__':\n    print(plus(int(input()), int(input())))"),
        fenced(f"{ADD}\n\na = int(input('a? '))\nprint(plus(a, 1))"),
    ],
    ids=range(12),
)
def test_the_function_is_found_in_every_dress(reply):
    assert implements("addition").check(reply).passed


def test_a_helper_may_sit_in_another_block():
    reply = fenced("def step(a):\n    return a", "def plus(x, y):\n    return step(x) + step(y)")
    verdict = implements("addition").check(reply)

    assert verdict.passed
    assert "def step" in verdict.evidence[0].text


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "no python code: the reply is empty"),
        ("I cannot do that.", "no python code: the reply is prose only (17 characters)"),
        (fenced('{"add": 1}', language="json"), "no python code: found json at line 2"),
        (
            fenced("x = 1"),
            "the code has no function that takes the arguments of add(a, b): it defines no function at all",
        ),
        (
            fenced("def shout(text):\n    return text.upper()"),
            "the code has no function that takes the arguments of add(a, b): it defines shout(text)",
        ),
        (fenced("def add(a, b:\n    return a"), "the code at line 2 of the reply does not parse: '(' was never closed"),
        (
            "```python\ndef add(a, b):\n    return a + b\n\nassert add(1,",
            "the code at line 5 of the reply does not parse: '(' was never closed; the reply ends before the code does",
        ),
    ],
)
def test_a_reply_without_such_a_function_says_what_there_is(reply, reason):
    verdict = implements("addition").check(reply)

    assert not verdict.passed
    assert verdict.score == 0.0
    assert verdict.reason == reason


def test_a_syntax_error_names_lines_of_the_reply():
    reason = implements("addition").check("Look:\n\n" + fenced("x = {\n  1:\n)")).reason

    assert reason.endswith(
        "line 6 of the reply does not parse: closing parenthesis ')' does not match opening parenthesis '{' on line 4"
    )


def test_a_module_that_is_not_there_explains_a_name_error():
    code = "import numpy as np\n\ndef add(a, b):\n    return np.add(a, b)"
    reason = implements("addition").check("Look:\n" + fenced(code)).reason

    assert "raised NameError: name 'np' is not defined" in reason
    assert "raised ModuleNotFoundError: No module named 'numpy' at line 3 of the reply" in reason
    assert "the sandbox has the standard library only" in reason


def test_what_loading_raised_is_not_told_where_it_explains_nothing():
    reason = implements("addition").check(fenced("def add(a, b):\n    return a\nassert add(1, 2) == 3")).reason

    assert "loading" not in reason


def test_an_unknown_behaviour_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean 'addition'"):
        implements("adition")


# --- cases ---------------------------------------------------------------------------------------------------------

CLAMP = "def clamp(x, low, high):\n    return max(low, min(x, high))"


@pytest.mark.parametrize(
    "cases",
    [
        [((5, 0, 3), 3), ((-1, 0, 3), 0)],
        [[[5, 0, 3], 3], [[0.5, 0, 1], 0.5]],
        ([(5, 0, 3), 3],),
        [{"args": [5, 0], "kwargs": {"high": 3}, "returns": 3}],
        [{"kwargs": {"x": 5, "low": 0, "high": 3}, "returns": 3}],
        [{"args": [5, 0, "x"], "raises": TypeError}, {"args": (5, 0, "x"), "raises": "Exception"}],
    ],
    ids=range(6),
)
def test_cases_that_all_agree_pass(cases):
    verdict = implements("clamp", cases=cases).check(fenced(CLAMP))

    assert verdict.passed
    assert verdict.score == 1.0


def test_the_score_is_the_share_of_cases_that_agree():
    cases = [((5, 0, 3), 3), ((-1, 0, 3), 0), ((2, 0, 3), 2)]
    verdict = implements("clamp", cases=cases).check(fenced("def clamp(x, low, high):\n    return min(x, high)"))

    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.reason == "clamp(-1, 0, 3) returned -1, expected 0; 2 of 3 cases agree"
    assert verdict.evidence[0].marks == (1,)


def test_one_case_is_told_in_the_singular():
    right = implements("clamp", cases=[((5, 0, 3), 3)]).check(fenced(CLAMP))
    wrong = implements("clamp", cases=[((5, 0, 3), 4)]).check(fenced(CLAMP))

    assert right.reason == "clamp agrees with the case"
    assert wrong.reason == "clamp(5, 0, 3) returned 3, expected 4; 0 of 1 case agrees"


def test_an_exception_that_does_not_come_is_told():
    matcher = implements("mean", cases=[{"args": [[]], "raises": ValueError}])

    reason = matcher.check(fenced("def mean(xs): return 0")).reason
    assert reason == "mean([]) returned 0, expected it to raise ValueError; 0 of 1 case agrees"


def test_cases_run_in_order_in_one_process():
    keeps = fenced("def append(item, items=[]):\n    items.append(item)\n    return items")
    verdict = implements("append", cases=[[[1], [1]], [[2], [2]], [[3, [1]], [1, 3]]]).check(keeps)

    assert verdict.reason == "append(2) returned [1, 2], expected [2]; 2 of 3 cases agree"


def test_a_name_may_be_bound_by_an_assignment_or_an_import():
    for code in (
        "import operator\nadd = operator.add",
        "from operator import add",
        "import operator as o\nadd = o.add",
    ):
        assert implements("add", cases=[((2, 2), 4)]).check(fenced(code)).passed


def test_a_class_can_be_called_like_a_function():
    verdict = implements("Box", cases=[((1,), 1)]).check(fenced("class Box:\n    def __init__(self, x): pass"))

    assert verdict.reason == "Box(1) returned an object of type Box, expected 1; 0 of 1 case agrees"


def test_only_the_named_function_will_do():
    reason = implements("clamp", cases=[((5, 0, 3), 3)]).check(fenced("def limit(x, low, high): return 3")).reason

    assert reason == "the code has no function 'clamp': it defines limit(x, low, high)"


def test_a_block_that_does_not_parse_is_told_beside_what_the_others_define():
    reason = implements("f", cases=[((), 1)]).check(fenced("def g(): pass", "def f(:")).reason

    assert reason.startswith("the code has no function 'f': it defines g(); the code at line 8 of the reply")


def test_the_better_of_two_versions_counts():
    reply = fenced("def f(x): return 0", "def f(x): return x", "def f(x): return 1")

    assert implements("f", cases=[((1,), 1), ((2,), 2)]).check(reply).passed


def test_a_reply_full_of_endless_loops_is_not_tried_to_the_end(monkeypatch):
    monkeypatch.setattr(implements_module, "_PATIENCE", 1.0)
    started = time.monotonic()
    verdict = implements("f", cases=[((1,), 1)]).check(fenced(*["def f(x):\n    while True: pass"] * 6))

    assert verdict.reason == "f(1) ran longer than 3 s, expected 1; 0 of 1 case agrees"
    assert time.monotonic() - started < 15


def test_where_no_version_passes_the_better_one_is_told():
    reply = fenced("def f(x): return 1", "def f(x): return 0")
    verdict = implements("f", cases=[((1,), 1), ((2,), 2)]).check(reply)

    assert verdict.score == 0.5
    assert verdict.reason == "f(2) returned 1, expected 2; 1 of 2 cases agree"


def test_a_signature_may_come_with_cases():
    matcher = implements("clamp(x, low, high)", cases=[((5, 0, 3), 3)])

    assert matcher.check(fenced(CLAMP)).passed
    verdict = matcher.check(fenced(CLAMP.replace("low", "lo")))
    assert verdict.score == 0.0
    assert verdict.reason == "defines clamp(x, lo, high), expected clamp(x, low, high)"
    assert verdict.matcher == repr(matcher)


def test_the_name_reads_like_the_call():
    assert repr(implements("add", cases=[((2, 2), 4)])) == "implements('add', cases=[((2, 2), 4)])"
    assert repr(implements("add(a, b)")) == "implements('add(a, b)')"


@pytest.mark.parametrize(
    ("cases", "problem"),
    [
        ([], "expected a list of (args, returns), at least one"),
        ("no", "expected a list of (args, returns), at least one"),
        (7, "expected a list of (args, returns), at least one"),
        ([((1,), 1), (2, 3)], "case 2 is (2, 3); expected (args, returns)"),
        ([((1,), 1, 2)], "case 1 is ((1,), 1, 2)"),
        ([{"args": [1], "return": 1}], "case 1 has the unknown key 'return'; known: args, kwargs, raises, returns"),
        ([{"args": [1]}], "case 1 needs exactly one of 'returns' and 'raises'"),
        ([{"args": [1], "returns": 1, "raises": "E"}], "case 1 needs exactly one of"),
        ([{"args": 1, "returns": 1}], "case 1 has args 1; expected a list or tuple"),
        ([{"kwargs": {1: 2}, "returns": 1}], "case 1 has kwargs {1: 2}; expected a mapping of names"),
        ([{"kwargs": [1], "returns": 1}], "case 1 has kwargs [1]"),
        ([{"raises": "no name"}], "case 1 raises 'no name'; expected an exception or its name"),
        ([{"raises": int}], "case 1 raises <class 'int'>"),
        ([{"raises": None}], "case 1 raises None"),
    ],
)
def test_a_misshapen_case_is_refused_by_its_number(cases, problem):
    with pytest.raises(UsageError, match=re.escape(problem)):
        implements("f", cases=cases)


# --- a signature ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("add(a, b)", "def add(a: int, b: int = 0) -> int: return a + b"),
        ("def add(a, b):", "async def add(a, b): pass"),
        ("run(*args, **kwargs)", "def run(*args, **kwargs): pass"),
        ("f()", "f = lambda: 1"),
        ("f(a, *, b)", "def f(a, *, b=1): pass"),
    ],
)
def test_a_function_with_these_parameters_passes(signature, code):
    verdict = implements(signature).check(fenced(f"x = 1\n{code}"))

    assert verdict.passed
    assert verdict.reason.startswith("defines ")
    assert verdict.evidence[0].marks == (2,)


@pytest.mark.parametrize(
    ("code", "score"),
    [
        ("def add(x, y): pass", 0.5),
        ("def add(a, y): pass", 0.75),
        ("def add(a, b, c, d): pass", 0.75),
        ("def add(): pass", 0.5),
        ("def plus(a, b): pass", 0.0),
    ],
)
def test_other_parameters_score_by_how_many_agree(code, score):
    verdict = implements("add(a, b)").check(fenced(code))

    assert not verdict.passed
    assert verdict.score == score


def test_the_nearest_definition_is_compared():
    reply = fenced("def add(x, y): pass", "def add(a, y): pass", "def add(:")

    assert implements("add(a, b)").check(reply).reason == "defines add(a, y), expected add(a, b)"


def test_code_is_not_run_for_a_signature():
    assert implements("f()").check(fenced("while True: pass\ndef f(): pass")).passed


@pytest.mark.parametrize("target", ["add(a, b", "add(a, b) + c(d)", "1(a)", "(a)", "a(): pass\ndef b()"])
def test_a_signature_that_is_none_is_refused(target):
    with pytest.raises(UsageError, match="cannot read the signature"):
        implements(target)


@pytest.mark.parametrize(
    ("target", "cases", "problem"),
    [
        ("", None, "expected a signature, a function's name or a behaviour"),
        ("  ", None, "expected a signature"),
        (None, None, "target is None"),
        ("two words", [((), 1)], "'two words' is no name of a function"),
    ],
)
def test_a_target_that_is_none_is_refused(target, cases, problem):
    with pytest.raises(UsageError, match=re.escape(problem)):
        implements(target, cases=cases)


# --- any text ------------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(exclude_categories=()))
CODE = st.lists(
    st.sampled_from(["def f(x):", "    return x", "```python", "```", "f(", "'''", "\0", "class A:", "x = 1", "é"])
)


@settings(deadline=None, max_examples=60)
@given(ANY | CODE.map("\n".join) | ANY.map(fenced))
@example("```python\n" + "(" * 5_000)
@example(fenced("def add(a, b):\n    return '\ud800'"))
@example(fenced("x" * 600_000))
@example("\x00\xff" * 1_000)
def test_any_text_gets_a_verdict(text):
    for matcher in (implements("addition"), implements("f(x)"), implements("f", cases=[((1,), 1)])):
        verdict = matcher.check(text)
        assert verdict.reason
        assert isinstance(verdict.passed, bool)
