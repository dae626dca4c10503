from __future__ import annotations

from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream

ASKED = [{"role": "user", "content": QUESTION}]
TOOLS = [{"type": "function", "function": ADD}]


def client(mode: str, base_url: str | None) -> Any:
    import ollama

    kind = ollama.Client if mode == "sync" else ollama.AsyncClient
    return kind(host=base_url)


async def close(client: Any) -> None:
    await client._client.aclose()


def plain(client: Any) -> Steps:
    reply = yield client.chat(model=MODEL, messages=ASKED)
    return Said(text=reply.message.content, tokens=_tokens(reply))


def stream(client: Any) -> Steps:
    source = yield client.chat(model=MODEL, messages=ASKED, stream=True)
    parts = yield Stream(source)
    texts = [part.message.content for part in parts]
    assert parts[-1].done
    return Said(text="".join(texts), tokens=_tokens(parts[-1]), pieces=len([t for t in texts if t]))


def tools(client: Any) -> Steps:
    reply = yield client.chat(model=MODEL, messages=ASKED, tools=TOOLS)
    call = reply.message.tool_calls[0].function
    turns = [*ASKED, reply.message, {"role": "tool", "tool_name": "add", "content": "5"}]
    last = yield client.chat(model=MODEL, messages=turns, tools=TOOLS)
    return Said(text=last.message.content, calls=((call.name, dict(call.arguments)),))


def stream_tools(client: Any) -> Steps:
    source = yield client.chat(model=MODEL, messages=ASKED, tools=TOOLS, stream=True)
    parts = yield Stream(source)
    found = [call.function for part in parts for call in part.message.tool_calls or ()]
    return Said(calls=tuple((call.name, dict(call.arguments)) for call in found), pieces=len(parts))


def structured(client: Any) -> Steps:
    reply = yield client.chat(model=MODEL, messages=ASKED, format=Person.model_json_schema())
    return Said(value=Person.model_validate_json(reply.message.content))


def generate(client: Any) -> Steps:
    reply = yield client.generate(model=MODEL, prompt=QUESTION)
    return Said(text=reply.response, tokens=_tokens(reply))


def generate_stream(client: Any) -> Steps:
    source = yield client.generate(model=MODEL, prompt=QUESTION, stream=True)
    parts = yield Stream(source)
    texts = [part.response for part in parts]
    return Said(text="".join(texts), tokens=_tokens(parts[-1]), pieces=len([t for t in texts if t]))


def generate_structured(client: Any) -> Steps:
    reply = yield client.generate(model=MODEL, prompt=QUESTION, format=Person.model_json_schema())
    return Said(value=Person.model_validate_json(reply.response))


def _tokens(reply: Any) -> tuple[int, int]:
    return reply.prompt_eval_count, reply.eval_count


CHAT = SDK(
    name="ollama",
    package="ollama",
    api="ollama",
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
GENERATE = SDK(
    name="ollama generate",
    package="ollama",
    api="ollama",
    client=client,
    close=close,
    features={"plain": generate, "stream": generate_stream, "structured": generate_structured},
)
