"""Provider specs: the one-line text that says which service, address and model to use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from assistant.errors import ConfigurationError

OPENAI_URL: Final = "https://api.openai.com/v1"
OLLAMA_URL: Final = "http://127.0.0.1:11434/v1"

EXAMPLES: Final = "openai:gpt-5.1, ollama:qwen2.5-coder:1.5b or openai+http://127.0.0.1:8080/v1:my-model"

_DEFAULT_URLS: Final[Mapping[str, str]] = {"openai": OPENAI_URL, "ollama": OLLAMA_URL}
_NOT_SUPPORTED_YET: Final = ("anthropic", "gemini")

_LAST_PORT: Final = 65_535

_ADDRESS: Final = re.compile(
    r"(?P<url>https?://(?:\[[0-9A-Fa-f:.%]+\]|[^/:?#@\[\]\s]+)(?::(?P<port>\d+)(?![^:/]))?(?P<path>/[^:?#\s]*)?)"
    r"(?::(?P<model>.*))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A parsed spec; `kind` names the wire format's owner, `base_url` has no slash at its end."""

    kind: str
    base_url: str
    model: str

    def __str__(self) -> str:
        if self.base_url == _DEFAULT_URLS.get(self.kind):
            return f"{self.kind}:{self.model}"
        return f"{self.kind}+{self.base_url}:{self.model}"


def parse_spec(spec: str) -> ProviderSpec:
    """Read `KIND:MODEL` or `KIND+URL:MODEL`, where a model may contain colons; raises ConfigurationError."""
    text = spec.strip()
    if not text:
        raise ConfigurationError(f"the provider spec is empty; write for example {EXAMPLES}")
    head, plus, address = text.partition("+")
    if plus and ":" not in head:
        return _with_address(spec, _known(head, spec), address)
    kind, colon, model = text.partition(":")
    if not colon or model.startswith("//"):
        raise ConfigurationError(f"provider spec {spec!r} does not say KIND:MODEL; write for example {EXAMPLES}")
    kind = _known(kind, spec)
    if not model:
        raise ConfigurationError(f"provider spec {spec!r} names no model; write for example {EXAMPLES}")
    return ProviderSpec(kind=kind, base_url=_DEFAULT_URLS[kind], model=model)


def _known(kind: str, spec: str) -> str:
    kind = kind.lower()
    if kind in _NOT_SUPPORTED_YET:
        raise ConfigurationError(
            f"provider spec {spec!r}: {kind!r} is known but not supported yet; "
            f"use openai, ollama, or a server that speaks OpenAI's format: {EXAMPLES}"
        )
    if kind not in _DEFAULT_URLS:
        near = get_close_matches(kind, _DEFAULT_URLS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_DEFAULT_URLS)}; for example {EXAMPLES}"
        raise ConfigurationError(f"provider spec {spec!r}: unknown kind {kind!r}; {hint}")
    return kind


def _with_address(spec: str, kind: str, address: str) -> ProviderSpec:
    if "@" in address.partition("://")[2].partition("/")[0]:
        # the spec is not repeated here: it holds a password
        raise ConfigurationError(
            "a provider spec must not hold user names or passwords; put the key into OPENAI_COMPATIBLE_API_KEY"
        )
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ConfigurationError(
            f"provider spec {spec!r}: {address!r} is not http(s)://HOST[:PORT][/PATH]:MODEL; "
            f"write for example {EXAMPLES}"
        )
    port, path, model = match["port"], match["path"], match["model"]
    if port is not None and not 0 < int(port) <= _LAST_PORT:
        raise ConfigurationError(f"provider spec {spec!r}: port {port} is outside 1 to 65535")
    if not model:
        raise ConfigurationError(f"provider spec {spec!r} names no model; put :MODEL at its end")
    url = match["url"].rstrip("/")
    if kind == "ollama" and not (path or "").strip("/"):
        url = f"{url}/v1"
    return ProviderSpec(kind=kind, base_url=url, model=model)
