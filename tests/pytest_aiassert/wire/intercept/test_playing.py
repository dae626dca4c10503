"""What a played response does step by step."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pytest_aiassert.wire import Failure, Piece, WireResponse
from pytest_aiassert.wire.intercept.playing import Step, body, cause_of, head, headers_of, seen

KINDS = ["connect", "dns", "tls", "connect_timeout", "read_timeout", "reset", "cut"]
PIECES = (Piece(data=b"a", delay=1), Piece(data=b"b", delay=5))


@pytest.mark.parametrize(
    ("decision", "connect", "read", "delay"),
    [
        (Failure(kind="connect_timeout", delay=9), 2, None, 2),
        (Failure(kind="connect_timeout", delay=1), 2, None, 1),
        (Failure(kind="connect_timeout", delay=9), None, 2, 9),
        (Failure(kind="read_timeout", delay=9), 2, 3, 3),
        (Failure(kind="connect", delay=9), 2, 3, 9),
    ],
)
def test_a_failure_comes_when_it_is_due(decision, connect, read, delay):
    assert head(decision, connect=connect, read=read) == Step(delay=delay, failure=decision)


def test_a_head_that_is_too_late_is_a_time_out():
    assert head(WireResponse(delay=3), connect=None, read=3) == Step(delay=3)
    assert head(WireResponse(delay=3.1), connect=None, read=3) == Step(delay=3, failure=Failure(kind="read_timeout"))


def test_a_body_plays_piece_by_piece_and_then_fails():
    failure = Failure(kind="cut")
    response = WireResponse(pieces=PIECES, failure=failure)
    steps = [Step(delay=1, data=b"a"), Step(delay=5, data=b"b"), Step(failure=failure)]
    assert list(body(response, method="GET", read=None)) == steps


def test_a_piece_that_is_too_late_is_a_time_out_and_the_end():
    steps = list(body(WireResponse(pieces=(*PIECES, *PIECES)), method="GET", read=4))
    assert steps == [Step(delay=1, data=b"a"), Step(delay=4, failure=Failure(kind="read_timeout"))]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("head", 200), ("GET", 204), ("GET", 304)])
def test_what_has_no_body_plays_none(method, status):
    response = WireResponse(status=status, headers=(("content-length", "7"),), pieces=PIECES)
    assert list(body(response, method=method, read=None)) == []
    assert headers_of(response, method) == response.headers


def test_headers_fit_the_body():
    headers = (("Content-Length", "2"), ("content-encoding", "br"), ("A", "1"), ("Transfer-Encoding", "chunked"))
    assert headers_of(WireResponse(headers=headers, pieces=PIECES), "GET") == (("Content-Length", "2"), ("A", "1"))
    assert headers_of(WireResponse(headers=headers), "GET") == (("A", "1"),)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_cause(kind):
    assert isinstance(cause_of(Failure(kind=kind)), OSError)
    assert "planned" in str(cause_of(Failure(kind=kind, message="planned")))


@pytest.mark.parametrize(("name", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_request_is_seen_plain(name, compress):
    request = seen("POST", "https://x/", [("Content-Encoding", name)], compress(b'{"a": 1}'))
    assert request.json == {"a": 1}


@pytest.mark.parametrize(("name", "content"), [("gzip", b"not gzip"), ("br", b"unknown"), ("", b"plain")])
def test_what_cannot_be_decompressed_is_seen_as_it_is(name, content):
    assert seen("POST", "https://x/", [("content-encoding", name)], content).content == content
