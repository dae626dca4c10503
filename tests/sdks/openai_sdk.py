from __future__ import annotations

import json
from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream

ASKED = [{"role": "user", "content": QUESTION}]
TOOLS = [{"type": "function", "function": ADD}]
FLAT_TOOLS = [{"type": "function", **ADD, "strict": None}]


def client(mode: str, base_url: str | None) -> Any:
    import openai

    kind = openai.OpenAI if mode == "sync" else openai.AsyncOpenAI
    return kind(api_key="sk-none", base_url=f"{base_url}/v1" if base_url else None, max_retries=0)


async def close(client: Any) -> None:
    await client.close()


def plain(client: Any) -> Steps:
    reply = yield client.chat.completions.create(model=MODEL, messages=ASKED)
    return Said(text=reply.choices[0].message.content, tokens=_tokens(reply.usage))


def stream(client: Any) -> Steps:
    source = yield client.chat.completions.create(
        model=MODEL, messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = yield Stream(source)
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    return Said(text="".join(texts), tokens=_tokens(chunks[-1].usage), pieces=len([t for t in texts if t]))


def tools(client: Any) -> Steps:
    reply = yield client.chat.completions.create(model=MODEL, messages=ASKED, tools=TOOLS)
    message = reply.choices[0].message
    assert reply.choices[0].finish_reason == "tool_calls"
    call = message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": "5"}
    last = yield client.chat.completions.create(model=MODEL, messages=[*ASKED, message, result], tools=TOOLS)
    return Said(
        text=last.choices[0].message.content, calls=((call.function.name, json.loads(call.function.arguments)),)
    )


def stream_tools(client: Any) -> Steps:
    source = yield client.chat.completions.create(model=MODEL, messages=ASKED, tools=TOOLS, stream=True)
    chunks = yield Stream(source)
    found: dict[int, list[str]] = {}
    for chunk in chunks:
        for part in chunk.choices[0].delta.tool_calls or ():
            slot = found.setdefault(part.index, ["", ""])
            slot[0] += part.function.name or ""
            slot[1] += part.function.arguments or ""
    calls = tuple((name, json.loads(text)) for name, text in found.values())
    return Said(calls=calls, pieces=len(chunks))


def structured(client: Any) -> Steps:
    reply = yield client.chat.completions.parse(model=MODEL, messages=ASKED, response_format=Person)
    return Said(value=reply.choices[0].message.parsed)


def respond(client: Any) -> Steps:
    reply = yield client.responses.create(model=MODEL, input=QUESTION)
    return Said(text=reply.output_text, tokens=(reply.usage.input_tokens, reply.usage.output_tokens))


def respond_stream(client: Any) -> Steps:
    source = yield client.responses.create(model=MODEL, input=QUESTION, stream=True)
    events = yield Stream(source)
    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    usage = events[-1].response.usage
    return Said(text="".join(texts), tokens=(usage.input_tokens, usage.output_tokens), pieces=len(texts))


def respond_tools(client: Any) -> Steps:
    reply = yield client.responses.create(model=MODEL, input=ASKED, tools=FLAT_TOOLS)
    call = next(item for item in reply.output if item.type == "function_call")
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "5"}
    last = yield client.responses.create(model=MODEL, input=[*ASKED, *reply.output, result], tools=FLAT_TOOLS)
    return Said(text=last.output_text, calls=((call.name, json.loads(call.arguments)),))


def respond_stream_tools(client: Any) -> Steps:
    source = yield client.responses.create(model=MODEL, input=ASKED, tools=FLAT_TOOLS, stream=True)
    events = yield Stream(source)
    names = [event.item.name for event in events if event.type == "response.output_item.done"]
    texts = [event.arguments for event in events if event.type == "response.function_call_arguments.done"]
    deltas = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert "".join(deltas) == "".join(texts)
    calls = tuple((name, json.loads(text)) for name, text in zip(names, texts, strict=True))
    return Said(calls=calls, pieces=len(events))


def respond_structured(client: Any) -> Steps:
    reply = yield client.responses.parse(model=MODEL, input=QUESTION, text_format=Person)
    return Said(value=reply.output_parsed)


def _tokens(usage: Any) -> tuple[int, int]:
    return usage.prompt_tokens, usage.completion_tokens


CHAT = SDK(
    name="openai",
    package="openai",
    api="openai",
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
RESPONSES = SDK(
    name="openai responses",
    package="openai",
    api="openai",
    client=client,
    close=close,
    features={
        "plain": respond,
        "stream": respond_stream,
        "tools": respond_tools,
        "stream_tools": respond_stream_tools,
        "structured": respond_structured,
    },
)
