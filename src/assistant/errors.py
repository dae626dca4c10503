"""Every error the assistant raises.

AssistantError
├── ConfigurationError            a setting or provider spec that cannot work
├── MissingExtraError             an optional dependency is not installed
└── ProviderError                 a provider did not give a usable answer
    ├── AuthenticationError       401, 403: the key is missing or wrong
    ├── BadRequestError           400, 404, 422: the request itself is refused
    │   ├── ContextLengthError    the conversation does not fit the model's window
    │   └── ContentRefusedError   the provider's own policy refused the content
    ├── RateLimitError            429; `retry_after` in seconds where the server says
    ├── OverloadedError           5xx, 529: try again later
    ├── ProviderTimeoutError      no answer in time
    ├── ProviderConnectionError   nobody answers at that address
    ├── CutStreamError            a stream ended before its end mark
    └── MalformedReplyError       an answer that is not in the provider's own format
"""

from __future__ import annotations


class AssistantError(Exception):
    """The root of all errors raised on purpose by this package."""


class ConfigurationError(AssistantError):
    """A setting or provider spec that cannot work; the message says which and why."""


class MissingExtraError(AssistantError):
    """An optional dependency is missing; the message names the extra to install."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"'{package}' is not installed; install it with: pip install 'pytest-aiassert[{extra}]'")


class ProviderError(AssistantError):
    """A provider did not give a usable answer."""

    def __init__(self, message: str, *, provider: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.status = status


class AuthenticationError(ProviderError):
    """The key is missing, wrong, or lacks a permission."""


class BadRequestError(ProviderError):
    """The provider refuses the request as it stands."""


class ContextLengthError(BadRequestError):
    """The conversation does not fit into the model's context window."""


class ContentRefusedError(BadRequestError):
    """The provider's content policy refused the request."""


class RateLimitError(ProviderError):
    """Too many requests; `retry_after` is in seconds, None where the server does not say."""

    def __init__(
        self, message: str, *, provider: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, provider=provider, status=status)
        self.retry_after = retry_after


class OverloadedError(ProviderError):
    """The provider is overloaded or broken for now."""


class ProviderTimeoutError(ProviderError):
    """The provider did not answer in time."""


class ProviderConnectionError(ProviderError):
    """The provider could not be reached."""


class CutStreamError(ProviderError):
    """A stream ended before its end mark; `text` holds what had arrived."""

    def __init__(self, message: str, *, provider: str = "", text: str = "") -> None:
        super().__init__(message, provider=provider)
        self.text = text


class MalformedReplyError(ProviderError):
    """The provider answered in a form that is not its own format."""
