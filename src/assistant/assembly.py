"""The composition root: a provider spec and settings in, wired objects out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from assistant.config import COMPATIBLE_KEY_VARIABLE, OPENAI_KEY_VARIABLE, Settings, load_settings
from assistant.errors import ConfigurationError
from assistant.protocols import Provider
from assistant.providers.spec import OPENAI_URL, ProviderSpec, parse_spec

if TYPE_CHECKING:
    import httpx2

    TransportFactory = Callable[[], httpx2.AsyncBaseTransport]


def connect(spec: str, *, transport: TransportFactory | None = None, settings: Settings | None = None) -> Provider:
    """Return the provider that a spec names; nothing is sent yet.

    `transport` replaces the network: it is called once per event loop, and then no key is required.
    `settings` default to `load_settings()`. Raises ConfigurationError.
    """
    from assistant.providers.openai import OpenAIProvider
    from assistant.providers.pricing import price

    parsed = parse_spec(spec)
    settings = settings or load_settings()
    return OpenAIProvider(
        name=parsed.kind,
        model=parsed.model,
        base_url=parsed.base_url,
        api_key=_key(parsed, settings, required=transport is None),
        timeout=settings.timeout,
        connect_timeout=settings.connect_timeout,
        total_timeout=settings.total_timeout,
        transport=transport,
        price=partial(price, base_url=parsed.base_url),
    )


def _key(spec: ProviderSpec, settings: Settings, *, required: bool) -> str:
    """Pick the key for an address: the OpenAI key goes to OpenAI alone."""
    if spec.base_url != OPENAI_URL:
        return settings.compatible_api_key.get_secret_value() if settings.compatible_api_key else ""
    if settings.openai_api_key:
        return settings.openai_api_key.get_secret_value()
    if required:
        raise ConfigurationError(
            f"{spec}: the environment variable {OPENAI_KEY_VARIABLE} is not set; set it to your key, or name another "
            f"server with openai+URL:MODEL (its key, where it wants one: {COMPATIBLE_KEY_VARIABLE})"
        )
    return ""
