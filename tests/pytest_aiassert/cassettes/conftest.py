from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest, RecordedResponse

URL = "http://127.0.0.1:9/v1/chat/completions"


def request(prompt: str = "hi", *, url: str = URL, **more: Any) -> RecordedRequest:
    body = {"model": "tiny", "messages": [{"role": "user", "content": prompt}], **more}
    return RecordedRequest(method="POST", url=url, body=Body(json=body))


def exchange(prompt: str = "hi", reply: str = "hello", **more: Any) -> Exchange:
    body = {"model": "tiny", "choices": [{"message": {"content": reply}, "finish_reason": "stop"}]}
    return Exchange(
        request=request(prompt, **more),
        response=RecordedResponse(
            status=200, headers={"content-type": "application/json"}, body=Body(json=body), elapsed=1.5
        ),
        recorded_at="2026-01-01T00:00:00+00:00",
    )


def text_of(found: Exchange | None) -> str | None:
    return None if found is None else found.response.body.json["choices"][0]["message"]["content"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "case.json"
