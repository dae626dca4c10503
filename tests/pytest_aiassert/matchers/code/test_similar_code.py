"""similar_code: likeness of syntax."""

from __future__ import annotations

import pytest

from pytest_aiassert.code.shape import likeness, shapes
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import similar_code
from pytest_aiassert.matchers.registry import build_check

LOOP = "def total(xs):\n    result = 0\n    for x in xs:\n        result += x\n    return result\n"


def python(code):
    return f"```python\n{code}\n```"


@pytest.mark.parametrize(
    "code",
    [
        LOOP,
        LOOP.replace("result", "s").replace("xs", "values").replace("total", "add_up"),
        LOOP.replace("(xs):", "(xs: list[int]) -> int:\n    '''Add.'''\n    # all of them"),
        f"import os\n\n\n{LOOP}\n\nprint(total([1]))",
    ],
)
def test_names_comments_documentation_and_what_stands_around_do_not_count(code):
    assert similar_code(LOOP).check(python(code)).score == 1.0


def test_the_nearest_definition_is_named_and_compared():
    verdict = similar_code(LOOP).check(python("def other(): pass\n\ndef total(xs):\n    return sum(xs)"))
    assert not verdict.passed
    assert 0.2 < verdict.score < 0.6
    assert verdict.reason.startswith("total at line 4 is ")
    assert verdict.reason.endswith("% like the reference by its syntax; expected at least 80%")
    assert verdict.evidence[0].marks == (3,)
    assert "+    return sum(xs)" in verdict.evidence[1].text


def test_what_means_something_counts():
    (reference, *_), (other, *_) = shapes("y = len(x.a)", "python"), shapes("y = max(x.b)", "python")
    assert likeness(reference.tokens, other.tokens) < 1
    one, two = shapes("x = 1", "python")[0], shapes("x = True", "python")[0]
    assert likeness(one.tokens, two.tokens) < 1
    assert likeness((), ()) == 1.0


def test_other_languages_are_compared():
    matcher = similar_code("function sum(xs) { return xs.reduce((a, b) => a + b, 0); }", language="js")
    same = "```js\n// adds\nfunction add(ys) {\n  return ys.reduce((x, y) => x + y, 0)\n}\n```"
    assert matcher.check(same).score == 1.0
    assert matcher.check("```js\nfunction sum(xs) { return xs.length; }\n```").score < 0.8
    assert matcher.check("```js\nfunction (\n```").reason.startswith("the javascript block at line 2 does not parse")


def test_a_reply_without_such_code_fails():
    assert similar_code(LOOP).check("words").reason.startswith("no python code")
    assert similar_code(LOOP).check(python("x = (")).reason.startswith("the python block at line 2 does not parse")


def test_golden_sets_write_it_with_a_reference():
    assert repr(build_check({"similar_code": "x = 1"})) == "similar_code('x = 1')"
    check = {"similar_code": {"reference": "let x = 1", "min": 0.5, "language": "ts"}}
    assert repr(build_check(check)) == "similar_code('let x = 1', min=0.5, language='typescript')"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reference": "def f("}, "the reference does not parse as python"),
        ({"reference": " "}, "the reference does not parse as python"),
        ({"reference": 3}, "similar_code: reference is 3"),
        ({"reference": "x = 1", "min": 0}, "similar_code: min is 0"),
        ({"reference": "x = 1", "min": 2}, "similar_code: min is 2"),
        ({"reference": "x = 1", "language": "pyton"}, "did you mean 'python'"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        similar_code(**arguments)
