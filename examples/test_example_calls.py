"""State what a function must do by example calls; the expected values never enter the model's code."""

import pytest

from pytest_aiassert import contains_code, implements

SLUGS = [
    (("Hello World",), "hello-world"),
    (("  Trim  me ",), "trim-me"),
    (("already-fine",), "already-fine"),
]


@pytest.mark.xfail(reason="qwen-1.5b turns the spaces around the text into hyphens too", strict=True)
@pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
def test_slugify(ai, expect):
    reply = ai.complete(
        "Write a Python function slugify(text) that lower-cases text and joins its whitespace-separated words with "
        "single hyphens. Reply with code only."
    )
    expect(reply).to(contains_code("python"), implements("slugify", cases=SLUGS))


@pytest.mark.ai_eval
def test_signature(ai, expect):
    reply = ai.complete("Write a Python function area(width, height) for a rectangle. Reply with code only.")
    expect(reply).to(implements("area(width, height)"))
