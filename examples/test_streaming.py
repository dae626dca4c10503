"""A stream is judged like any other reply, once its pieces are put together."""

import pytest

from pytest_aiassert import contains_code, implements


@pytest.mark.ai_eval
def test_streamed_reply(ai, expect):
    pieces = [
        str(chunk) for chunk in ai.stream("Write a Python function that computes n factorial. Reply with code only.")
    ]
    assert len(pieces) > 1
    expect("".join(pieces)).to(contains_code("python"), implements("factorial"))
