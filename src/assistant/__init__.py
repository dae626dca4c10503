"""The core of an AI coding assistant: messages, providers, settings, and what wires them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from assistant.assembly import Assistant, connect
    from assistant.config import Settings, load_settings
    from assistant.errors import (
        AssistantError,
        AuthenticationError,
        BadRequestError,
        ConfigurationError,
        ContentRefusedError,
        ContextLengthError,
        CutStreamError,
        MalformedReplyError,
        MissingExtraError,
        OverloadedError,
        ProviderConnectionError,
        ProviderError,
        ProviderTimeoutError,
        RateLimitError,
    )
    from assistant.messages import Chunk, Completion, Message, Request, Tool, ToolCall, Usage
    from assistant.protocols import BaseProvider, Provider

    __version__: str

__all__ = [
    "Assistant",
    "AssistantError",
    "AuthenticationError",
    "BadRequestError",
    "BaseProvider",
    "Chunk",
    "Completion",
    "ConfigurationError",
    "ContentRefusedError",
    "ContextLengthError",
    "CutStreamError",
    "MalformedReplyError",
    "Message",
    "MissingExtraError",
    "OverloadedError",
    "Provider",
    "ProviderConnectionError",
    "ProviderError",
    "ProviderTimeoutError",
    "RateLimitError",
    "Request",
    "Settings",
    "Tool",
    "ToolCall",
    "Usage",
    "__version__",
    "connect",
    "load_settings",
]

_HOMES: Final = {
    "Assistant": "assembly",
    "connect": "assembly",
    "Settings": "config",
    "load_settings": "config",
    "BaseProvider": "protocols",
    "Provider": "protocols",
    **dict.fromkeys(("Chunk", "Completion", "Message", "Request", "Tool", "ToolCall", "Usage"), "messages"),
    **dict.fromkeys((name for name in __all__ if name.endswith("Error")), "errors"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module, metadata

    if name == "__version__":
        return metadata.version("pytest-aiassert")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
