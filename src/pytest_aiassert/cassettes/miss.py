"""Why a cassette has no reply to a request, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_aiassert.cassettes.cassette import Cassette
    from pytest_aiassert.cassettes.exchange import RecordedRequest


def explain(cassette: Cassette, request: RecordedRequest) -> str:
    """Say how the nearest recorded request differs, and what to do."""
    return f"cassette {cassette.path} has no reply for {request.method} {request.url}; record it with --ai-record=new"
