from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from pytest_aiassert.cli.mock_script import load_script
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wire.faults import FAULTS
from pytest_aiassert.wire.message import WireRequest, WireResponse
from pytest_aiassert.wire.mocking import AIWire

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "mock-script.schema.json").read_text(encoding="utf-8")
)

SCRIPT = """\
version: 1
openai:
  rules:
    - when: capital of (France|Italy)
      reply: Paris or Rome
    - when: weather
      replies:
        - tool_calls: [{name: weather, arguments: {city: Rome}}]
        - text: Sunny.
  replies: ["one", {json: {a: 1}}, {template: "{{ prompt|upper }}"}, {fault: quota, retry_after: 2}]
  embed: {dimensions: 3}
  models: [gpt-9]
anthropic:
  reply: {text: No., finish_reason: refused}
  faults:
    - {fault: 529, times: 1}
any:
  reply: hello
  embed: [[0.5, 1]]
"""


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def read(text: str) -> AIWire:
        path = tmp_path / "script.yaml"
        path.write_text(text, encoding="utf-8")
        wire = AIWire()
        load_script(path, wire)
        return wire

    return read


def _chat(wire: AIWire, prompt: str, url: str = "https://api.openai.com/v1/chat/completions") -> Any:
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
    answer = wire.answer(WireRequest(method="POST", url=url, content=json.dumps(body).encode()))
    assert isinstance(answer, WireResponse)
    return json.loads(answer.content)


def _text(body: Any) -> Any:
    return body["choices"][0]["message"]["content"]


def test_everything_a_script_can_say(load: Any) -> None:
    wire = load(SCRIPT)
    assert _text(_chat(wire, "The capital of Italy?")) == "Paris or Rome"
    call = _chat(wire, "weather?")["choices"][0]["message"]["tool_calls"][0]["function"]
    assert (call["name"], json.loads(call["arguments"])) == ("weather", {"city": "Rome"})
    assert _text(_chat(wire, "weather?")) == "Sunny."
    assert [_text(_chat(wire, "hi")) for _ in range(3)] == ["one", '{"a": 1}', "HI"]
    assert _chat(wire, "hi")["error"]["code"] == "insufficient_quota"
    claude = "https://api.anthropic.com/v1/messages"
    assert _chat(wire, "hi", claude)["error"]["type"] == "overloaded_error"
    assert _chat(wire, "hi", claude)["stop_reason"] == "refusal"
    assert _text(_chat(wire, "hi", "https://api.mistral.ai/v1/chat/completions")) == "hello"
    embedded = wire.answer(
        WireRequest(method="POST", url="https://api.openai.com/v1/embeddings", content=b'{"model": "m", "input": "a"}')
    )
    assert isinstance(embedded, WireResponse)
    assert len(json.loads(embedded.content)["data"][0]["embedding"]) == 3


