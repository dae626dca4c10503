"""What a real model is asked through real SDKs, and what they hear of it, event by event."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tests.sdks.matrix import ADD

from pytest_aiassert.cassettes.exchange import Exchange
from pytest_aiassert.cassettes.verifying import verify

JSON = Any
Ask = Callable[[Any, str], Any]
"""Asks the model of that name through a client; what a client returns may have to be awaited."""
Note = Callable[[], JSON]

SUM = [{"role": "user", "content": "How much is 2 + 3? Answer in one short sentence."}]
COUNT = [{"role": "user", "content": "Count from one to twelve in words, separated by commas."}]
ZOE = [{"role": "user", "content": "Zoe is 36 years old. Who is it?"}]
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
}
CALL = ("add", {"a": 2, "b": 3})


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The events of a reply, one where it is no stream, and when each came, in seconds since the request.

    `notes` has what was noted at each event.
    """

    events: list[JSON] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    notes: list[JSON] = field(default_factory=list)

    def add(self, event: Any, started: float, note: Note) -> None:
        self.moments.append(time.perf_counter() - started)
        self.notes.append(note())
        self.events.append(event.to_dict(mode="json") if hasattr(event, "to_dict") else event.model_dump(mode="json"))


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a reply says in the end."""

    text: str
    calls: tuple[tuple[str, JSON], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """One way to ask; `path` is where the SDK asks, below its base URL, and `served_by` who speaks that API.

    `lacks` names what this API's server leaves out although the SDK's models need it.
    """

    name: str
    package: str
    path: str
    served_by: str
    ask: Ask
    said: Callable[[list[JSON]], Said]
    streams: bool = False
    lacks: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name

    @property
    def installed(self) -> bool:
        try:
            return bool(version(self.package))
        except PackageNotFoundError:
            return False


def hear(
    question: Question, mode: str, *, base_url: str, model: str, key: str = "none", note: Note = lambda: None
) -> Heard:
    """Ask by a client of one's own, and listen to the end."""
    heard = Heard()
    client = _client(question.package, mode, base_url, key)
    if mode == "async":
        asyncio.run(_ahear(question, client, model, heard, note))
        return heard
    started = time.perf_counter()
    reply = question.ask(client, model)
    for event in reply if question.streams else [reply]:
        heard.add(event, started, note)
    _http_of(client).close()
    return heard


async def _ahear(question: Question, client: Any, model: str, heard: Heard, note: Note) -> None:
    started = time.perf_counter()
    reply = await question.ask(client, model)
    if question.streams:
        async for event in reply:
            heard.add(event, started, note)
    else:
        heard.add(reply, started, note)
    http = _http_of(client)
    await (http.aclose() if hasattr(http, "aclose") else http.close())


def _client(package: str, mode: str, base_url: str, key: str) -> Any:
    if package == "ollama":
        import ollama

        return (ollama.Client if mode == "sync" else ollama.AsyncClient)(host=base_url, timeout=300)
    if package == "anthropic":
        import anthropic

        kind: Any = anthropic.Anthropic if mode == "sync" else anthropic.AsyncAnthropic
    else:
        import openai

        kind = openai.OpenAI if mode == "sync" else openai.AsyncOpenAI
    return kind(api_key=key, base_url=base_url, max_retries=0, timeout=300)


def _http_of(client: Any) -> Any:
    """Return what closes a client's connections: ollama's has no way of its own."""
    return client if hasattr(client, "close") else client._client


def _chat(messages: JSON, **more: JSON) -> Ask:
    settings = {"temperature": 0, "max_tokens": 60, **more}
    return lambda client, model: client.chat.completions.create(model=model, messages=messages, **settings)


def _respond(**more: JSON) -> Ask:
    settings = {"temperature": 0, "max_output_tokens": 60, **more}
    return lambda client, model: client.responses.create(model=model, input=COUNT, **settings)


def _message(messages: JSON, **more: JSON) -> Ask:
    settings = {"max_tokens": 60, "extra_body": {"temperature": 0}, **more}  # the SDK itself knows no temperature
    return lambda client, model: client.messages.create(model=model, messages=messages, **settings)


def _ollama(messages: JSON, **more: JSON) -> Ask:
    settings = {"options": {"temperature": 0, "num_predict": 60}, **more}
    return lambda client, model: client.chat(model=model, messages=messages, **settings)


def _said_in_chat(events: list[JSON]) -> Said:
    parts = [choice.get("message") or choice["delta"] for event in events for choice in event["choices"]]
    calls: dict[int, list[str]] = {}
    for part in parts:
        for call in part.get("tool_calls") or ():
            named = calls.setdefault(call.get("index", 0), [call["function"]["name"], ""])
            named[1] += call["function"]["arguments"]
    return _said((part.get("content") or "" for part in parts), calls.values())


