"""quality_score: its parts, its points and its weights."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import quality_score

TANGLED = (
    "def f(a):\n    x = 1\n" + "".join(f"    if a == {n}:\n        x += {n}\n" for n in range(19)) + "    return x\n"
)


def parts(reply):
    return {part.matcher.removeprefix("quality_score."): part for part in quality_score().check(reply).parts}


def test_good_code_earns_nearly_all_points(good):
    verdict = quality_score(95).check(good)
    assert verdict.passed
    assert verdict.score == pytest.approx(0.9667, abs=1e-3)
    assert verdict.reason == (
        "96.6 of 100 points, 95 needed: code 20/20 · parses 25/25 · lint 20/20 · complexity 10/10 · documented 10/10 · "
        "typed 10/10 · tested 1.6/5; tested: 1 test with assertions"
    )


def test_parts_say_why():
    found = parts("```python\nimport os\n" + TANGLED)
    assert found["code"].reason == "the block at line 2 is cut off"
    assert found["lint"].reason == "1 finding, first: line 2: F401 `os` imported but unused"
    assert (found["complexity"].score, found["complexity"].reason) == (0.5, "f has a complexity of 20")
    assert found["documented"].reason == "no docstring: f"
    assert found["typed"].reason == "not fully annotated: f"
    assert (found["tested"].passed, found["tested"].reason) == (False, "0 tests with assertions")
    assert "does not parse: line 1" in parts("```python\nx = (\n```")["parses"].reason


def test_what_a_language_cannot_tell_is_left_out():
    reason = quality_score().check("```js\nf();\n```").reason
    assert "(left out: lint, complexity, documented and typed)" in reason
    sql = quality_score(weights={"parses": 1, "tested": 1}).check("```sql\nSELECT 1\n```")
    assert (sql.passed, sql.score, sql.parts) == (False, 0.0, ())
    assert "documented" not in parts("```python\ndef _f() -> None: ...\n```")
    assert "typed" not in parts("```python\ndef test_a(): ...\n```")


def test_a_reply_without_code_earns_nothing():
    verdict = quality_score().check("words")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason.startswith("0 of 100 points: no code")
    assert quality_score(0).check("words").passed


def test_weights_choose_the_parts_that_count():
    verdict = quality_score(weights={"parses": 3, "documented": 1, "lint": 0}).check("```python\ndef f(): ...\n```")
    assert verdict.score == 0.75
    assert verdict.passed
    assert verdict.reason == "75 of 100 points, 70 needed: parses 3/3 · documented 0/1; documented: no docstring: f"


def test_reprs_read_like_the_call():
    assert repr(quality_score()) == "quality_score()"
    assert repr(quality_score(80, weights={"lint": 1})) == "quality_score(80, weights={'lint': 1})"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"min": 101}, "min is 101; expected a number, from 0 to 100"),
        ({"min": float("nan")}, "min is nan"),
        ({"min": True}, "min is True"),
        ({"weights": {"style": 1}}, "weights has 'style'; the parts are code, parses,"),
        ({"weights": {"lint": -1}}, r"weights\['lint'\] is -1; expected a number, 0 or more"),
        ({"weights": {"lint": 0}}, "weights are all zero"),
        ({"weights": [1]}, r"weights is \[1\]; expected a mapping"),
    ],
)
def test_impossible_arguments_are_refused(arguments, words):
    with pytest.raises(UsageError, match=f"quality_score: {words}"):
        quality_score(**arguments)


def test_a_part_that_cannot_be_told_of_a_language_is_no_grade():
    verdict = quality_score(weights={"lint": 1, "typed": 1}).check("```js\nlet x = 1\n```")
    assert (verdict.passed, verdict.score) == (False, 0.0)
    assert verdict.reason == "0 of 100 points: lint and typed cannot be told of javascript"
