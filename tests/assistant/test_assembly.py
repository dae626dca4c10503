from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest
from pydantic import SecretStr
from tests.assistant.conftest import LoopbackServer, completion, delta, events, say

from assistant.assembly import Assistant, connect
from assistant.config import Settings
from assistant.errors import ConfigurationError, OverloadedError, ProviderError
from assistant.events import Event, RequestFailed, RequestFinished, RequestStarted
from assistant.messages import Usage
from assistant.protocols import Provider
from assistant.providers.openai import OpenAIProvider

pytestmark = pytest.mark.usefixtures("clean_environment")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def keys() -> Settings:
    return Settings(openai_api_key=SecretStr("sk-openai"), compatible_api_key=SecretStr("other"))


def _transport(seen: list[httpx2.Request]) -> Callable[[], httpx2.AsyncBaseTransport]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=completion("hi"))

    return lambda: httpx2.MockTransport(answer)


def test_connects_without_sending_anything(no_network: None, keys: Settings) -> None:
    provider = connect("openai:gpt-5.1", settings=keys)
    assert isinstance(provider, Provider)
    assert (provider.name, provider.model) == ("openai", "gpt-5.1")
    provider.close()


def test_a_missing_key_is_named_before_any_network(no_network: None) -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY is not set"):
        connect("openai:gpt-5.1")


@pytest.mark.parametrize(
    ("spec", "header"),
    [
        ("openai:gpt-5.1", "Bearer sk-openai"),
        ("openai+https://api.openai.com/v1:gpt-5.1", "Bearer sk-openai"),
        ("openai+https://api.openai.com.evil.example/v1:gpt-5.1", "Bearer other"),
        ("openai+http://api.openai.com/v1:gpt-5.1", "Bearer other"),
        ("openai+http://127.0.0.1:1/v1:m", "Bearer other"),
        ("ollama:m", "Bearer other"),
    ],
)
def test_the_openai_key_goes_to_openai_alone(keys: Settings, spec: str, header: str) -> None:
    seen: list[httpx2.Request] = []
    with Assistant(spec, settings=keys, transport=_transport(seen)) as assistant:
        assistant.ask("hi")
    assert seen[0].headers["authorization"] == header


def test_a_transport_needs_no_key(no_network: None) -> None:
    seen: list[httpx2.Request] = []
    provider = connect("openai:gpt-5.1", transport=_transport(seen))
    reply = provider.complete("hi")
    provider.close()
    assert reply.text == "hi"
    assert "authorization" not in seen[0].headers


def test_settings_bound_the_waiting(keys: Settings) -> None:
    provider = connect(
        "openai+http://127.0.0.1:9/v1:m", settings=Settings(timeout=3, connect_timeout=1, total_timeout=9)
    )
    assert isinstance(provider, OpenAIProvider)
    assert provider._total_timeout == 9
    assert provider._clients._timeout == httpx2.Timeout(3, connect=1, pool=None)


def test_a_reply_of_a_known_model_has_a_price(keys: Settings) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        body = completion("hi")
        body["model"] = "gpt-5.1"
        return httpx2.Response(200, json=body)

    with Assistant("openai:gpt-5.1", settings=keys, transport=lambda: httpx2.MockTransport(answer)) as assistant:
        cost = assistant.ask("hi").cost
    assert cost is not None
    assert 0 < cost < 0.01


def test_the_setting_names_the_provider(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_PROVIDER", f"openai+{server.base_url}:tiny")
    server.reply("hello")
    with Assistant() as assistant:
        assert assistant.ask("hi").text == "hello"


def test_without_any_provider_the_error_says_how_to_name_one() -> None:
    with pytest.raises(ConfigurationError, match="ASSISTANT_PROVIDER"):
        Assistant()


def test_events_tell_of_a_request(server: LoopbackServer) -> None:
    server.answer(say(completion("hi")), events(delta("hi"), delta(finish="stop"), {"usage": {"completion_tokens": 1}}))
    heard: list[Event] = []
    ticks = iter([1.0, 3.0, 10.0, 10.5])
    spec = f"openai+{server.base_url}:tiny"
    with Assistant(spec, listeners=[heard.append], clock=lambda: next(ticks)) as assistant:
        assistant.ask("hi")
        assert "".join(map(str, assistant.stream("hi"))) == "hi"
    who = {"provider": "openai", "model": "tiny"}
    assert heard == [
        RequestStarted(id=1, **who),
        RequestFinished(id=1, **who, duration=2.0, usage=Usage(input_tokens=4, output_tokens=2), finish_reason="stop"),
        RequestStarted(id=2, **who, streamed=True),
        RequestFinished(id=2, **who, duration=0.5, usage=Usage(output_tokens=1), finish_reason="stop"),
    ]


def test_events_tell_of_a_failure_and_of_an_abandoned_stream(server: LoopbackServer) -> None:
    server.answer(say("busy", 503), events(delta("a"), delta("b"), delta(finish="stop")))
    heard: list[Event] = []
    with Assistant(f"openai+{server.base_url}:tiny", listeners=[heard.append]) as assistant:
        with pytest.raises(OverloadedError):
            assistant.ask("hi")
        stream = assistant.stream("hi")
        next(stream)
        stream.close()
    failures = [event for event in heard if isinstance(event, RequestFailed)]
    assert [type(event.error) for event in failures] == [OverloadedError, GeneratorExit]


def test_async_callers(server: LoopbackServer) -> None:
    server.answer(say(completion("whole")), events(delta("streamed"), delta(finish="stop")))
    heard: list[Event] = []

    async def main() -> tuple[str, str]:
        async with Assistant(f"openai+{server.base_url}:tiny", listeners=[heard.append]) as assistant:
            whole = await assistant.aask("hi")
            return whole.text, "".join([str(chunk) async for chunk in assistant.astream("hi")])

    assert anyio.run(main) == ("whole", "streamed")
    assert [type(event).__name__ for event in heard] == ["RequestStarted", "RequestFinished"] * 2


def test_a_provider_given_stays_its_owners(server: LoopbackServer) -> None:
    server.reply("hi")
    provider = OpenAIProvider(model="tiny", base_url=server.base_url)
    with Assistant(provider=provider) as assistant:
        assert assistant.ask("hi").text == "hi"
    assert provider._background.started
    provider.close()
    assert not provider._background.started


def test_a_failed_request_does_not_keep_the_assistant_from_closing() -> None:
    with pytest.raises(ProviderError), Assistant("openai+http://127.0.0.1:9/v1:m") as assistant:
        assistant.ask("hi")
    assert isinstance(assistant.provider, OpenAIProvider)
    assert not assistant.provider._background.started
