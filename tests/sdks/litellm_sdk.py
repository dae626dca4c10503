from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream

ASKED = [{"role": "user", "content": QUESTION}]
TOOLS = [{"type": "function", "function": ADD}]


def client(mode: str, base_url: str | None) -> Any:
    import litellm

    call = litellm.completion if mode == "sync" else litellm.acompletion
    base = {"api_base": f"{base_url}/v1"} if base_url else {}
    return partial(call, model=f"openai/{MODEL}", api_key="sk-none", num_retries=0, max_retries=0, **base)


async def close(_complete: Any) -> None:
    """Leave the connections to litellm, which keeps its clients to itself."""


def plain(complete: Any) -> Steps:
    reply = yield complete(messages=ASKED)
    return Said(text=reply.choices[0].message.content, tokens=_tokens(reply.usage))


def stream(complete: Any) -> Steps:
    source = yield complete(messages=ASKED, stream=True, stream_options={"include_usage": True})
    chunks = yield Stream(source)
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    usage = next(chunk.usage for chunk in reversed(chunks) if getattr(chunk, "usage", None))
    return Said(text="".join(texts), tokens=_tokens(usage), pieces=len([text for text in texts if text]))


def tools(complete: Any) -> Steps:
    reply = yield complete(messages=ASKED, tools=TOOLS)
    message = reply.choices[0].message
    call = message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": "5"}
    last = yield complete(messages=[*ASKED, message.model_dump(), result], tools=TOOLS)
    found = (call.function.name, json.loads(call.function.arguments))
    return Said(text=last.choices[0].message.content, calls=(found,))


def stream_tools(complete: Any) -> Steps:
    source = yield complete(messages=ASKED, tools=TOOLS, stream=True)
    chunks = yield Stream(source)
    found: dict[int, list[str]] = {}
    for chunk in chunks:
        for part in chunk.choices[0].delta.tool_calls or ():
            slot = found.setdefault(part.index, ["", ""])
            slot[0] += part.function.name or ""
            slot[1] += part.function.arguments or ""
    return Said(calls=tuple((name, json.loads(text)) for name, text in found.values()), pieces=len(chunks))


def structured(complete: Any) -> Steps:
    reply = yield complete(messages=ASKED, response_format=Person)
    return Said(value=Person.model_validate_json(reply.choices[0].message.content))


def _tokens(usage: Any) -> tuple[int, int]:
    return usage.prompt_tokens, usage.completion_tokens


LITELLM = SDK(
    name="litellm",
    package="litellm",
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
