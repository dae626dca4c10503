"""`implements` on replies in JavaScript, TypeScript and languages that cannot be judged."""

from __future__ import annotations

import re
import shutil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers.code.implements import implements

NEEDS_NODE = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
PYTHON = "```python\ndef add(a, b):\n    return a + b\n```\n"
JAVASCRIPT = "```javascript\nconst add = (a, b) => a + b;\n```\n"
GO = "```go\nfunc add(a, b int) int { return a + b }\n```\n"


@NEEDS_NODE
def test_the_language_of_the_reply_is_judged():
    verdict = implements("addition").check(f"Here you are:\n\n{JAVASCRIPT}")

    assert verdict.passed
    assert verdict.reason == "add agrees with all 48 inputs"
    assert verdict.evidence[0].language == "javascript"
    assert verdict.evidence[0].marks == (1,)


@NEEDS_NODE
def test_a_wrong_function_in_javascript_is_refuted_in_its_own_words():
    verdict = implements("is_sorted").check("```js\nfunction isSorted(xs) { return xs.length < 2 }\n```")

    assert not verdict.passed
    assert verdict.reason.startswith("isSorted([1, 2]) returned false, expected true; ")


def test_where_there_is_python_it_is_judged():
    assert implements("addition").check(JAVASCRIPT.replace("+", "-") + PYTHON).passed


@NEEDS_NODE
def test_a_block_of_output_does_not_hide_the_language():
    assert implements("addition").check(f"{JAVASCRIPT}prints\n\n```\n5\n```").passed


def test_another_language_than_the_one_asked_for_fails():
    verdict = implements("addition", language="python").check(JAVASCRIPT)

    assert verdict.reason == "no python code: found javascript at line 2"
    assert verdict.matcher == "implements('addition', language='python')"
    assert implements("addition", language="js").check(PYTHON).reason == "no javascript code: found python at line 2"


@NEEDS_NODE
def test_bare_code_is_judged_in_the_language_asked_for():
    assert implements("addition", language="javascript").check("function add(a, b) {\n  return a + b;\n}").passed


@NEEDS_NODE
def test_helpers_may_sit_in_another_block():
    reply = "```js\nconst one = (x) => x;\n```\nand\n```js\nconst add = (a, b) => one(a) + one(b);\n```"

    assert implements("addition").check(reply).passed


@pytest.mark.parametrize("language", ["go", "rust", "java", "c", "cpp", "c#", "ruby", "php", "swift", "kotlin", "tsx"])
def test_a_language_that_cannot_be_called_cannot_be_judged(language):
    with pytest.raises(
        CannotJudgeError, match=r"the code at line 2 of the reply is .*python, javascript and typescript"
    ):
        implements("addition").check(f"```{language}\nint add(int a, int b) {{ return a + b; }}\n```")


def test_a_language_that_cannot_be_called_fails_where_python_was_asked_for():
    assert implements("addition", language="python").check(GO).reason == "no python code: found go at line 2"
    assert implements("addition").check(f"{GO}{PYTHON}").passed


@pytest.mark.parametrize("block", ["json\n{}", "bash\npip install x", "html\n<p>", "text\nadd", "sql\nselect 1"])
def test_what_is_no_program_fails(block):
    assert not implements("addition").check(f"```{block}\n```").passed


@pytest.mark.parametrize(
    ("language", "problem"),
    [
        ("go", "language is 'go'; functions can be called in python, javascript and typescript only"),
        ("klingon", "language is 'klingon', an unknown language"),
        (3, "language is 3; expected a language's name"),
    ],
)
def test_a_language_that_cannot_be_called_is_refused_when_it_is_asked_for(language, problem):
    with pytest.raises(UsageError, match=re.escape(problem)):
        implements("addition", language=language)


# --- cases and signatures ------------------------------------------------------------------------------------------

CLAMP = "```javascript\nexport const clamp = (x, low, high) => Math.max(low, Math.min(x, high));\n```"


@NEEDS_NODE
def test_cases_call_a_function_of_javascript_by_its_name():
    cases = [((5, 0, 3), 3), ((-1, 0, 3), 0), ((0.5, 0, 1), 0.5)]

    assert implements("clamp", cases=cases).check(CLAMP).passed
    wrong = implements("clamp", cases=[*cases, ((9, 0, 3), 9)]).check(CLAMP)
    assert wrong.reason == "clamp(9, 0, 3) returned 3, expected 9; 3 of 4 cases agree"
    assert implements("limit", cases=cases).check(CLAMP).reason == (
        "the code has no function 'limit': it defines clamp(x, low, high)"
    )


@NEEDS_NODE
def test_a_case_by_name_is_one_object():
    reply = "```js\nfunction add({ a, b }) { return a + b }\n```"

    assert implements("add", cases=[{"kwargs": {"a": 1, "b": 2}, "returns": 3}]).check(reply).passed


@NEEDS_NODE
def test_a_case_that_must_raise_may_throw_anything():
    reply = "```js\nfunction half(n) { if (typeof n !== 'number') throw new RangeError('no'); return n / 2 }\n```"

    assert implements("half", cases=[((4,), 2), {"args": ["x"], "raises": "TypeError"}]).check(reply).passed


def test_a_case_that_javascript_cannot_hold_is_no_verdict():
    with pytest.raises(
        CannotJudgeError, match=r"case 1 has values that javascript cannot hold: …\(1180591620717411303424\)"
    ):
        implements("f", cases=[((2**70,), 1)]).check("```js\nconst f = (n) => 1;\n```")
    with pytest.raises(UsageError, match="case 1 has values that javascript cannot hold"):
        implements("f", cases=[((2**70,), 1)], language="javascript")


def test_a_signature_is_compared_in_javascript_and_typescript():
    assert implements("clamp(x, low, high)").check(CLAMP).passed
    assert (
        implements("add(a, b)").check("```ts\nfunction add(a: number, b: number): number { return a + b }\n```").passed
    )
    verdict = implements("clamp(value, low, high)").check(CLAMP)
    assert verdict.reason == "defines clamp(x, low, high), expected clamp(value, low, high)"


def test_code_that_does_not_parse_is_told_by_its_line():
    reason = implements("addition").check("```js\nconst add = (a, b) => {\n  return a +\n```").reason

    assert reason.startswith("the code at line ")
    assert "does not parse" in reason


def test_classes_of_javascript_are_named_where_none_will_do():
    reason = implements("stack").check("```js\nclass Box { open() {} }\n```").reason

    assert reason == "the code has no class like Stack() with push and pop: it defines Box (open)"


@NEEDS_NODE
def test_a_missing_module_explains_an_unknown_name():
    reply = "```js\nconst add = (a, b) => sum(a, b);\nconst { sum } = require('mathx');\n```"
    reason = implements("addition").check(reply).reason

    assert "loading the code raised Error: Cannot find module 'mathx' at line 3 of the reply" in reason


# --- any text ------------------------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(["function f(x) {", "}", "return x", "=> {", "class A {", "(", "`${", "/*", "\0", "é"])
)


@settings(deadline=None, max_examples=40)
@given(PIECES.map("\n".join))
@example("(" * 5_000)
@example("x" * 600_000)
@example("return '\ud800'")
def test_any_text_as_javascript_gets_a_verdict(code):
    for matcher in (implements("stack"), implements("f(x)"), implements("g", cases=[((1,), 1)])):
        verdict = matcher.check(f"```javascript\n{code}\n```")
        assert verdict.reason
