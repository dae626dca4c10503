from __future__ import annotations

from typing import Any

import pytest

from assistant import errors
from assistant.errors import ProviderError, RateLimitError
from pytest_aiassert.errors import UsageError
from pytest_aiassert.providers.faults import FAULTS, as_error


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
    error = as_error(fault)
    assert type(error) is kind
    assert isinstance(error, ProviderError)
    assert (error.status, error.provider) == (status, "mock")
    assert "injected" in str(error)


def test_every_name_works() -> None:
    assert all(isinstance(as_error(name), ProviderError) for name in FAULTS)


def test_an_exception_is_raised_as_it_is() -> None:
    error = KeyError("x")
    assert as_error(error) is error


def test_a_rate_limit_may_say_how_long_to_wait() -> None:
    error = as_error(429, retry_after=2.5)
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 2.5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("tiemout", "did you mean 'timeout'"),
        ("zzz", "Known: timeout, rate_limited"),
        (200, "200 is not a fault"),
        (600, "600 is not a fault"),
        (True, "True is not a fault"),
        (None, "None is not a fault"),
        (ValueError, "is not a fault"),
    ],
)
def test_what_is_no_fault_is_said(fault: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        as_error(fault)
