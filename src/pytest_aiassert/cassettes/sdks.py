"""Which response models of which SDK read a recorded response."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pytest_aiassert.cassettes.exchange import RecordedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseModels:
    """The models, as `module:name`, by which an SDK reads responses.

    `event` reads one event of a stream. `items` names the list whose items `reply` reads, where it is not the whole.
    """

    package: str
    path: re.Pattern[str]
    reply: str
    event: str = ""
    items: str = ""
    host: str = ""


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{pattern}\Z")


_KNOWN: Final = (
    ResponseModels(
        package="mistralai",
        host="api.mistral.ai",
        path=_path("/chat/completions"),
        reply="mistralai.client.models:ChatCompletionResponse",
        event="mistralai.client.models:CompletionChunk",
    ),
    ResponseModels(
        package="openai",
        path=_path("/chat/completions"),
        reply="openai.types.chat:ChatCompletion",
        event="openai.types.chat:ChatCompletionChunk",
    ),
    ResponseModels(
        package="openai",
        path=_path("/responses"),
        reply="openai.types.responses:Response",
        event="openai.types.responses:ResponseStreamEvent",
    ),
    ResponseModels(package="openai", path=_path("/embeddings"), reply="openai.types:CreateEmbeddingResponse"),
    ResponseModels(
        package="anthropic",
        path=_path("/v1/messages"),
        reply="anthropic.types:Message",
        event="anthropic.types:RawMessageStreamEvent",
    ),
    ResponseModels(
        package="anthropic", path=_path("/v1/messages/count_tokens"), reply="anthropic.types:MessageTokensCount"
    ),
    ResponseModels(
        package="anthropic",
        host="api.anthropic.com",
        path=_path("/v1/models"),
        reply="anthropic.types:ModelInfo",
        items="data",
    ),
    ResponseModels(package="openai", path=_path("/v1/models"), reply="openai.types:Model", items="data"),
    ResponseModels(
        package="google-genai",
        path=_path(r"/models/[^/]+:(?:stream)?[gG]enerateContent"),
        reply="google.genai.types:GenerateContentResponse",
        event="google.genai.types:GenerateContentResponse",
    ),
    ResponseModels(
        package="google-genai", path=_path(r"/models/[^/]+:countTokens"), reply="google.genai.types:CountTokensResponse"
    ),
    ResponseModels(package="ollama", path=_path("/api/chat"), reply="ollama:ChatResponse", event="ollama:ChatResponse"),
    ResponseModels(
        package="ollama", path=_path("/api/generate"), reply="ollama:GenerateResponse", event="ollama:GenerateResponse"
    ),
    ResponseModels(package="ollama", path=_path("/api/tags"), reply="ollama:ListResponse"),
    ResponseModels(package="ollama", path=_path("/api/embed"), reply="ollama:EmbedResponse"),
)


def models_for(request: RecordedRequest) -> ResponseModels | None:
    """Return what reads the response to a request; None where no known SDK would send it."""
    url = urlsplit(request.url)
    host = (url.hostname or "").lower()
    return next((known for known in _KNOWN if known.host in ("", host) and known.path.search(url.path)), None)
