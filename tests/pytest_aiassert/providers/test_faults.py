from __future__ import annotations

from typing import Any

import pytest

from assistant import errors
from assistant.errors import ProviderError, RateLimitError
from pytest_aiassert.providers.faults import as_error
from pytest_aiassert.wire.faults import FAULTS, Fault


@pytest.mark.parametrize(
    ("fault", "kind", "status"),
    [
        ("timeout", errors.ProviderTimeoutError, None),
        ("rate_limited", errors.RateLimitError, 429),
        ("overloaded", errors.OverloadedError, 503),
        ("connection", errors.ProviderConnectionError, None),
        ("cut", errors.CutStreamError, None),
        ("malformed", errors.MalformedReplyError, None),
        ("authentication", errors.AuthenticationError, 401),
        ("bad_request", errors.BadRequestError, 400),
        ("context_length", errors.ContextLengthError, 400),
        ("refused", errors.ContentRefusedError, 400),
        (401, errors.AuthenticationError, 401),
        (403, errors.AuthenticationError, 403),
        (404, errors.BadRequestError, 404),
        (408, errors.ProviderTimeoutError, 408),
        (429, errors.RateLimitError, 429),
        (500, errors.OverloadedError, 500),
        (504, errors.ProviderTimeoutError, 504),
        (599, errors.OverloadedError, 599),
    ],
)
def test_a_fault_is_the_error_a_real_provider_raises(fault: Any, kind: type, status: int | None) -> None:
    error = as_error(Fault(fault))
    assert type(error) is kind
    assert isinstance(error, ProviderError)
    assert (error.status, error.provider) == (status, "mock")
    assert "injected" in str(error)


def test_every_fault_is_an_error_or_lets_the_reply_arrive() -> None:
    for name, kind in FAULTS.items():
        error = as_error(Fault(name))
        assert (error is None) == kind.arrives, name
        assert error is None or kind.words in str(error)


def test_a_rate_limit_may_say_how_long_to_wait() -> None:
    error = as_error(Fault("rate_limited", retry_after=2.5))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 2.5
