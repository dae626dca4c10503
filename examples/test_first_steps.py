"""Ask a model for code, and judge the code instead of its wording."""

import pytest

from pytest_aiassert import contains_code, has_tests, implements, mentions, passes_lint


@pytest.mark.ai_eval(samples=5, min_pass_rate=0.8)
def test_addition_with_tests(ai, expect):
    reply = ai.complete(
        "Write a Python function that adds two numbers, with two pytest tests. One code block, be brief."
    )
    expect(reply).to(contains_code("python"), passes_lint(ignore=["F401"]), implements("addition"), has_tests())


@pytest.mark.ai_eval(samples=3)
def test_a_reply_compares_with_a_matcher(ai):
    reply = ai.complete("Write a Python function that reverses a string. Reply with code only.")
    assert reply == contains_code("python") & implements("reverse_string") & ~mentions("eval(")
