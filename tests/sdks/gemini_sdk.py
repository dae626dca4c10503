from __future__ import annotations

from typing import Any

from tests.sdks.matrix import ADD, MODEL, QUESTION, SDK, Person, Said, Steps, Stream


class Client:
    """Google's one client, its sync or its async half."""

    def __init__(self, mode: str, base_url: str | None) -> None:
        from google import genai
        from google.genai import types

        options = types.HttpOptions(base_url=base_url, retry_options=types.HttpRetryOptions(attempts=1))
        self._client = genai.Client(api_key="none", http_options=options)  # closes its connections when it is dropped
        self._models = self._client.models if mode == "sync" else self._client.aio.models

    def __getattr__(self, name: str) -> Any:
        return getattr(self._models, name)


async def close(client: Any) -> None:
    await client._client.aio.aclose()


def plain(client: Any) -> Steps:
    reply = yield client.generate_content(model=MODEL, contents=QUESTION)
    return Said(text=reply.text, tokens=_tokens(reply))


def stream(client: Any) -> Steps:
    source = yield client.generate_content_stream(model=MODEL, contents=QUESTION)
    chunks = yield Stream(source)
    texts = [chunk.text or "" for chunk in chunks]
    assert chunks[-1].candidates[0].finish_reason == "STOP"
    return Said(text="".join(texts), tokens=_tokens(chunks[-1]), pieces=len(texts))


def tools(client: Any) -> Steps:
    from google.genai import types

    config = _config()
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    reply = yield client.generate_content(model=MODEL, contents=question, config=config)
    call = reply.function_calls[0]
    result = types.Content(
        role="user", parts=[types.Part.from_function_response(name=call.name, response={"result": 5})]
    )
    turns = [question, reply.candidates[0].content, result]
    last = yield client.generate_content(model=MODEL, contents=turns, config=config)
    return Said(text=last.text, calls=((call.name, call.args),))


def stream_tools(client: Any) -> Steps:
    source = yield client.generate_content_stream(model=MODEL, contents=QUESTION, config=_config())
    chunks = yield Stream(source)
    calls = tuple((call.name, call.args) for chunk in chunks for call in chunk.function_calls or ())
    return Said(calls=calls, pieces=len(chunks))


def structured(client: Any) -> Steps:
    config = {"response_mime_type": "application/json", "response_schema": Person}
    reply = yield client.generate_content(model=MODEL, contents=QUESTION, config=config)
    return Said(value=reply.parsed)


def _config() -> Any:
    from google.genai import types

    declared = types.FunctionDeclaration(
        name=ADD["name"], description=ADD["description"], parameters_json_schema=ADD["parameters"]
    )
    return types.GenerateContentConfig(tools=[types.Tool(function_declarations=[declared])])


def _tokens(reply: Any) -> tuple[int, int]:
    return reply.usage_metadata.prompt_token_count, reply.usage_metadata.candidates_token_count


GEMINI = SDK(
    name="google-genai",
    package="google-genai",
    api="gemini",
    client=Client,
    close=close,
    features={
        "plain": plain,
        "stream": stream,
        "tools": tools,
        "stream_tools": stream_tools,
        "structured": structured,
    },
)
