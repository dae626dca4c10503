"""respx, by its own fixture or that of pytest-httpx2, with replies in the API's format as its users write them."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import app
import pytest
import real_api


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    options = json.loads(os.environ["OPTIONS"])
    for item in items if options else ():
        item.add_marker(getattr(pytest.mark, os.environ["MARKER"])(**options))


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> SimpleNamespace:
    path = "/messages" if "anthropic" in request.node.name else "/chat/completions"

    router: Any = request.getfixturevalue(f"{os.environ['MARKER']}_mock")

    def reply(text: str, only_for: str = "") -> None:
        wanted = {"json__eq": {"messages": app.messages(only_for), "model": app.MODEL}} if only_for else {}
        router.post(path__regex=f"{path}$", **wanted).respond(json=real_api.answer(path, text))

    return SimpleNamespace(reply=reply)
