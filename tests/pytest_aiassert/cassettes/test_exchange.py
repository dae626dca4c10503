from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pytest_aiassert.cassettes.conftest import exchange, request

from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, identity

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


def test_identity_sees_what_matters() -> None:
    base = identity(request("hi", temperature=0.7))
    assert identity(request("hi", temperature=0.7, stream_options={"x": 1}, user="me")) == base
    assert identity(RecordedRequest(method="post", url=request().url, body=request("hi", temperature=0.7).body)) == base
    others = [
        request("hi", temperature=0.2),
        request("ho", temperature=0.7),
        request("hi", temperature=0.7, stream=True),
        request("hi", temperature=0.7, url="http://h/v1"),
    ]
    assert len({base, *map(identity, others)}) == 5


def test_identity_of_other_bodies() -> None:
    text = RecordedRequest(method="POST", url="http://h", body=Body(text="a"))
    raw = RecordedRequest(method="POST", url="http://h", body=Body(raw=b"a"))
    assert identity(text) != identity(raw)
    assert identity(request("\ud800")) != identity(request("\ud801"))


def test_a_recorded_file_keeps_its_identities() -> None:
    """The digest of a request in the repository's own recordings must not drift: it is how replies are found."""
    recorded = RecordedRequest(
        method="POST",
        url="http://127.0.0.1:8411/v1/chat/completions",
        body=Body(
            json={
                "model": "qwen-0.5b",
                "messages": [{"role": "user", "content": "Write a Python function that adds two numbers."}],
                "temperature": 0.7,
                "max_tokens": 300,
            }
        ),
    )
    assert identity(recorded)[:16] == "b9ede40526e74d34"
