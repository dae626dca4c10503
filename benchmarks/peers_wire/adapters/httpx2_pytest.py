"""httpx2-pytest, by its fixture, with replies in the API's format as its users write them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import app
import pytest
import real_api


@pytest.fixture
def peer(httpx2_mock: Any, request: pytest.FixtureRequest) -> SimpleNamespace:
    path = "/messages" if "anthropic" in request.node.name else "/chat/completions"

    def reply(text: str, only_for: str = "") -> None:
        wanted = {"match_json": {"messages": app.messages(only_for), "model": app.MODEL}} if only_for else {}
        httpx2_mock.add_response(url=re.compile(f".*{path}$"), json=real_api.answer(path, text), **wanted)

    return SimpleNamespace(reply=reply)
