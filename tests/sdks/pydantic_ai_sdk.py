from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.sdks.matrix import MODEL, QUESTION, SDK, Person, Said, Steps, Stream


@dataclass(frozen=True)
class Client:
    """Agents of one model, run the sync or the async way."""

    mode: str
    model: Any

    def run(self, **arguments: Any) -> Any:
        agent = self.agent(**arguments)
        if self.mode == "async":
            return agent.run(QUESTION)
        with self.event_loop():
            return agent.run_sync(QUESTION)

    def agent(self, tools: tuple[Callable[..., Any], ...] = (), output: Any = str) -> Any:
        from pydantic_ai import Agent

        return Agent(self.model, tools=tools, output_type=output, retries=0)

    @contextmanager
    def event_loop(self) -> Generator[None]:
        """Give a sync call a loop that is closed afterwards, with its connections; pydantic-ai leaves its own open."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            yield
        finally:
            loop.run_until_complete(self.model.client._client._transport.aclose())
            asyncio.set_event_loop(None)
            loop.close()


def client(mode: str, base_url: str | None) -> Client:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(api_key="sk-none", base_url=f"{base_url}/v1" if base_url else None)
    return Client(mode, OpenAIChatModel(MODEL, provider=provider))


async def close(client: Client) -> None:
    await client.model.client.close()


def plain(client: Client) -> Steps:
    result = yield client.run()
    usage = result.usage
    return Said(text=result.output, tokens=(usage.input_tokens, usage.output_tokens))


def stream(client: Client) -> Steps:
    usages: list[Any] = []

    async def pieces() -> Any:
        async with client.agent().run_stream(QUESTION) as result:
            async for text in result.stream_text(delta=True, debounce_by=None):
                yield text
            usages.append(result.usage)

    def sync_pieces() -> Any:
        with client.event_loop():
            result = client.agent().run_stream_sync(QUESTION)
            yield from result.stream_text(delta=True, debounce_by=None)
            usages.append(result.usage)

    texts = yield Stream(sync_pieces() if client.mode == "sync" else pieces())
    (usage,) = usages
    return Said(text="".join(texts), tokens=(usage.input_tokens, usage.output_tokens), pieces=len(texts))


def tools(client: Client) -> Steps:
    calls: list[tuple[str, dict[str, Any]]] = []

    def add(a: int, b: int, note: str = "") -> int:
        """Add two numbers."""
        calls.append(("add", {"a": a, "b": b, **({"note": note} if note else {})}))
        return a + b

    result = yield client.run(tools=(add,))
    return Said(text=result.output, calls=tuple(calls))


def structured(client: Client) -> Steps:
    from pydantic_ai import NativeOutput

    result = yield client.run(output=NativeOutput(Person))
    return Said(value=result.output)


PYDANTIC_AI = SDK(
    name="pydantic-ai",
    package="pydantic-ai-slim",
    api="openai",
    client=client,
    close=close,
    features={"plain": plain, "stream": stream, "tools": tools, "structured": structured},
)
