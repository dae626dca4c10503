"""vcrpy, by its context manager."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from types import SimpleNamespace

import pytest

MODES = {"record": "once", "new": "new_episodes", "replay": "none"}


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Generator[SimpleNamespace]:
    import vcr

    recorder = vcr.VCR(record_mode=MODES[os.environ["MODE"]], **json.loads(os.environ["OPTIONS"]))
    with recorder.use_cassette(f"cassettes/{request.node.name}.yaml"):
        yield SimpleNamespace(reply=lambda *_, **__: None)
