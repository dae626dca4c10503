"""Check structured output against a JSON Schema or a pydantic model."""

from typing import Literal

import pytest
from pydantic import BaseModel

from pytest_aiassert import matches_schema


class Ticket(BaseModel):
    title: str
    priority: Literal["low", "medium", "high"]
    labels: list[str]


@pytest.mark.ai_eval(samples=3, min_pass_rate=0.6)
def test_ticket(ai, expect):
    reply = ai.complete(
        'Turn this report into JSON only, as {"title": string, "priority": "low" | "medium" | "high", '
        '"labels": [string]}: "The login page shows a blank screen since this morning, nobody can work."'
    )
    expect(reply).to(matches_schema(Ticket))
