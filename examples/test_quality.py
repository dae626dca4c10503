"""Grade a reply on 0 to 100 where one property alone would say too little."""

import pytest

from pytest_aiassert import quality_score


@pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
def test_documented_and_typed(ai, expect):
    reply = ai.complete(
        "Write a Python function celsius_to_fahrenheit with type hints and a docstring. Reply with code only."
    )
    expect(reply).to(quality_score(min=60))
