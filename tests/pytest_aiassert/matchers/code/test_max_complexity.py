"""max_complexity: paths per function."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import max_complexity
from pytest_aiassert.matchers.registry import build_check

BRANCHY = """```python
def grade(points):
    if points > 90 and points <= 100:
        return "A"
    for limit in (80, 70):
        if points > limit:
            return "B"
    return "C"


def plain():
    return 1


if __name__ == "__main__":
    print(grade(3) if plain() else 0)
```"""


def test_functions_over_the_bound_are_named_and_marked():
    verdict = max_complexity(4).check(BRANCHY)
    assert (verdict.passed, verdict.score) == (False, pytest.approx(2 / 3))
    assert verdict.reason == "more complex than 4: grade (line 2) has 5 paths; take parts out into functions"
    assert verdict.evidence[0].marks == (1,)


def test_code_outside_of_functions_is_judged():
    reason = max_complexity(2).check(BRANCHY).reason
    assert "grade (line 2) has 5 paths and the code outside of functions (line 2) has 3 paths" in reason


def test_the_most_complex_function_is_told():
    verdict = max_complexity(5).check(BRANCHY)
    assert (verdict.passed, verdict.reason) == (True, "grade is the most complex, with 5 paths; at most 5 allowed")
    assert max_complexity(1).check("```python\nx = 1\n```").reason == "the code does not branch; at most 1 allowed"


def test_many_are_cut():
    code = "\n".join(f"def f{number}(x): return x or 1" for number in range(12))
    assert "f7 (line 9) has 2 paths and 4 more functions" in max_complexity(1).check(f"```python\n{code}\n```").reason


def test_code_that_does_not_parse_is_never_passed():
    assert not max_complexity(9).check("```python\nif (\n```").passed
    assert not max_complexity(9).check("words").passed
    mixed = max_complexity(9).check("```python\nx = 1\n```\n```python\nif (\n```")
    assert "; not judged: the python block at line 5 does not parse" in mixed.reason


def test_golden_sets_write_it_with_a_number():
    assert repr(build_check({"max_complexity": 10})) == "max_complexity(10)"


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "10", None])
def test_an_impossible_bound_is_refused(value):
    with pytest.raises(UsageError, match=r"max_complexity: n is .*; expected a whole number, 1 or more"):
        max_complexity(value)
