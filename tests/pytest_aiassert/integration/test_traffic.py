"""The tap that fixtures of a test share."""

from __future__ import annotations

import httpx2
import pytest
from tests.pytest_aiassert.wire.intercept.handlers import MODEL_URL, Answering, json_response

from pytest_aiassert.integration.traffic import CASSETTES, MOCKS, tapped


def test_mocks_are_asked_before_cassettes_whatever_the_order_of_fixtures(request):
    mock, cassette = Answering(), Answering(json_response('"recorded"'))
    with tapped(request, [cassette], rank=CASSETTES) as first, tapped(request, [mock], rank=MOCKS) as second:
        assert first is second
        assert httpx2.get(MODEL_URL).json() == "recorded"
        mock.decision = json_response('"mocked"')
        assert httpx2.get(MODEL_URL).json() == "mocked"
    assert (len(mock.requests), len(cassette.requests)) == (2, 1)


def test_a_claimed_request_is_refused_where_nobody_answers(request):
    with tapped(request, [], claims=lambda wanted: wanted.path == "/v1/chat/completions") as tap:
        with pytest.raises(BaseException, match=r"127\.0\.0\.1:1/v1/chat"):
            httpx2.get("http://127.0.0.1:1/v1/chat/completions")
        assert len(tap.forgive()) == 1
        assert not tap.refusals
