from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.assistant.conftest import LoopbackServer

from assistant.providers.openai import OpenAIProvider

Connect = Callable[..., OpenAIProvider]


@pytest.fixture
def connect(server: LoopbackServer) -> Iterator[Connect]:
    opened: list[OpenAIProvider] = []

    def open_one(**options: Any) -> OpenAIProvider:
        opened.append(OpenAIProvider(**{"model": "tiny", "base_url": server.base_url, "timeout": 5.0, **options}))
        return opened[-1]

    yield open_one
    for provider in opened:
        provider.close()
