from __future__ import annotations

from assistant import errors
from assistant.errors import AssistantError, CutStreamError, MissingExtraError, ProviderError, RateLimitError


def test_every_error_stands_in_the_tree_at_the_top() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AssistantError)]
    assert len(kinds) == 14
    for kind in kinds:
        assert kind.__name__ in (errors.__doc__ or "")


def test_a_missing_extra_says_how_to_install_it() -> None:
    assert "pip install 'pytest-aiassert[serve]'" in str(MissingExtraError("starlette", "serve"))


def test_provider_errors_carry_what_a_caller_decides_on() -> None:
    limited = RateLimitError("slow", provider="openai", status=429, retry_after=2.0)
    assert isinstance(limited, ProviderError)
    assert (limited.provider, limited.status, limited.retry_after) == ("openai", 429, 2.0)
    assert CutStreamError("cut", text="half").text == "half"