def test_one_reply_in_a_list_answers_one_call(load: Any) -> None:
    wire = load("version: 1\nany:\n  replies: [once]\n")
    assert _text(_chat(wire, "hi")) == "once"
    with pytest.raises(UsageError, match="line 3 of the script is used up; write reply: to answer every call"):
        _chat(wire, "hi")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ":1: the file is empty; a script needs 'version' and 'openai'"),
        ("- a\n", ":1: a script is a mapping"),
        ("version: 1\n", ":1: nothing is scripted; name an API: any, openai"),
        ("openai: {reply: x}\n", ":1: write version: 1"),
        ("version: 2\nopenai: {reply: x}\n", ":1: write version: 1"),
        ("version: 1\nopenay: {reply: x}\n", ":2: there is no wire format 'openay'; did you mean 'openai'?"),
        ("version: 1\nbedrock: {reply: x}\n", ":2: there is no wire format 'bedrock'; known: any, openai"),
        ("version: 1\nopenai: x\n", ":2: openai is a mapping with reply, replies"),
        ("version: 1\nopenai:\n  replay: x\n", ":3: openai has no 'replay'; did you mean 'reply'?"),
        ("version: 1\nopenai:\n  reply: a\n  replies: [b]\n", ":4: give 'reply' .* or 'replies' .*, not both"),
        ("version: 1\nopenai:\n  replies: []\n", ":3: 'replies' is a list with at least one item"),
        ("version: 1\nopenai:\n  replies: [a, 7]\n", ":3: a reply is a mapping with text.*; not 7"),
        ("version: 1\nopenai:\n  reply: {text: a, json: {}}\n", ":3: a reply has one of text, json"),
        ("version: 1\nopenai:\n  reply: {json: 7}\n", ":3: 'json' is an object"),
        ("version: 1\nopenai:\n  reply: {template: '{{'}\n", ":3: template line 1: "),
        ("version: 1\nopenai:\n  reply: {tool_calls: [x]}\n", ":3: a tool call is {name: "),
        ("version: 1\nopenai:\n  reply: {text: a, finish_reason: x}\n", ":3: finish_reason 'x' is none of stop"),
        ("version: 1\nopenai:\n  reply: {text: a, at: 3}\n", ":3: at belong to a fault"),
        ("version: 1\nopenai:\n  reply: {fault: tiemout}\n", ":3: unknown fault 'tiemout'; did you mean 'timeout'?"),
        ("version: 1\nopenai:\n  reply: {fault: slow}\n", r":3: fault 'slow' spoils a reply that comes"),
        ("version: 1\nopenai:\n  faults: [{fault: 429, times: 0}]\n", r":3: fail\(times=0\) fails nothing"),
        ("version: 1\nopenai:\n  faults: [{fault: 429, times: x}]\n", ":3: 'times' is a number, not 'x'"),
        ("version: 1\nopenai:\n  faults: [{times: 1}]\n", ":3: None is not a fault"),
        ("version: 1\nopenai:\n  faults: [cut]\n", ":3: a fault is a mapping with fault, times"),
        ("version: 1\nopenai:\n  rules:\n    - reply: x\n", ":4: a rule needs 'when'"),
        ("version: 1\nopenai:\n  rules:\n    - when: (\n      reply: x\n", r":4: when\('\('\): not a regular expr"),
        ("version: 1\nopenai:\n  rules: {a: 1}\n", ":3: 'rules' is a list"),
        ("version: 1\nopenai:\n  embed: {size: 3}\n", ":3: 'embed' is {dimensions: 8}"),
        ("version: 1\nopenai:\n  models: [1]\n", ":3: 'models' is a list of names"),
        ("version: 1\nopenai: {\n", ":3: not valid YAML"),
        ("version: 1\nversion: 1\nopenai: {reply: x}\n", ":2: key 'version' stands twice, first in line 1"),
    ],
)
def test_each_problem_is_named_by_its_line(load: Any, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=r"script\.yaml" + problem):
        load(text)


def test_all_problems_are_named_at_once(load: Any) -> None:
    with pytest.raises(UsageError) as raised:
        load("version: 3\nopenai:\n  reply: 7\nmistral:\n  models: x\n")
    assert [line.partition("script.yaml:")[2][:2] for line in str(raised.value).splitlines()[1:]] == ["1:", "3:", "5:"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read script .*nowhere\.yaml: No such file"):
        load_script(tmp_path / "nowhere.yaml", AIWire())


def test_the_schema_takes_what_is_read_and_refuses_what_is_not(load: Any) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    assert not list(validator.iter_errors(yaml.safe_load(SCRIPT)))
    for wrong in (
        {"version": 1},
        {"version": 1, "openay": {}},
        {"version": 1, "openai": {"reply": "a", "replies": ["b"]}},
        {"version": 1, "openai": {"reply": {"text": "a", "json": {}}}},
        {"version": 1, "openai": {"rules": [{"reply": "x"}]}},
        {"version": 1, "openai": {"faults": [{"fault": "tiemout"}]}},
    ):
        assert list(validator.iter_errors(wrong)), wrong


def test_the_schema_knows_every_fault() -> None:
    assert SCHEMA["$defs"]["fault_name"]["anyOf"][0]["enum"] == list(FAULTS)
