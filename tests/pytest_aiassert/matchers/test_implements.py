"""`implements` in its three forms, on replies as models write them."""

from __future__ import annotations

from pytest_aiassert.matchers.implements import implements

ADD = "```python\ndef plus(x, y):\n    return x + y\n```"


def test_a_behaviour_is_found_whatever_its_function_is_called():
    verdict = implements("addition").check(ADD)

    assert verdict.passed
    assert verdict.reason == "plus agrees with all 10 inputs"


def test_a_wrong_function_is_refuted_by_its_smallest_counterexample():
    verdict = implements("addition").check("```python\ndef add(a, b):\n    return a + abs(b)\n```")

    assert not verdict.passed
    assert "add(0, -1) returned 1, expected -1" in verdict.reason
