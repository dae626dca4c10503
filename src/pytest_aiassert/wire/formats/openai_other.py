"""OpenAI's embeddings, and its list of models."""

from __future__ import annotations

import base64
import re
import struct
from typing import Any, Final

from pytest_aiassert.wire.formats.base import CREATED, Call
from pytest_aiassert.wire.formats.counting import count
from pytest_aiassert.wire.formats.openai_chat import OpenAIFormat
from pytest_aiassert.wire.formats.reading import call_of, read_body
from pytest_aiassert.wire.message import WireRequest

_EMBEDDINGS: Final = re.compile(r"/(?:v\d+|openai|openai/deployments/([^/]+))/embeddings/?$")
_MODELS: Final = re.compile(r"/(?:v\d+|openai)/models(?:/([^:]+))?/?$")


class OpenAIEmbeddings(OpenAIFormat):
    """`/v1/embeddings`, on any host."""

    title = "OpenAI embeddings"
    operation = "embed"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is an embeddings request."""
        return request.method == "POST" and _EMBEDDINGS.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read the texts to embed; raises UsageError."""
        body = read_body(request, self.title)
        found = _EMBEDDINGS.search(request.path)
        model = body.text("model") or (found[1] if found else "") or ""
        return call_of(request, self.api, "embed", raw=body.value, model=model, inputs=body.texts("input"))

    def write(self, answer: tuple[tuple[float, ...], ...], call: Call) -> Any:
        """Return the vectors, in base64 where asked for."""
        packed = call.raw.get("encoding_format") == "base64"
        tokens = sum(map(count, call.inputs))
        return {
            "object": "list",
            "data": [
                {"object": "embedding", "index": n, "embedding": _pack(vector) if packed else list(vector)}
                for n, vector in enumerate(answer)
            ],
            "model": call.model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }


class OpenAIModels(OpenAIFormat):
    """`/v1/models`, on any host."""

    title = "OpenAI models"
    operation = "models"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this asks for the models there are."""
        return request.method == "GET" and _MODELS.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read which model is asked for, if one."""
        found = _MODELS.search(request.path)
        return call_of(request, self.api, "models", raw=None, model=(found[1] if found else "") or "")

    def write(self, answer: tuple[str, ...], call: Call) -> Any:
        """Return one model, or the list of all."""
        if call.model:
            return self.card(call.model)
        return {"object": "list", "data": [self.card(name) for name in answer]}

    def card(self, name: str) -> dict[str, Any]:
        """Return what is told about one model."""
        return {"id": name, "object": "model", "created": CREATED, "owned_by": "mock"}


def _pack(vector: tuple[float, ...]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
