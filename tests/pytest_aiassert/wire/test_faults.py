from __future__ import annotations

from typing import Any

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import FAULTS, Fault, injection


@pytest.mark.parametrize(
    ("given", "name", "status"),
    [
        (400, "bad_request", 400),
        (401, "authentication", 401),
        (404, "not_found", 404),
        (418, "bad_request", 418),
        (429, "rate_limited", 429),
        (500, "server_error", 500),
        (503, "overloaded", 503),
        (529, "overloaded", 529),
        ("quota", "quota", 429),
        ("timeout", "timeout", None),
    ],
)
def test_a_fault_is_a_name_or_a_status(given: Any, name: str, status: int | None) -> None:
    fault = Fault(given)
    assert (fault.name, fault.status) == (name, status)


def test_what_spoils_a_reply_is_neither_a_status_nor_a_failing_connection() -> None:
    spoiling = {name for name in FAULTS if Fault(name).spoils}
    assert spoiling >= {"slow", "cut", "malformed", "no_usage"}
    assert not spoiling & {"timeout", "tls", "quota", "overloaded"}


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
        injection(fault)


def test_an_exception_is_taken_as_it_is() -> None:
    error = KeyError("x")
    assert injection(error).fault is error


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"times": 0}, "fails nothing"),
        ({"after": -1}, "calls that go well before"),
        ({"rate": 0}, "above 0, at most 1"),
        ({"rate": 1.5}, "above 0, at most 1"),
        ({"seconds": -1}, "give seconds"),
        ({"retry_after": float("inf")}, "give seconds"),
        ({"at": 0}, "counted from 1"),
    ],
)
def test_options_that_cannot_work_are_refused(options: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        injection("cut", **options)
