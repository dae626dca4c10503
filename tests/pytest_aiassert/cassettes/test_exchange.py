from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pytest_aiassert.cassettes.conftest import exchange

from pytest_aiassert.cassettes.exchange import Body, Event, Exchange

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("content", "body"),
    [
        (b'{"a": 1}', Body(json={"a": 1})),
        (b"[1]", Body(json=[1])),
        (b"null", Body(text="null")),
        (b"", Body(text="")),
        ("né".encode(), Body(text="né")),
        (b"\xff\xfe", Body(raw=b"\xff\xfe")),
        (b"[" * 100_000, Body(text="[" * 100_000)),
    ],
)
def test_bytes_are_read_as_what_they_are(content: bytes, body: Body) -> None:
    assert Body.decode(content) == body


@given(VALUES.filter(lambda value: value is not None))
def test_json_survives_the_file_and_the_wire(value: Any) -> None:
    body = Body(json=value)
    assert Body.from_json(body.to_json()) == body
    if str(value) < "\ud800":
        assert Body.decode(body.encode()) == body


@pytest.mark.parametrize(
    "body",
    [
        Body(text="hi"),
        Body(raw=b"\xff\x00"),
        Body(events=(Event(dt=0.5, data="data: 1\n\n"), Event(dt=0.0, data="data: [DONE]\n\n"))),
        Body(events=()),
    ],
)
def test_other_bodies_survive_too(body: Body) -> None:
    assert Body.from_json(body.to_json()) == body


def test_events_travel_one_after_the_other() -> None:
    assert Body(events=(Event(dt=0, data="a\n\n"), Event(dt=1, data="b\n\n"))).encode() == b"a\n\nb\n\n"
    assert Body(raw=b"\xff").encode() == b"\xff"
    assert Body(text="hi").encode() == b"hi"


@pytest.mark.parametrize("value", [{}, {"text": 7}, {"base64": "%"}, {"events": 1}, {"other": 1}])
def test_a_body_in_no_known_form_is_an_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"exactly one of|base64|characters"):
        Body.from_json(value)


def test_an_exchange_survives_its_file() -> None:
    one = exchange("question", "answer")
    assert Exchange.from_json(one.to_json()) == one
