from __future__ import annotations

import json
from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream

ASKED = [{"role": "user", "content": QUESTION}]
TOOLS = [{"name": ADD["name"], "description": ADD["description"], "input_schema": ADD["parameters"]}]


def client(mode: str, base_url: str | None) -> Any:
    import anthropic

    kind = anthropic.Anthropic if mode == "sync" else anthropic.AsyncAnthropic
    return kind(api_key="sk-none", base_url=base_url, max_retries=0)


async def close(client: Any) -> None:
    await client.close()


def plain(client: Any) -> Steps:
    reply = yield client.messages.create(model=MODEL, max_tokens=100, messages=ASKED)
    return Said(text=reply.content[0].text, tokens=(reply.usage.input_tokens, reply.usage.output_tokens))


def stream(client: Any) -> Steps:
    source = yield client.messages.create(model=MODEL, max_tokens=100, messages=ASKED, stream=True)
    events = yield Stream(source)
    texts = [event.delta.text for event in events if event.type == "content_block_delta"]
    tokens = next(event.message.usage.input_tokens for event in events if event.type == "message_start")
    output = next(event.usage.output_tokens for event in events if event.type == "message_delta")
    assert events[-1].type == "message_stop"
    return Said(text="".join(texts), tokens=(tokens, output), pieces=len(texts))


def tools(client: Any) -> Steps:
    reply = yield client.messages.create(model=MODEL, max_tokens=100, messages=ASKED, tools=TOOLS)
    assert reply.stop_reason == "tool_use"
    call = next(block for block in reply.content if block.type == "tool_use")
    turns = [
        *ASKED,
        {"role": "assistant", "content": reply.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "5"}]},
    ]
    last = yield client.messages.create(model=MODEL, max_tokens=100, messages=turns, tools=TOOLS)
    return Said(text=last.content[0].text, calls=((call.name, call.input),))


def stream_tools(client: Any) -> Steps:
    source = yield client.messages.create(model=MODEL, max_tokens=100, messages=ASKED, tools=TOOLS, stream=True)
    events = yield Stream(source)
    names = [event.content_block.name for event in events if event.type == "content_block_start"]
    texts = [event.delta.partial_json for event in events if event.type == "content_block_delta"]
    return Said(calls=((names[0], json.loads("".join(texts))),), pieces=len(events))


def structured(client: Any) -> Steps:
    reply = yield client.messages.parse(model=MODEL, max_tokens=100, messages=ASKED, output_format=Person)
    return Said(value=reply.parsed_output)


ANTHROPIC = SDK(
    name="anthropic",
    package="anthropic",
    api="anthropic",
    client=client,
    close=close,
    features={
        "plain": plain,
        "stream": stream,
        "tools": tools,
        "stream_tools": stream_tools,
        "structured": structured,
    },
)
