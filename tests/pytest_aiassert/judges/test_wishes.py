from __future__ import annotations

import pytest

from assistant.errors import BadRequestError, ContentRefusedError, ContextLengthError, OverloadedError, RateLimitError
from pytest_aiassert.judges.wishes import fewer_wishes, parameters_for, refused_wish

SCHEMA = {"type": "object"}
NOTHING: frozenset[str] = frozenset()


def _parameters(*refused: str, **given):
    return parameters_for(given, 0.0, SCHEMA, frozenset(refused))


def test_wishes_are_granted_or_done_without():
    full = _parameters()
    assert full["temperature"] == 0
    assert full["response_format"]["json_schema"] == {"name": "judgement", "strict": True, "schema": SCHEMA}
    assert _parameters("json_schema")["response_format"] == {"type": "json_object", "schema": SCHEMA}
    assert _parameters("json_schema", "json_object") == {"temperature": 0}
    assert _parameters("temperature", "json_schema", "json_object") == {}


def test_what_was_given_comes_first():
    assert _parameters(temperature=0.5, max_tokens=9)["temperature"] == 0.5
    assert _parameters(response_format={"type": "text"})["response_format"] == {"type": "text"}


@pytest.mark.parametrize(
    ("error", "wish"),
    [
        (BadRequestError("Unsupported value: 'temperature' does not support 0", status=400), "temperature"),
        (BadRequestError("response_format is not available now", status=400), "json_schema"),
        (BadRequestError("bad request", status=400), "json_schema"),
        (BadRequestError("no such model", status=404), None),
        (
            OverloadedError("1 validation error: response_format: should be 'text' or 'json_object'", status=500),
            "json_schema",
        ),
        (OverloadedError("try again later", status=503), None),
        (RateLimitError("slow down", status=429), None),
        (ContextLengthError("response_format and all: too long", status=400), None),
        (ContentRefusedError("policy", status=400), None),
    ],
)
def test_a_complaint_is_about_a_wish_or_not(error, wish):
    assert refused_wish(error, _parameters(), {}) == wish


def test_what_the_user_asked_for_is_never_left_out():
    given = {"temperature": 0.5, "response_format": {"type": "text"}}
    for complaint in ("temperature", "response_format"):
        assert refused_wish(BadRequestError(complaint, status=400), _parameters(**given), given) is None


def test_every_combination_is_looked_for_once():
    found = list(fewer_wishes(NOTHING))
    assert len(found) == len(set(found)) == 5
    assert NOTHING not in found
    assert found[0] == {"json_schema"}
    assert found[-1] == {"temperature", "json_schema", "json_object"}
