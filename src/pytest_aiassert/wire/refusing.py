"""What is said when traffic to a model is refused."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pytest_aiassert.wire.message import WireRequest
from pytest_aiassert.wording import cut

_MODEL_IN_PATH: Final = re.compile(r"/models/([^/:?]+)|/model/([^/]+)/")

WAYS_OUT: Final = (
    "mock it (ai_wire.openai.reply('…')), replay it (marker ai_cassette, recorded with --ai-record=once), "
    "or let it through with --ai-allow-network"
)


def refusal(request: WireRequest, title: str) -> str:
    """Name URL, model and test, and the three ways out."""
    model = model_of(request)
    named = f" for model {model!r}" if model else ""
    where = f" in {title}" if title else ""
    return f"refused: {request.method} {_plain(request.url)}{named}{where} is neither mocked nor replayed; {WAYS_OUT}"


def model_of(request: WireRequest) -> str:
    """Return the model that a request names in its body or path, else nothing."""
    body = request.json
    name = body.get("model") if isinstance(body, dict) else None
    if isinstance(name, str):
        return cut(name)
    found = _MODEL_IN_PATH.search(request.path)
    return cut(found[1] or found[2]) if found else ""


def _plain(url: str) -> str:
    """Return a URL without its query and user, which may hold keys."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
