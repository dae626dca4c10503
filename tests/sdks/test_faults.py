"""Every fault, seen through every SDK: none is silent that is not meant to be, and the SDK says what happened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from tests.sdks.expected import REPLY, check, script
from tests.sdks.matrix import MODES
from tests.sdks.table import CELLS, SDKS, Cell

from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.faults import FAULTS, Fault
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.mocking import AIWire

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")

CHATS = tuple(cell for cell in CELLS if cell.feature == "plain" and cell.sdk in SDKS[:6])
STREAMS = tuple(cell for cell in CELLS if cell.feature == "stream" and cell.sdk in SDKS[:6])
IN_PLACE = tuple(name for name in FAULTS if not Fault(name).spoils)
SPOILS_PLAIN = ("cut", "truncated", "malformed", "empty", "html")
LATE = 0.05


@pytest.fixture
def wire() -> Iterator[AIWire]:
    wire = AIWire()
    with intercept(Tap("test", [wire], claims=wire.claims)) as tap:
        yield wire
    assert not tap.refusals


def _error(cell: Cell) -> Exception | None:
    try:
        cell.ask()
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001  each SDK has its own
        return error
    return None


def _told(error: BaseException | None) -> str:
    """What an error says, and those that it came from."""
    words: list[str] = []
    while error is not None:
        words.append(f"{type(error).__name__} {error}")
        error = error.__cause__ or error.__context__
    return " ".join(words)


@pytest.mark.parametrize("name", IN_PLACE)
@pytest.mark.parametrize("cell", CHATS, ids=str)
def test_a_fault_in_a_replys_place_reaches_the_application(wire: AIWire, cell: Cell, name: str) -> None:
    script(getattr(wire, cell.sdk.api), "plain")
    getattr(wire, cell.sdk.api).fail(name, times=1, retry_after=0)
    error = _error(cell)
    assert error is not None
    status = FAULTS[name].status
    if status is None:
        assert any(word in _told(error).lower() for word in ("connect", "timed out", "timeout", "reset", "certificate"))
    else:
        found = getattr(error, "status_code", getattr(error, "code", None))
        assert found == (529 if (cell.sdk.api, name) == ("anthropic", "overloaded") else status)
        assert FAULTS[name].words in _told(error)
    check(cell.ask(), cell)


@pytest.mark.parametrize("name", SPOILS_PLAIN)
@pytest.mark.parametrize("cell", CHATS, ids=str)
def test_a_spoiled_body_is_an_error_and_never_an_answer(wire: AIWire, cell: Cell, name: str) -> None:
    script(wire, "plain")
    wire.fail(name, times=1)
    try:
        said = cell.ask()
    except Exception:  # noqa: BLE001  each SDK has its own
        said = None
    assert said is None or said.text != REPLY
    check(cell.ask(), cell)


@pytest.mark.parametrize("name", ["cut", "truncated", "cut_character"])
@pytest.mark.parametrize("cell", STREAMS, ids=str)
def test_a_stream_that_ends_early_gives_less_or_an_error(wire: AIWire, cell: Cell, name: str) -> None:
    script(wire, "plain")
    wire.fail(name, times=1)
    try:
        said = cell.ask()
    except Exception:  # noqa: BLE001  each SDK has its own
        said = None
    assert name == "truncated" or said is None, "a torn connection must not look like an answer"
    assert said is None or said.text != REPLY
    check(cell.ask(), cell)


@pytest.mark.parametrize("cell", STREAMS, ids=str)
def test_slow_replies_arrive_whole_and_late(wire: AIWire, cell: Cell) -> None:
    script(wire, "plain")
    wire.fail("slow_start", seconds=LATE).fail("slow", seconds=0.001)
    began = time.perf_counter()
    check(cell.ask(), cell)
    assert time.perf_counter() - began > LATE


@pytest.mark.parametrize("mode", MODES)
def test_a_slow_reply_runs_into_the_applications_own_time_out(wire: AIWire, mode: str) -> None:
    import openai

    wire.openai.reply("x").fail("slow_start", seconds=30)
    made = (openai.OpenAI if mode == "sync" else openai.AsyncOpenAI)(api_key="x", timeout=0.05, max_retries=0)

    async def wait() -> None:
        await made.chat.completions.create(**ask)

    ask = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    began = time.perf_counter()
    with pytest.raises(openai.APITimeoutError):
        made.chat.completions.create(**ask) if mode == "sync" else asyncio.run(wait())
    assert time.perf_counter() - began < 5


def test_a_retry_waits_as_long_as_it_was_told(wire: AIWire) -> None:
    import openai

    wire.openai.reply("at last").fail(429, times=2, retry_after=0.05)
    made = openai.OpenAI(api_key="x", max_retries=2)
    began = time.perf_counter()
    reply = made.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
    assert reply.choices[0].message.content == "at last"
    assert 0.1 < time.perf_counter() - began < 0.5
    assert [call.prompt for call in wire.calls] == ["Hi"] * 3


@pytest.mark.parametrize("mode", MODES)
def test_usage_that_is_missing_is_none_and_nothing_else_is(wire: AIWire, mode: str) -> None:
    import openai

    wire.openai.reply(REPLY).fail("no_usage")
    ask = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    if mode == "sync":
        reply = openai.OpenAI(api_key="x").chat.completions.create(**ask)
        assert (reply.usage, reply.choices[0].message.content) == (None, REPLY)
    else:
        stream = openai.OpenAI(api_key="x").chat.completions.create(
            **ask, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
        assert all(chunk.usage is None for chunk in chunks)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == REPLY


@pytest.mark.parametrize("cell", CELLS, ids=str)
@pytest.mark.parametrize("name", ["overloaded", "malformed", "connection"])
def test_no_way_of_asking_hides_a_fault(wire: AIWire, cell: Cell, name: str) -> None:
    script(getattr(wire, cell.sdk.api), cell.feature)
    getattr(wire, cell.sdk.api).fail(name, times=20, retry_after=0)
    assert _error(cell) is not None
