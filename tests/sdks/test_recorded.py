"""What an SDK is told by a server is recorded, and replayed to it without the server."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sdks.expected import check, script
from tests.sdks.loopback import serving
from tests.sdks.table import CELLS, Cell

from pytest_aiassert.cassettes import Cassette, RecordMode
from pytest_aiassert.cassettes.handler import CassetteHandler
from pytest_aiassert.cassettes.verifying import verify
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.mocking import AIWire

pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    # clients outlive the event loops of these tests, and aiohttp's leave their connections to the collector
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. .*_SelectorTransport:pytest.PytestUnraisableExceptionWarning"
    ),
]

HOSTS = {"mistral": "api.mistral.ai"}
"""Whose path alone does not tell it from another API."""


@contextmanager
def tape(path: Path, mode: RecordMode) -> Generator[Cassette]:
    cassette = Cassette.open(path, mode)
    with intercept(Tap("test", [CassetteHandler(cassette)], allow_network=mode != "none")) as tap:
        yield cassette
    assert not tap.refusals


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_sdk_hears_the_recording_as_it_heard_the_server(cell: Cell, tmp_path: Path) -> None:
    path, wire = tmp_path / "cassette.json", AIWire()
    script(getattr(wire, cell.sdk.api), cell.feature)
    with serving(wire, host=HOSTS.get(cell.sdk.api, "")) as url, tape(path, "once"):
        heard = cell.ask(url)
    check(heard, cell)

    with tape(path, "none") as cassette:
        again = cell.ask(url)
    assert again == heard
    assert not cassette.unused
    if cell.sdk.api not in HOSTS:  # these are told from others by their address, which a loopback server lacks
        assert [verify(exchange).drifts for exchange in cassette.exchanges] == [()] * len(cassette.exchanges)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.feature == "stream"], ids=str)
def test_a_stream_is_recorded_event_by_event(cell: Cell, tmp_path: Path) -> None:
    path, wire = tmp_path / "cassette.json", AIWire()
    script(getattr(wire, cell.sdk.api), cell.feature)
    with serving(wire, host=HOSTS.get(cell.sdk.api, "")) as url, tape(path, "once"):
        cell.ask(url)
    (exchange,) = json.loads(path.read_text(encoding="utf-8"))["exchanges"]
    assert len(exchange["response"]["body"]["events"]) > 3
