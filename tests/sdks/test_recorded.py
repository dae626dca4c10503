"""What an SDK is told by a server is recorded, and replayed to it without the server."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.sdks.expected import check, script
from tests.sdks.matrix import Said
from tests.sdks.table import CELLS, Cell

from pytest_aiassert.cassettes import Cassette, RecordMode
from pytest_aiassert.cassettes.handler import CassetteHandler
from pytest_aiassert.cassettes.verifying import verify
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.serving import AIServer

pytestmark = [
    pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning"),
    # clients outlive their servers here, and leave their connections to the garbage collector
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


@contextmanager
def tape(path: Path, mode: RecordMode) -> Generator[Cassette]:
    cassette = Cassette.open(path, mode)
    with intercept(Tap("test", [CassetteHandler(cassette)], allow_network=mode != "none")) as tap:
        yield cassette
    assert not tap.refusals


def record(cell: Cell, path: Path) -> tuple[str, Said]:
    """Record what a server says; return its address, and what the SDK heard."""
    server = AIServer().start()
    try:
        script(getattr(server, cell.sdk.api), cell.feature)
        with tape(path, "once"):
            return server.url, cell.ask(server.url)
    finally:
        server.close()


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_sdk_hears_the_recording_as_it_heard_the_server(cell: Cell, tmp_path: Path) -> None:
    url, heard = record(cell, tmp_path / "cassette.json")
    check(heard, cell)
    with tape(tmp_path / "cassette.json", "none") as cassette:
        assert cell.ask(url) == heard
    assert not cassette.unused


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.feature == "stream"], ids=str)
def test_a_stream_is_recorded_event_by_event(cell: Cell, tmp_path: Path) -> None:
    record(cell, tmp_path / "cassette.json")
    (exchange,) = json.loads((tmp_path / "cassette.json").read_text(encoding="utf-8"))["exchanges"]
    assert len(exchange["response"]["body"]["events"]) > 3


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.mode == "sync" and cell.sdk.api != "mistral"], ids=str)
def test_a_recording_is_what_the_sdk_reads(cell: Cell, tmp_path: Path) -> None:
    """Mistral's SDK is told from OpenAI's by its host alone, which a server on loopback lacks."""
    record(cell, tmp_path / "cassette.json")
    for exchange in Cassette.load(tmp_path / "cassette.json").exchanges:
        assert verify(exchange).readable, verify(exchange).drifts
