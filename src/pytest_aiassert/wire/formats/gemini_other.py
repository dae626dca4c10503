"""Gemini's embeddings, and its list of models."""

from __future__ import annotations

import re
from typing import Any, Final

from pytest_aiassert.wire.formats.base import Call
from pytest_aiassert.wire.formats.gemini import GeminiFormat, google_body, method_of, read_parts
from pytest_aiassert.wire.formats.reading import Reader, call_of
from pytest_aiassert.wire.message import WireRequest

_MODELS: Final = re.compile(r"/v1(?:alpha|beta)?\d*/models(?:/([^/:]+))?/?$")


class GeminiEmbed(GeminiFormat):
    """`models/NAME:embedContent` and `:batchEmbedContents`."""

    title = "Gemini embedContent"
    operation = "embed"
    methods = ("embedContent", "batchEmbedContents")

    def read(self, request: WireRequest) -> Call:
        """Read the texts to embed; raises UsageError."""
        body = google_body(request, self.title)
        model, method = method_of(request)
        asked = [body] if method == "embedContent" else body.children("requests", required=True)
        inputs = tuple(_text(one) for one in asked)
        return call_of(request, self.api, "embed", raw=body.value, model=model, inputs=inputs)

    def write(self, answer: tuple[tuple[float, ...], ...], call: Call) -> Any:
        """Return one vector, or one for each request of a batch."""
        vectors = [{"values": list(vector)} for vector in answer]
        return {"embedding": vectors[0]} if call.url.endswith(":embedContent") else {"embeddings": vectors}


class GeminiModels(GeminiFormat):
    """`/v1beta/models`, told from others' by version, host or key header."""

    title = "Gemini models"
    operation = "models"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this asks Google for its models."""
        ours = "googleapis.com" in request.host or "/v1beta" in request.path or bool(request.header("x-goog-api-key"))
        return ours and request.method == "GET" and _MODELS.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read which model is asked for, if one."""
        found = _MODELS.search(request.path)
        return call_of(request, self.api, "models", raw=None, model=(found[1] if found else "") or "")

    def write(self, answer: tuple[str, ...], call: Call) -> Any:
        """Return one model, or the list of all."""
        return _card(call.model) if call.model else {"models": [_card(name) for name in answer]}


def _text(request: Reader) -> str:
    content = request.child("content")
    return read_parts(content)[0] if content else request.fail("content", None, "an object with parts")


def _card(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "version": "001",
        "displayName": name,
        "supportedGenerationMethods": ["generateContent", "countTokens", "embedContent"],
    }
