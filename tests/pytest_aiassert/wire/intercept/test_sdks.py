"""The real SDKs: what they send is seen, answered and refused, on whatever library they send it."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import anthropic
import httpx2
import mistralai.client
import ollama
import openai
import pytest
from google import genai
from google.genai import types
from tests.pytest_aiassert.wire.intercept.handlers import Answering, json_response

from pytest_aiassert.errors import TrafficRefusedError
from pytest_aiassert.wire import Failure, Tap
from pytest_aiassert.wire.intercept import intercept

KEY = "sk-not-a-key"
CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "2+2"}]}
OPENAI_REPLY = """{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "usage": {"prompt_tokens": 1,
"completion_tokens": 1, "total_tokens": 2}, "choices": [{"index": 0, "finish_reason": "stop",
"message": {"role": "assistant", "content": "4"}}]}"""
ANTHROPIC_REPLY = """{"id": "1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
"stop_sequence": null, "content": [{"type": "text", "text": "4"}], "usage": {"input_tokens": 1, "output_tokens": 1}}"""
GEMINI_REPLY = """{"candidates": [{"content": {"role": "model", "parts": [{"text": "4"}]}, "finishReason": "STOP"}]}"""
OLLAMA_REPLY = """{"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": true,
"message": {"role": "assistant", "content": "4"}}"""


def ask_openai(**options):
    with openai.OpenAI(api_key=KEY, **options) as client:
        return client.chat.completions.create(**CHAT).choices[0].message.content


async def ask_openai_async(**options):
    async with openai.AsyncOpenAI(api_key=KEY, **options) as client:
        return (await client.chat.completions.create(**CHAT)).choices[0].message.content


def ask_anthropic(**options):
    with anthropic.Anthropic(api_key=KEY, **options) as client:
        return client.messages.create(max_tokens=9, **CHAT).content[0].text


async def ask_anthropic_async(**options):
    async with anthropic.AsyncAnthropic(api_key=KEY, **options) as client:
        return (await client.messages.create(max_tokens=9, **CHAT)).content[0].text


def ask_gemini():
    with genai.Client(api_key=KEY) as client:
        return client.models.generate_content(model="m", contents="2+2").text


async def ask_gemini_async(**options):
    async with genai.Client(api_key=KEY, http_options=types.HttpOptions(**options)).aio as client:
        return (await client.models.generate_content(model="m", contents="2+2")).text


async def ask_gemini_async_by_httpx2():
    """google-genai sends through aiohttp wherever that is installed, unless it is given a client."""
    async with httpx2.AsyncClient() as client:
        return await ask_gemini_async(httpx_async_client=client)


def ask_mistral():
    with mistralai.client.Mistral(api_key=KEY) as client:
        return client.chat.complete(**CHAT).choices[0].message.content


async def ask_mistral_async():
    async with mistralai.client.Mistral(api_key=KEY) as client:
        return (await client.chat.complete_async(**CHAT)).choices[0].message.content


def ask_ollama():
    return ollama.Client(host="https://ollama.com").chat(**CHAT).message.content


async def ask_ollama_async():
    return (await ollama.AsyncClient(host="https://ollama.com").chat(**CHAT)).message.content


SDKS = [
    pytest.param(ask, reply, id=ask.__name__.removeprefix("ask_"))
    for ask, reply in [
        (ask_openai, OPENAI_REPLY),
        (ask_openai_async, OPENAI_REPLY),
        (ask_anthropic, ANTHROPIC_REPLY),
        (ask_anthropic_async, ANTHROPIC_REPLY),
        (ask_gemini, GEMINI_REPLY),
        (ask_gemini_async, GEMINI_REPLY),
        (ask_gemini_async_by_httpx2, GEMINI_REPLY),
        (ask_mistral, OPENAI_REPLY),
        (ask_mistral_async, OPENAI_REPLY),
        (ask_ollama, OLLAMA_REPLY),
        (ask_ollama_async, OLLAMA_REPLY),
    ]
]


pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
"""google-genai derives from aiohttp's session, which aiohttp discourages."""


def call(ask, **options):
    return asyncio.run(ask(**options)) if inspect.iscoroutinefunction(ask) else ask(**options)


@pytest.mark.parametrize(("ask", "reply"), SDKS)
def test_an_answer_arrives(ask, reply):
    handler = Answering(json_response(reply))
    with intercept(Tap("t", [handler])):
        assert call(ask) == "4"
    assert "2+2" in handler.requests[0].content.decode()


@pytest.mark.parametrize(("ask", "reply"), SDKS)
def test_a_refusal_passes_every_retry_at_once(ask, reply):
    tap = Tap("t")
    with intercept(tap), pytest.raises(TrafficRefusedError, match=r"for model 'm' in t, asking '2\+2', is neither"):
        call(ask)
    assert len(tap.refusals) == 1


@pytest.mark.parametrize(
    ("ask", "options", "error"),
    [
        (ask_openai, {"max_retries": 0}, openai.APIConnectionError),
        (ask_openai_async, {"max_retries": 0}, openai.APIConnectionError),
        (ask_anthropic, {"max_retries": 0}, anthropic.APIConnectionError),
        (ask_anthropic_async, {"max_retries": 0}, anthropic.APIConnectionError),
        (ask_gemini_async_by_httpx2, {}, httpx2.ConnectError),
        (ask_mistral, {}, httpx2.ConnectError),
        (ask_ollama, {}, ConnectionError),
        (ask_ollama_async, {}, ConnectionError),
    ],
)
def test_a_failure_is_the_sdk_s_own(ask, options, error):
    with intercept(Tap("t", [Answering(Failure(kind="connect"))])), pytest.raises(error):
        call(ask, **options)
