"""Which requests are identical."""

from __future__ import annotations

import re

import pytest
from tests.pytest_aiassert.cassettes.conftest import request

from pytest_aiassert.cassettes.exchange import Body, RecordedRequest
from pytest_aiassert.cassettes.matching import EXACT, PARTS, Matching
from pytest_aiassert.errors import UsageError


def test_identity_sees_what_matters() -> None:
    base = EXACT.key(request("hi", temperature=0.7))
    assert EXACT.key(request("hi", temperature=0.7, stream_options={"x": 1}, user="me")) == base
    assert (
        EXACT.key(RecordedRequest(method="post", url=request().url, body=request("hi", temperature=0.7).body)) == base
    )
    others = [
        request("hi", temperature=0.2),
        request("ho", temperature=0.7),
        request("hi", temperature=0.7, stream=True),
        request("hi", temperature=0.7, url="http://h/v1"),
    ]
    assert len({base, *map(EXACT.key, others)}) == 5


def test_identity_of_other_bodies() -> None:
    text = RecordedRequest(method="POST", url="http://h", body=Body(text="a"))
    raw = RecordedRequest(method="POST", url="http://h", body=Body(raw=b"a"))
    assert EXACT.key(text) != EXACT.key(raw)
    assert EXACT.key(request("\ud800")) != EXACT.key(request("\ud801"))


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
    assert EXACT.key(recorded)[:16] == "b9ede40526e74d34"


def posted(body=None, url="http://h/v1", method="POST", **kinds):
    return RecordedRequest(method=method, url=url, body=Body(json=body, **kinds))


def same(matching, one, other):
    return matching.key(one) == matching.key(other)


@pytest.mark.parametrize(
    ("ignore", "one", "other", "equal"),
    [
        ("seed", {"seed": 1}, {"seed": 2}, True),
        ("seed", {"seed": 1}, {}, True),
        ("seed", {"seed": 1, "n": 1}, {"seed": 1, "n": 2}, False),
        ("tools[].description", {"tools": [{"name": "a", "description": "x"}]}, {"tools": [{"name": "a"}]}, True),
        ("tools[].description", {"tools": [{"name": "a"}]}, {"tools": [{"name": "b"}]}, False),
        ("messages[0].content", {"messages": [{"content": "a"}, 1]}, {"messages": [{"content": "b"}, 1]}, True),
        ("messages[0].content", {"messages": [1, {"content": "a"}]}, {"messages": [1, {"content": "b"}]}, False),
        ("messages[0]", {"messages": ["a", 1]}, {"messages": ["b", 1]}, True),
        ("*.id", {"a": {"id": 1}, "b": {"id": 2}}, {"a": {"id": 3}, "b": {}}, True),
        ("a.b.c", {"a": 1}, {"a": 1}, True),
    ],
)
def test_ignored_fields_do_not_count(ignore, one, other, equal):
    assert same(Matching(ignore=(ignore,)), posted(one), posted(other)) is equal


def test_ignoring_changes_nothing_in_the_request():
    one = posted({"a": [{"b": 1}]})
    Matching(ignore=("a[].b",)).key(one)
    assert one.body.json == {"a": [{"b": 1}]}


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("method", posted({"model": "m"}, "http://h/v1?a=1&b=2", "PUT")),
        ("host", posted({"model": "m"}, "http://x/v1?a=1&b=2")),
        ("path", posted({"model": "m"}, "http://h/v2?a=1&b=2")),
        ("query", posted({"model": "m"}, "http://h/v1?a=1")),
        ("url", posted({"model": "m"}, "https://h/v1?a=1&b=2")),
        ("model", posted({"model": "n"}, "http://h/v1?a=1&b=2")),
        ("body", posted({"model": "m", "x": 1}, "http://h/v1?a=1&b=2")),
    ],
)
def test_each_part_sees_its_own_difference(part, other):
    one = posted({"model": "m"}, "http://h/v1?a=1&b=2")
    assert not same(Matching(on=(part,)), one, other)
    differing = {part, *({"url"} if part in ("host", "path", "query") else ()), *({"body"} if part == "model" else ())}
    assert same(Matching(on=tuple(p for p in PARTS if p not in differing)), one, other)


def test_the_order_of_a_query_and_the_user_of_a_url_do_not_count():
    one, other = posted({}, "http://me:pw12345@H/v1?b=2&a=1"), posted({}, "http://h/v1?a=1&b=2")
    assert same(Matching(on=("host", "path", "query")), one, other)


@pytest.mark.parametrize("on", [("url",), ("host", "path", "query")])
def test_a_key_in_the_query_counts_as_redacted(on):
    assert same(Matching(on=on), posted({}, "http://h/v1?key=one"), posted({}, "http://h/v1?key=[REDACTED]"))


def test_a_secret_of_your_own_counts_as_redacted():
    matching = Matching.of(secrets=[r"customer-\d+"])
    assert same(matching, posted({"q": "customer-4711"}), posted({"q": "[REDACTED]"}))
    assert same(matching, posted({}, "http://h/customer-4711"), posted({}, "http://h/[REDACTED]"))


def multipart(boundary, content):
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="file"\r\n\r\n'
    return posted(raw=head.encode() + content + f"\r\n--{boundary}--\r\n".encode())


def test_the_boundary_of_a_multipart_body_does_not_count():
    assert same(EXACT, multipart("one1", b"\xff"), multipart("two2", b"\xff"))
    assert not same(EXACT, multipart("one1", b"\xff"), multipart("one1", b"\xfe"))


@pytest.mark.parametrize("end", [b"", b"\xff"])
def test_a_secret_in_an_upload_counts_as_redacted(end):
    own = Matching.of(secrets=[r"customer \d+"])
    sent = multipart("one1", b"sk-proj-abcdefghijklmnop customer 4711" + end)
    assert same(own, sent, multipart("two2", b"[REDACTED] [REDACTED]" + end))
    assert not same(own, sent, multipart("two2", b"[REDACTED] customer" + end))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"on": ()}, "match_on is empty"),
        ({"on": ("bodi",)}, "no part 'bodi' of a request; did you mean 'body'?"),
        ({"secrets": ["("]}, "redact: '(' is not a regular expression"),
    ],
)
def test_what_cannot_work_is_told(arguments, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        Matching.of(**arguments)
