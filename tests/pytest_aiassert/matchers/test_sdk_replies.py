"""Replies go out through a mock, come back through an SDK's own model, and are judged as what they were."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.pytest_aiassert.wire.formats.strictness import REPLIES, whole, wire
from tests.sdks import anthropic_sdk, gemini_sdk, ollama_sdk, openai_sdk
from tests.sdks.matrix import MODEL, PERSON, Person

from assistant.messages import Completion
from pytest_aiassert import calls_tool, mentions
from pytest_aiassert.errors import CoercionError
from pytest_aiassert.matchers.coercion import as_completion
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.formats import recognise
from pytest_aiassert.wire.formats.counting import with_usage
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.mocking import AIWire

ASKED: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "stream": False}
KINDS: dict[str, tuple[str, str, str, Any]] = {
    "openai chat": ("openai.types.chat", "ChatCompletion", "https://api.openai.com/v1/chat/completions", ASKED),
    "openai response": (
        "openai.types.responses",
        "Response",
        "https://api.openai.com/v1/responses",
        {"model": MODEL, "input": "Hi"},
    ),
    "anthropic": ("anthropic.types", "Message", "https://api.anthropic.com/v1/messages", ASKED),
    "anthropic beta": ("anthropic.types.beta", "BetaMessage", "https://api.anthropic.com/v1/messages", ASKED),
    "gemini": (
        "google.genai.types",
        "GenerateContentResponse",
        "https://generativelanguage.googleapis.com/v1beta/models/some-model:generateContent",
        {"contents": [{"parts": [{"text": "Hi"}]}]},
    ),
    "mistral": (
        "mistralai.client.models",
        "ChatCompletionResponse",
        "https://api.mistral.ai/v1/chat/completions",
        ASKED,
    ),
    "ollama": ("ollama", "ChatResponse", "http://127.0.0.1:11434/api/chat", ASKED),
    "ollama generate": (
        "ollama",
        "GenerateResponse",
        "http://127.0.0.1:11434/api/generate",
        {"model": MODEL, "prompt": "Hi", "stream": False},
    ),
}
NEVER_REFUSE = {"mistral", "ollama", "ollama generate"}


@pytest.fixture
def ai() -> Iterator[AIWire]:
    mock = AIWire()
    with intercept(Tap("test", [mock], claims=mock.claims)):
        yield mock


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_survives_the_way_through_an_sdk(kind: str, reply: Completion) -> None:
    module, name, url, body = KINDS[kind]
    request = wire(url, body)
    form = recognise(request)
    assert form is not None
    call = form.read(request)
    model = getattr(pytest.importorskip(module), name)

    found = as_completion(model.model_validate_json(whole(form, call, reply)))

    sent = with_usage(reply, call.request)
    assert found.text == sent.text
    assert found.model == (sent.model or MODEL)
    assert found.usage.output_tokens == sent.usage.output_tokens
    assert found.usage.input_tokens == sent.usage.input_tokens
    if kind == "ollama generate":
        return  # it knows no tools
    assert [(c.name, c.arguments) for c in found.tool_calls] == [(c.name, c.arguments) for c in sent.tool_calls]
    refused = sent.finish_reason == "refused" and kind in NEVER_REFUSE
    assert found.finish_reason == ("stop" if refused else sent.finish_reason)


@pytest.mark.parametrize(
    ("client", "ask"),
    [
        (
            openai_sdk.client,
            lambda c: c.chat.completions.parse(model=MODEL, messages=openai_sdk.ASKED, response_format=Person),
        ),
        (openai_sdk.client, lambda c: c.responses.parse(model=MODEL, input="Hi", text_format=Person)),
        (
            anthropic_sdk.client,
            lambda c: c.messages.parse(model=MODEL, max_tokens=9, messages=anthropic_sdk.ASKED, output_format=Person),
        ),
        (gemini_sdk.Client, lambda c: c.generate_content(model=MODEL, contents="Hi")),
        (ollama_sdk.client, lambda c: c.chat(model=MODEL, messages=ollama_sdk.ASKED)),
    ],
)
def test_what_an_sdk_returns_is_judged(
    ai: AIWire, client: Callable[[str, str | None], Any], ask: Callable[[Any], Any]
) -> None:
    ai.reply(PERSON.model_dump())
    assert ask(client("sync", None)) == mentions("Zoë") & ~calls_tool("add")


def test_an_agent_of_pydantic_ai_is_judged_with_the_tools_it_called(ai: AIWire) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    from assistant.messages import ToolCall

    ai.openai.reply(ToolCall(id="c", name="add", arguments={"a": 2, "b": 3}), "It is five.")
    agent = Agent(OpenAIChatModel("gpt-9", provider=OpenAIProvider(api_key="none")))
    agent.tool_plain(lambda a, b: a + b, name="add")

    result = asyncio.run(agent.run("2 + 3?"))

    assert result == mentions("five") & calls_tool("add", {"a": 2, "b": 3})
    found = as_completion(result)
    assert found.usage.output_tokens > 3
    assert found.model == "gpt-9"


def test_an_agents_structured_output_is_judged_as_json(ai: AIWire) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    ai.openai.reply(PERSON.model_dump())  # the arguments of the tool that the agent insists on
    agent = Agent(OpenAIChatModel("gpt-9", provider=OpenAIProvider(api_key="none")), output_type=Person)
    assert as_completion(asyncio.run(agent.run("Who?"))).text == '{"name": "Zoë", "age": 36}'


def test_replies_without_a_choice_are_no_replies() -> None:
    from google.genai.types import GenerateContentResponse
    from openai.types.chat import ChatCompletion

    empty = ChatCompletion(id="x", choices=[], created=1, model="m", object="chat.completion")
    with pytest.raises(CoercionError, match=r"cannot judge a value of type openai\.types\.chat"):
        as_completion(empty)
    blocked = GenerateContentResponse.model_validate({"promptFeedback": {"blockReason": "SAFETY"}})
    assert as_completion(blocked).finish_reason == "refused"
    with pytest.raises(CoercionError):
        as_completion(GenerateContentResponse())


def test_what_is_not_read_yet_is_told_how_to_be(ai: AIWire) -> None:
    ai.reply("x")
    stream = openai_sdk.client("sync", None).chat.completions.create(
        model=MODEL, messages=openai_sdk.ASKED, stream=True
    )
    with pytest.raises(CoercionError, match="read the stream to its end, and judge its text"):
        as_completion(stream)
    stream.close()
    coroutine = asyncio.sleep(0)
    with pytest.raises(CoercionError, match="await it first"):
        as_completion(coroutine)
    coroutine.close()
