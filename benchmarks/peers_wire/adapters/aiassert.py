"""This plugin, by its fixture `ai_wire` and its marker `ai_cassette`."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any

import pytest

MODE, OPTIONS = os.environ["MODE"], json.loads(os.environ["OPTIONS"])
MODES = {"record": "once", "new": "new", "replay": "none"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items if MODE != "mock" else ():
        item.add_marker(pytest.mark.ai_cassette(record=MODES[MODE], **OPTIONS))


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> SimpleNamespace:
    if MODE != "mock":
        request.getfixturevalue("ai_cassette")  # the marker alone would do, were it not added so late
        return SimpleNamespace(reply=lambda *_, **__: None)
    wire: Any = request.getfixturevalue("ai_wire")

    def reply(text: str, only_for: str = "") -> None:
        (wire.when(only_for) if only_for else wire).reply(text)
        if OPTIONS.get("assert_all_used"):
            request.addfinalizer(wire.assert_all_used)

    return SimpleNamespace(reply=reply)
