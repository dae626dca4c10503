"""The values that cross the wire."""

from __future__ import annotations

from pytest_aiassert.wire import Piece, WireRequest, WireResponse


def test_a_request_tells_host_path_header_and_json():
    request = WireRequest(
        method="POST",
        url="https://API.example.com:8443/v1/chat?key=x",
        headers=(("Content-Type", "application/json"),),
        content=b'{"model": "m"}',
    )
    assert (request.host, request.path) == ("api.example.com", "/v1/chat")
    assert request.header("content-type") == "application/json"
    assert request.header("accept") == ""
    assert request.json == {"model": "m"}


def test_a_body_that_is_no_json_is_none():
    assert WireRequest(method="POST", url="http://h", content=b"\xff{").json is None
    assert WireRequest(method="POST", url="http://h", content=b"[" * 100_000).json is None


def test_a_url_without_path_asks_for_the_root():
    assert WireRequest(method="GET", url="http://h").path == "/"


def test_a_response_joins_its_pieces():
    assert WireResponse(pieces=(Piece(data=b"a"), Piece(data=b"b", delay=1.0))).content == b"ab"