def _said_in_response(events: list[JSON]) -> Said:
    if "output" in events[0]:
        return _said((part["text"] for item in events[0]["output"] for part in item["content"]), ())
    return _said((event["delta"] for event in events if event["type"] == "response.output_text.delta"), ())


def _said_in_message(events: list[JSON]) -> Said:
    """Some servers begin a new block with each piece of a tool's arguments: it is one call by its id."""
    texts: list[str] = []
    calls: dict[str, list[str]] = {}
    current = ""
    for block in [block for event in events for block in _blocks(event)]:
        if block["type"] == "tool_use":
            current = block["id"]
            named = calls.setdefault(current, [block["name"], ""])
            named[1] += json.dumps(block["input"]) if block["input"] else ""
        elif block["type"] == "input_json_delta":
            calls[current][1] += block["partial_json"]
        else:
            texts.append(block["text"])
    return _said(texts, calls.values())


def _blocks(event: JSON) -> list[JSON]:
    match event["type"]:
        case "message":
            return event["content"]
        case "content_block_start":
            return [event["content_block"]]
        case "content_block_delta":
            return [event["delta"]]
    return []


def _said_by_ollama(events: list[JSON]) -> Said:
    return _said((event["message"]["content"] or "" for event in events), ())


def _said(texts: Any, calls: Any) -> Said:
    return Said(text="".join(texts), calls=tuple((name, json.loads(arguments)) for name, arguments in calls))


_OPENAI = {"package": "openai", "path": "/chat/completions", "served_by": "server", "said": _said_in_chat}
_RESPONSES = {"package": "openai", "path": "/responses", "served_by": "proxy", "said": _said_in_response}
_ANTHROPIC = {"package": "anthropic", "path": "/v1/messages", "served_by": "proxy", "said": _said_in_message}
_OLLAMA = {"package": "ollama", "path": "/api/chat", "served_by": "ollama", "said": _said_by_ollama}
_TOOLS = {
    "tools": [{"type": "function", "function": ADD}],
    "tool_choice": {"type": "function", "function": {"name": "add"}},
}
_MESSAGE_TOOLS = {
    "tools": [{"name": "add", "description": ADD["description"], "input_schema": ADD["parameters"]}],
    "tool_choice": {"type": "tool", "name": "add"},
}
_AS_PERSON = {"response_format": {"type": "json_object", "schema": PERSON}}

QUESTIONS = (
    Question(name="openai-plain", ask=_chat(SUM), **_OPENAI),
    Question(name="openai-stream", ask=_chat(COUNT, stream=True), streams=True, **_OPENAI),
    Question(name="openai-tools", ask=_chat(SUM, **_TOOLS), **_OPENAI),
    Question(name="openai-stream-tools", ask=_chat(SUM, stream=True, **_TOOLS), streams=True, **_OPENAI),
    Question(name="openai-structured", ask=_chat(ZOE, **_AS_PERSON), **_OPENAI),
    Question(
        name="responses-plain",
        ask=_respond(),
        lacks=frozenset({"usage.input_tokens_details", "usage.output_tokens_details"}),
        **_RESPONSES,
    ),
    Question(
        name="responses-stream",
        ask=_respond(stream=True),
        streams=True,
        lacks=frozenset({"logprobs", "response.usage.input_tokens_details"}),
        **_RESPONSES,
    ),
    Question(name="anthropic-plain", ask=_message(SUM), **_ANTHROPIC),
    Question(name="anthropic-stream", ask=_message(COUNT, stream=True), streams=True, **_ANTHROPIC),
    Question(name="anthropic-tools", ask=_message(SUM, **_MESSAGE_TOOLS), **_ANTHROPIC),
    Question(
        name="anthropic-stream-tools", ask=_message(SUM, stream=True, **_MESSAGE_TOOLS), streams=True, **_ANTHROPIC
    ),
    Question(name="ollama-plain", ask=_ollama(SUM), **_OLLAMA),
    Question(name="ollama-stream", ask=_ollama(COUNT, stream=True), streams=True, **_OLLAMA),
)


def expect(question: Question, said: Said) -> None:
    """What a model of half a billion parameters gets right."""
    match question.name.partition("-")[2]:
        case "tools" | "stream-tools":
            assert said.calls == (CALL,)
        case "structured":
            assert json.loads(said.text) == {"name": "Zoe", "age": 36}
        case "plain" if question.path != "/responses":
            assert "5" in said.text
        case _:
            assert "two, three, four" in said.text.lower()


def unreadable(exchange: Exchange) -> set[str]:
    """Return what the SDK's models need and do not find, wherever in a stream."""
    told = (drift.place for drift in verify(exchange).drifts if drift.change != "gained")
    return {re.sub(r"^events\[\d+\]\.", "", place) for place in told}
