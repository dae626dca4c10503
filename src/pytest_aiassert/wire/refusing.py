"""What is said when traffic to a model is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from pytest_aiassert.errors import AIAssertError
from pytest_aiassert.wire.message import WireRequest
from pytest_aiassert.wording import cut

_MODEL_IN_PATH: Final = re.compile(r"/models/([^/:?]+)|/model/([^/]+)/")


def refusal(request: WireRequest, title: str) -> str:
    """Name URL, model, test and prompt, and the three ways out."""
    model = model_of(request)
    named = f" for model {model!r}" if model else ""
    where = f" in {title}" if title else ""
    asked, mock = _mocking(request)
    return (
        f"refused: {request.method} {plain(request.url)}{named}{where}{asked} is neither mocked nor replayed; {mock}, "
        "replay it (marker ai_cassette, recorded with --ai-record=once), or let it through with --ai-allow-network"
    )


def refusal_to_connect(host: str, how: str, title: str) -> str:
    """Name host and test where nothing is known of the request; `how` is the library that would not be answered."""
    by = f" by {how}" if how else ""
    where = f" in {title}" if title else ""
    return (
        f"refused: a connection to {host}{by}{where}; only requests through httpx, httpx2 and aiohttp can be mocked or "
        f"replayed. Use a client that sends through one of these, or let it through with --ai-allow-network"
    )


def ambiguity(what: str, titles: Sequence[str]) -> str:
    """Say that traffic comes from a thread of no test while several run."""
    return (
        f"refused: {what} comes from a thread that belongs to none of the {len(titles)} tests running now "
        f"({', '.join(titles)}), so none can answer it; start the thread with contextvars.copy_context().run, "
        "or run the tests in processes of their own (pytest-xdist)"
    )


def _mocking(request: WireRequest) -> tuple[str, str]:
    """Return what is asked, and how to mock it."""
    from pytest_aiassert.wire.formats import recognise

    form = recognise(request)
    if form is None:
        return "", f"mock another endpoint (ai_wire knows no format for {request.method} {request.path})"
    verb = {"chat": "reply('…')", "embed": "embed(dimensions=8)", "models": "models('…')", "count": "reply('…')"}
    try:
        prompt = form.read(request).prompt
    except AIAssertError:
        prompt = ""
    asked = f", asking {cut(' '.join(prompt.split()), 80)!r}," if prompt else ""
    return asked, f"mock it (ai_wire.{form.api}.{verb[form.operation]})"


def model_of(request: WireRequest) -> str:
    """Return the model that a request names in its body or path, else nothing."""
    body = request.json
    name = body.get("model") if isinstance(body, dict) else None
    if isinstance(name, str):
        return cut(name)
    found = _MODEL_IN_PATH.search(request.path)
    return cut(found[1] or found[2]) if found else ""


def plain(url: str) -> str:
    """Return a URL without its query and user, which may hold keys."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
