from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from tests.sdks.openai_sdk import client

from pytest_aiassert import every_cut
from pytest_aiassert.cassettes.exchange import Body, Event, Exchange, RecordedRequest, RecordedResponse
from pytest_aiassert.cassettes.writing import write_exchanges
from pytest_aiassert.errors import CassetteError, CassetteMissError, TrafficRefusedError, UsageError
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.message import WireRequest, WireResponse
from pytest_aiassert.wire.mocking import AIWire

URL = "https://api.openai.com/v1/chat/completions"
ASKED: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
TEXT = "One, two — drei."


def _request(**body: Any) -> WireRequest:
    return WireRequest(method="POST", url=URL, content=json.dumps(ASKED | body).encode())


def _exchange(request: WireRequest) -> Exchange:
    wire = AIWire()
    wire.reply(TEXT)
    answer = wire.answer(request)
    assert isinstance(answer, WireResponse)
    kind = dict(answer.headers)["content-type"]
    events = tuple(Event(dt=0.0, data=piece.data.decode()) for piece in answer.pieces)
    body = Body(events=events) if "event-stream" in kind else Body.decode(answer.content)
    return Exchange(
        request=RecordedRequest(method="POST", url=URL, body=Body.decode(request.content)),
        response=RecordedResponse(status=200, headers={"content-type": kind}, body=body),
    )


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "chat.json"
    write_exchanges(path, [_exchange(_request(stream=False)), _exchange(_request())])
    return path


def _ask() -> str:
    return "".join(
        chunk.choices[0].delta.content or "" for chunk in client("sync", None).chat.completions.create(**ASKED)
    )


def test_there_is_a_cut_for_each_event_of_each_stream(cassette: Path) -> None:
    cuts = every_cut(cassette)
    total = len(_exchange(_request()).response.body.events or ())
    assert [(cut.exchange, cut.events, cut.total) for cut in cuts] == [(1, kept, total) for kept in range(total)]
    assert cuts[3].__name__ == f"chat-1-after-3-of-{total}"


def test_an_sdk_gets_less_text_from_each_earlier_cut_and_all_of_it_when_it_asks_again(cassette: Path) -> None:
    lengths: list[int] = []
    for cut in every_cut(cassette):
        wire = AIWire().play(cut)
        with intercept(Tap("test", [wire])):
            text = _ask()
            assert _ask() == TEXT
        assert TEXT.startswith(text)
        lengths.append(len(text))
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (0, len(TEXT))


def test_a_torn_stream_breaks_the_connection(cassette: Path) -> None:
    for cut in every_cut(cassette, torn=True)[:3]:
        with intercept(Tap("test", [AIWire().play(cut)])), pytest.raises((openai.APIError, httpx2.HTTPError)):
            _ask()


def test_other_exchanges_are_whole_and_other_requests_are_missed(cassette: Path) -> None:
    handler = every_cut(cassette)[0].handler()
    plain = handler.answer(_request(stream=False))
    assert isinstance(plain, WireResponse)
    assert json.loads(plain.content)["choices"][0]["message"]["content"] == TEXT
    with pytest.raises(CassetteMissError):
        handler.answer(_request(stream=False))
    with pytest.raises(CassetteMissError, match="temperature"):
        handler.answer(_request(temperature=1))
    with intercept(Tap("test", [AIWire().play(every_cut(cassette)[0])])), pytest.raises(TrafficRefusedError):
        client("sync", None).chat.completions.create(**ASKED, temperature=1)


def test_what_does_not_count_may_be_said(cassette: Path) -> None:
    handler = every_cut(cassette, ignore=["temperature"])[2].handler()
    answer = handler.answer(_request(temperature=1))
    assert isinstance(answer, WireResponse)
    assert len(answer.pieces) == 2


def test_a_cassette_without_a_stream_or_none_at_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plain.json"
    write_exchanges(path, [_exchange(_request(stream=False))])
    with pytest.raises(UsageError, match=r"plain\.json holds no stream to cut"):
        every_cut(path)
    with pytest.raises(CassetteError, match=r"missing\.json"):
        every_cut("missing.json")


def test_pytest_names_each_cut(pytester: pytest.Pytester, cassette: Path) -> None:
    (pytester.path / "tapes").mkdir()
    (pytester.path / "tapes" / "chat.json").write_bytes(cassette.read_bytes())
    pytester.makepyfile(
        """
        import pytest
        from pytest_aiassert import every_cut

        @pytest.mark.parametrize("cut", every_cut("tapes/chat.json"))
        def test_app(ai_wire, cut):
            ai_wire.play(cut)
        """
    )
    result = pytester.runpytest_subprocess("--collect-only", "-q", "-p", "no:anyio", "-p", "no:asyncio")
    result.stdout.fnmatch_lines(["*::test_app?chat-1-after-0-of-*", "*::test_app?chat-1-after-1-of-*"])
