from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from tests.sdks.expected import check, check_calls, script
from tests.sdks.table import CELLS, Cell

from assistant.messages import Completion
from pytest_aiassert.wire import Tap
from pytest_aiassert.wire.intercept import intercept
from pytest_aiassert.wire.mocking import AIWire

OFFICIAL = pytest.mark.skipif(find_spec("anthropic") is None, reason="these SDKs are tested in another environment")
pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")


@pytest.fixture
def wire() -> Iterator[AIWire]:
    wire = AIWire()
    with intercept(Tap("test", [wire], claims=wire.claims)) as tap:
        yield wire
    assert not tap.refusals


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_sdk_gets_what_was_scripted(wire: AIWire, cell: Cell) -> None:
    mock = getattr(wire, cell.sdk.api)
    script(mock, cell.feature)
    check(cell.ask(), cell)
    check_calls(mock.calls, cell)
    mock.assert_all_used()


def test_azures_client_is_answered_as_openais(wire: AIWire) -> None:
    import openai

    wire.openai.reply("4").embed(dimensions=2)
    client = openai.AzureOpenAI(api_key="none", azure_endpoint="https://me.openai.azure.com", api_version="2024-10-21")
    reply = client.chat.completions.create(model="my-gpt", messages=[{"role": "user", "content": "2 + 2?"}])
    assert reply.choices[0].message.content == "4"
    assert len(client.embeddings.create(model="my-e", input="a").data[0].embedding) == 2
    assert [call.model for call in wire.openai.calls] == ["my-gpt", "my-e"]


@OFFICIAL
def test_vectors_and_models_reach_every_sdk(wire: AIWire) -> None:
    import ollama
    import openai
    from google import genai
    from mistralai.client import Mistral

    wire.embed([0.5, -0.25]).models("a", "b")
    openai_client = openai.OpenAI(api_key="none")
    assert openai_client.embeddings.create(model="m", input=["x", "y"]).data[1].embedding == [0.5, -0.25]
    assert [model.id for model in openai_client.models.list()] == ["a", "b"]
    gemini = genai.Client(api_key="none")
    found = gemini.models.embed_content(model="m", contents=["x", "y"]).embeddings
    assert [one.values for one in found or ()] == [[0.5, -0.25]] * 2
    assert [model.name for model in gemini.models.list()] == ["models/a", "models/b"]
    assert gemini.models.count_tokens(model="m", contents="x" * 40).total_tokens == 13
    mistral = Mistral(api_key="none")
    assert mistral.embeddings.create(model="m", inputs=["x"]).data[0].embedding == [0.5, -0.25]
    assert [card.id for card in mistral.models.list().data or ()] == ["a", "b"]
    assert ollama.embed(model="m", input="x").embeddings == [[0.5, -0.25]]
    assert [model.model for model in ollama.list().models] == ["a", "b"]


@OFFICIAL
def test_tokens_and_models_reach_anthropics_sdk(wire: AIWire) -> None:
    import anthropic

    wire.anthropic.reply("x").models("a", "b")
    client = anthropic.Anthropic(api_key="none")
    counted = client.messages.count_tokens(model="m", messages=[{"role": "user", "content": "x" * 40}])
    assert counted.input_tokens == 13
    assert [model.id for model in client.models.list()] == ["a", "b"]


@OFFICIAL
def test_a_refusal_is_one_for_every_sdk_that_knows_refusals(wire: AIWire) -> None:
    import anthropic
    import openai
    from google import genai

    wire.reply(Completion(text="I cannot.", finish_reason="refused"))
    asked: Any = [{"role": "user", "content": "x"}]
    chat = openai.OpenAI(api_key="none").chat.completions.create(model="m", messages=asked)
    assert chat.choices[0].message.refusal == "I cannot."
    response = openai.OpenAI(api_key="none").responses.create(model="m", input="x")
    assert response.output[0].content[0].refusal == "I cannot."
    message = anthropic.Anthropic(api_key="none").messages.create(model="m", max_tokens=9, messages=asked)
    assert message.stop_reason == "refusal"
    gemini = genai.Client(api_key="none")  # closes its connections when it is dropped
    candidates = gemini.models.generate_content(model="m", contents="x").candidates
    assert candidates is not None
    assert candidates[0].finish_reason == "SAFETY"
