from __future__ import annotations

import json
from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream

ASKED = [{"role": "user", "content": QUESTION}]
TOOLS = [{"type": "function", "function": ADD}]


class Client:
    """Mistral's one client, its sync or its async half."""

    def __init__(self, mode: str, base_url: str | None) -> None:
        from mistralai.client import Mistral

        self._sdk = Mistral(api_key="none", server_url=base_url)
        self._suffix = "" if mode == "sync" else "_async"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sdk.chat, name + self._suffix)


async def close(client: Any) -> None:
    await client._sdk.__aexit__(None, None, None)


def plain(client: Any) -> Steps:
    reply = yield client.complete(model=MODEL, messages=ASKED)
    return Said(text=reply.choices[0].message.content, tokens=_tokens(reply.usage))


def stream(client: Any) -> Steps:
    source = yield client.stream(model=MODEL, messages=ASKED)
    events = yield Stream(source)
    texts = [event.data.choices[0].delta.content for event in events]
    return Said(text="".join(texts), tokens=_tokens(events[-1].data.usage), pieces=len([t for t in texts if t]))


def tools(client: Any) -> Steps:
    reply = yield client.complete(model=MODEL, messages=ASKED, tools=TOOLS)
    message = reply.choices[0].message
    assert reply.choices[0].finish_reason == "tool_calls"
    call = message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "name": "add", "content": "5"}
    last = yield client.complete(model=MODEL, messages=[*ASKED, message, result], tools=TOOLS)
    return Said(
        text=last.choices[0].message.content, calls=((call.function.name, json.loads(call.function.arguments)),)
    )


def stream_tools(client: Any) -> Steps:
    source = yield client.stream(model=MODEL, messages=ASKED, tools=TOOLS)
    events = yield Stream(source)
    found = [call for event in events for call in event.data.choices[0].delta.tool_calls or ()]
    calls = tuple((call.function.name, json.loads(call.function.arguments)) for call in found)
    return Said(calls=calls, pieces=len(events))


def structured(client: Any) -> Steps:
    reply = yield client.parse(model=MODEL, messages=ASKED, response_format=Person)
    return Said(value=reply.choices[0].message.parsed)


def _tokens(usage: Any) -> tuple[int, int]:
    return usage.prompt_tokens, usage.completion_tokens


MISTRAL = SDK(
    name="mistralai",
    package="mistralai",
    api="mistral",
    client=Client,
    close=close,
    features={
        "plain": plain,
        "stream": stream,
        "tools": tools,
        "stream_tools": stream_tools,
        "structured": structured,
    },
)
