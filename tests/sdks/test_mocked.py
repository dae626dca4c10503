from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sdks.expected import check, check_calls, script
from tests.sdks.table import CELLS, Cell

from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.mocking import AIWire

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")


@pytest.fixture
def wire() -> Iterator[AIWire]:
    wire = AIWire()
    with intercept(Tap("test", [wire], claims=wire.claims)) as tap:
        yield wire
    assert not tap.refusals


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_sdk_gets_what_was_scripted(wire: AIWire, cell: Cell) -> None:
    mock = getattr(wire, cell.sdk.api)
    script(mock, cell.feature)
    check(cell.ask(), cell)
    check_calls(mock.calls, cell)
    mock.assert_all_used()
