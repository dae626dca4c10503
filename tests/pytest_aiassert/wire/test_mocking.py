from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from assistant.messages import Completion, ToolCall
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import Fault
from pytest_aiassert.wire.message import Failure, Piece, WireRequest, WireResponse
from pytest_aiassert.wire.mocking import AIWire
from pytest_aiassert.wire.templates import Template

OPENAI = "https://api.openai.com/v1"
ANTHROPIC = "https://api.anthropic.com/v1"


@pytest.fixture
def wire() -> AIWire:
    return AIWire()


def _post(url: str, **body: Any) -> WireRequest:
    return WireRequest(method="POST", url=url, content=json.dumps({"model": "m", **body}).encode())


def _chat(prompt: str = "Hi", **body: Any) -> WireRequest:
    return _post(f"{OPENAI}/chat/completions", messages=[{"role": "user", "content": prompt}], **body)


def _messages(prompt: str = "Hi", **body: Any) -> WireRequest:
    return _post(f"{ANTHROPIC}/messages", messages=[{"role": "user", "content": prompt}], **body)


def _played(wire: AIWire, request: WireRequest) -> WireResponse:
    decision = wire.answer(request)
    assert isinstance(decision, WireResponse)
    return decision


def _said(wire: AIWire, request: WireRequest) -> str:
    body = json.loads(_played(wire, request).content)
    return str(body["choices"][0]["message"]["content"] if "choices" in body else body["content"][0]["text"])


def test_nothing_scripted_leaves_the_request_to_others(wire: AIWire) -> None:
    assert wire.answer(_chat()) is None
    wire.openai.reply("4")
    assert wire.answer(_messages()) is None
    assert wire.answer(WireRequest(method="GET", url="https://example.com/")) is None
    assert wire.calls == ()


def test_each_api_has_its_own_script_and_its_own_calls(wire: AIWire) -> None:
    wire.openai.reply("from openai")
    wire.anthropic.reply("from anthropic")
    assert [_said(wire, _chat("a")), _said(wire, _messages("b"))] == ["from openai", "from anthropic"]
    assert [call.prompt for call in wire.openai.calls] == ["a"]
    assert [call.prompt for call in wire.calls] == ["a", "b"]
    assert repr(wire.anthropic) == "<ai_wire.anthropic, 1 calls>"


def test_verbs_of_the_whole_speak_for_every_api_after_those_of_one(wire: AIWire) -> None:
    wire.reply("any").when("refund").reply("any refund")
    wire.openai.when("hello").reply("openai hello")
    assert _said(wire, _chat("hello")) == "openai hello"
    assert _said(wire, _chat("refund")) == "any refund"
    assert _said(wire, _messages("hello")) == "any"


def test_what_no_rule_matches_is_refused_by_prompt_and_with_what_to_write(wire: AIWire) -> None:
    wire.openai.when("refund").reply("x")
    with pytest.raises(UsageError) as raised:
        wire.answer(_chat("hello"))
    assert str(raised.value) == (
        "ai_wire.openai has no reply to 'hello'; none of these matched: when('refund'); script one with "
        "ai_wire.openai.reply('…') or ai_wire.openai.when(r'pattern').reply('…') (OpenAI chat completions, model 'm')"
    )
    assert [call.prompt for call in wire.calls] == ["hello"]


def test_an_unknown_api_is_told_with_the_nearest(wire: AIWire) -> None:
    with pytest.raises(AttributeError, match="ai_wire has no API 'antropic'; did you mean 'anthropic'"):
        wire.antropic  # noqa: B018  the point of the test


def test_a_template_sees_the_request(wire: AIWire) -> None:
    template = Template("{{ prompt|upper }} {{ parameters.temperature }} {{ messages|length }} <b>")
    wire.openai.reply(template)
    assert _said(wire, _chat("hi", temperature=0.5)) == "HI 0.5 1 <b>"
    assert repr(template).startswith("Template('{{ prompt")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% if %}", "template line 1: Expected an expression"),
        ("{{ question }}", "UndefinedError: 'question' is undefined; known: prompt, messages"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
    ],
)
def test_a_template_that_cannot_work_says_why(wire: AIWire, source: str, words: str) -> None:
    def play() -> None:
        wire.openai.reply(Template(source))
        wire.answer(_chat())

    with pytest.raises(UsageError, match=words):
        play()


