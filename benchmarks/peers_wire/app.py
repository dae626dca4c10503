"""The application that the probes test; copied beside them into each peer's folder."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import time
from typing import Any

MODEL = "some-model"


def http() -> Any:
    """Return the HTTP library that the installed openai is built on."""
    import openai

    newer = int(openai.__version__.partition(".")[0]) > 2 and importlib.util.find_spec("httpx2")
    return __import__("httpx2" if newer else "httpx")


def messages(prompt: str) -> list[Any]:
    return [{"role": "user", "content": prompt}]


def ask(prompt: str, *, key: str = "sk-none", **client: Any) -> str:
    import openai

    with openai.OpenAI(api_key=key, max_retries=0, timeout=20, **client) as api:
        return str(api.chat.completions.create(model=MODEL, messages=messages(prompt)).choices[0].message.content)


async def ask_async(prompt: str) -> str:
    import openai

    async with openai.AsyncOpenAI(api_key="sk-none", max_retries=0, timeout=20) as api:
        return str(
            (await api.chat.completions.create(model=MODEL, messages=messages(prompt))).choices[0].message.content
        )


def ask_anthropic(prompt: str, *, key: str = "sk-none") -> str:
    import anthropic

    with anthropic.Anthropic(api_key=key, max_retries=0, timeout=20) as api:
        return str(api.messages.create(model=MODEL, max_tokens=9, messages=messages(prompt)).content[0].text)


async def ask_aiohttp(prompt: str) -> str:
    import aiohttp

    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    body = {"model": MODEL, "messages": messages(prompt)}
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as reply:
        return str((await reply.json())["choices"][0]["message"]["content"])


def ask_gemini(prompt: str, key: str) -> str:
    base = os.environ["GEMINI_BASE_URL"]
    body = {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
    reply = http().post(f"{base}/v1beta/models/gemini-2.5-pro:generateContent?key={key}", json=body, timeout=20)
    return str(reply.json()["candidates"][0]["content"]["parts"][0]["text"])


def embed(text: str) -> list[float]:
    import openai

    with openai.OpenAI(api_key="sk-none", max_retries=0, timeout=20) as api:
        return list(api.embeddings.create(model=MODEL, input=text, encoding_format="float").data[0].embedding)


def stream(prompt: str) -> list[tuple[float, str]]:
    """Return each text and when it came, in seconds after the question."""
    import openai

    with openai.OpenAI(api_key="sk-none", max_retries=0, timeout=20) as api:
        started = time.perf_counter()
        chunks = api.chat.completions.create(model=MODEL, messages=messages(prompt), stream=True)
        return [
            (time.perf_counter() - started, chunk.choices[0].delta.content)
            for chunk in chunks
            if chunk.choices and chunk.choices[0].delta.content
        ]


def pieces(prompt: str) -> list[bytes]:
    """Return the body of a stream in the pieces that arrive."""
    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    body = {"model": MODEL, "messages": messages(prompt), "stream": True}
    with http().stream("POST", url, json=body, timeout=20) as reply:
        return [data for data in reply.iter_bytes() if data]


def embed_stubbornly(text: str) -> list[float]:
    """Ask again where anything goes wrong, and never complain."""
    for _ in range(2):
        try:
            return embed(text)
        except Exception:  # noqa: BLE001 - what such an application does
            continue
    return []


def run(question: Any) -> Any:
    return asyncio.run(question)