def test_a_function_sees_the_request(wire: AIWire) -> None:
    wire.openai.reply(lambda request: ToolCall(id="x", name=request.prompt))
    body = json.loads(_played(wire, _chat("run")).content)
    assert body["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "run"


def test_ids_depend_on_the_call_alone() -> None:
    def run() -> list[str]:
        wire = AIWire()
        wire.reply("x")
        return [json.loads(_played(wire, _chat()).content)["id"] for _ in range(2)]

    assert run() == run()
    assert len(set(run())) == 2


def test_usage_of_the_script_is_kept_and_counted_otherwise(wire: AIWire) -> None:
    wire.openai.reply("x" * 40)
    assert json.loads(_played(wire, _chat("y" * 80)).content)["usage"]["completion_tokens"] == 10
    assert json.loads(_played(wire, _chat("y" * 80)).content)["usage"]["prompt_tokens"] == 23


def test_tokens_are_counted_where_an_api_counts_them(wire: AIWire) -> None:
    wire.anthropic.reply("x")
    counted = json.loads(
        _played(
            wire, _post(f"{ANTHROPIC}/messages/count_tokens", messages=[{"role": "user", "content": "y" * 80}])
        ).content
    )
    used = json.loads(_played(wire, _messages("y" * 80)).content)["usage"]
    assert counted["input_tokens"] == used["input_tokens"] == 23


def _vectors(wire: AIWire, *texts: str, **body: Any) -> list[list[float]]:
    found = json.loads(_played(wire, _post(f"{OPENAI}/embeddings", input=list(texts), **body)).content)
    return [one["embedding"] for one in found["data"]]


def test_vectors_are_given_made_or_computed(wire: AIWire) -> None:
    assert _vectors(wire.embed([0.5, 1]) and wire, "a", "b") == [[0.5, 1.0], [0.5, 1.0]]
    wire.embed([1, 0], [0, 1])
    assert _vectors(wire, "a", "b") == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(UsageError, match="given 2 vectors, and the request has 1 texts"):
        _vectors(wire, "a")
    wire.embed(lambda text: [len(text)])
    assert _vectors(wire, "a", "bcd") == [[1.0], [3.0]]
    wire.openai.embed(dimensions=4)
    first, again, other = _vectors(wire, "a", "a", "b")
    assert first == again != other
    assert len(first) == 4
    assert sum(number**2 for number in first) == pytest.approx(1)
    assert len(_vectors(wire, "a", dimensions=7)[0]) == 7
    assert wire.calls[-1].prompt == "a"


@pytest.mark.parametrize("arguments", [{}, {"dimensions": 3, "vectors": [[1]]}, {"vectors": [[1], len]}])
def test_embed_takes_one_kind_of_thing(wire: AIWire, arguments: Any) -> None:
    with pytest.raises(UsageError, match=r"embed\(\) takes vectors"):
        wire.embed(*arguments.pop("vectors", ()), **arguments)


def test_vectors_and_models_that_nobody_scripted_are_refused_with_what_to_write(wire: AIWire) -> None:
    wire.openai.reply("x")
    with pytest.raises(UsageError, match=r"no vectors for 'a' .*ai_wire\.openai\.embed\(dimensions=8\)"):
        _vectors(wire, "a")
    with pytest.raises(UsageError, match=r"ai_wire\.openai has no models .*\.models\('name'\)"):
        wire.answer(WireRequest(method="GET", url=f"{OPENAI}/models"))
    wire.openai.models("a", "b")
    found = json.loads(_played(wire, WireRequest(method="GET", url=f"{OPENAI}/models")).content)
    assert [card["id"] for card in found["data"]] == ["a", "b"]


def test_faults_befall_every_operation(wire: AIWire) -> None:
    wire.openai.embed(dimensions=2).fail(503, times=1)
    assert _played(wire, _post(f"{OPENAI}/embeddings", input="a")).status == 503
    assert _played(wire, _post(f"{OPENAI}/embeddings", input="a")).status == 200
    wire.openai.fail("tls", times=1)
    decision = wire.answer(_post(f"{OPENAI}/embeddings", input="a"))
    assert isinstance(decision, Failure)
    assert decision.kind == "tls"


def test_a_fault_may_stand_among_the_replies(wire: AIWire) -> None:
    wire.openai.reply("one", Fault("quota", retry_after=2), Fault("cut"), "two")
    statuses = [_played(wire, _chat()) for _ in range(4)]
    assert [response.status for response in statuses] == [200, 429, 200, 200]
    assert dict(statuses[1].headers)["retry-after"] == "2"
    assert json.loads(statuses[1].content)["error"]["code"] == "insufficient_quota"
    assert statuses[2].failure is not None


def test_an_exception_cannot_travel_over_http(wire: AIWire) -> None:
    wire.openai.fail(ValueError("x"))
    with pytest.raises(UsageError, match=r"told to raise ValueError\('x'\), but over HTTP nothing is raised"):
        wire.answer(_chat())


def test_a_recording_answers_where_no_reply_is_scripted_and_is_spoiled_too(wire: AIWire) -> None:
    class Recording:
        def answer(self, _: WireRequest) -> WireResponse:
            headers = (("content-type", "text/event-stream"),)
            return WireResponse(headers=headers, pieces=(Piece(data=b"data: 1\n\ndata: 2\n\ndata: 3\n\n"),))

    wire.play(Recording())
    assert _played(wire, _chat()).content.count(b"data") == 3
    wire.fail("truncated", at=2, times=1)
    assert _played(wire, _chat()).content == b"data: 1\n\ndata: 2\n\n"
    assert _played(wire, _chat()).content.count(b"data") == 3
    wire.openai.when("mine").reply("scripted")
    assert _said(wire, _chat("mine")) == "scripted"


def test_bytes_of_ones_own_are_sent_as_they_are(wire: AIWire) -> None:
    response = WireResponse(status=418, pieces=(Piece(data=b"teapot"),))
    wire.openai.reply(response)
    assert wire.answer(_chat()) is response


def test_what_was_scripted_and_never_used_is_told_on_request(wire: AIWire) -> None:
    wire.reply("a", "b").openai.when("x").reply("y")
    wire.anthropic.fail(500, times=2)
    _said(wire, _chat("z"))
    with pytest.raises(AssertionError) as raised:
        wire.assert_all_used()
    assert str(raised.value).splitlines() == [
        "scripted, but never used:",
        "  ai_wire: 1 of 2 replies never asked for",
        "  ai_wire.anthropic: fault server_error never happened",
        "  ai_wire.openai.when('x'): its reply was never asked for",
    ]
    wire.reset()
    wire.assert_all_used()
    assert wire.answer(_chat()) is None


def test_ten_threads_get_each_reply_once(wire: AIWire) -> None:
    wire.reply(*(str(number) for number in range(100)))
    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(lambda n: _said(wire, _chat(str(n))), range(100)))
    assert sorted(said, key=int) == [str(number) for number in range(100)]
    assert len({call.serial for call in wire.calls}) == 100


def test_a_refusal_is_written_as_one(wire: AIWire) -> None:
    wire.reply(Completion(text="No.", finish_reason="refused"))
    message = json.loads(_played(wire, _chat()).content)["choices"][0]["message"]
    assert (message["content"], message["refusal"]) == (None, "No.")
    assert json.loads(_played(wire, _messages()).content)["stop_reason"] == "refusal"


def test_faults_of_some_calls_befall_whatever_rule_answers(wire: AIWire) -> None:
    wire.openai.when("Hi").reply("one", "two").fail(503, times=1).fail("cut", times=1)
    assert _played(wire, _chat()).status == 503
    assert _played(wire, _chat()).failure is not None
    assert [_said(wire, _chat()), _said(wire, _chat())] == ["one", "two"]


def test_a_fault_in_the_place_of_every_reply_gives_way_to_rules(wire: AIWire) -> None:
    wire.openai.when("ping").reply("pong").fail(503)
    assert _said(wire, _chat("ping")) == "pong"
    assert _played(wire, _chat()).status == 503


def test_a_function_that_raises_fails_the_test_and_is_no_broken_connection(wire: AIWire) -> None:
    wire.openai.reply(lambda request: str(1 // len(request.tools)))
    with pytest.raises(UsageError, match=r"ai_wire raised ZeroDivisionError: .*the prompt was 'Hi'"):
        wire.answer(_chat())
    wire.openai.embed(lambda text: text)  # type: ignore[arg-type,return-value]  the point of the test
    with pytest.raises(UsageError, match="'abc', which is no vector of numbers"):
        _vectors(wire, "abc")


def test_what_is_not_scripted_is_left_to_a_recording_whatever_is_asked(wire: AIWire) -> None:
    class Recording:
        def answer(self, _: WireRequest) -> WireResponse:
            return WireResponse(pieces=(Piece(data=b"recorded"),))

    wire.play(Recording()).openai.when("mine").reply("x")
    assert _played(wire, _post(f"{OPENAI}/embeddings", input="a")).content == b"recorded"
    assert _played(wire, WireRequest(method="GET", url=f"{OPENAI}/models")).content == b"recorded"
    assert _played(wire, _chat()).content == b"recorded"
    assert len(wire.openai.calls) == 3


def test_faults_alone_leave_the_calls_after_them_to_others(wire: AIWire) -> None:
    wire.openai.fail(503, times=1)
    assert _played(wire, _chat()).status == 503
    assert wire.answer(_chat()) is None
    assert len(wire.calls) == 2
