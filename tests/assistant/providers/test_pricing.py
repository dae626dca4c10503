from __future__ import annotations

import pytest

from assistant.messages import Usage
from assistant.providers.pricing import price

OPENAI = "https://api.openai.com/v1"
MILLION = Usage(input_tokens=1_000_000, output_tokens=1_000_000)


def test_a_known_model_costs_what_the_list_says() -> None:
    cost = price("gpt-4o-mini", MILLION, base_url=OPENAI)
    assert cost == pytest.approx(0.15 + 0.60)


def test_cached_tokens_are_cheaper() -> None:
    cached = Usage(input_tokens=1_000_000, cached_tokens=1_000_000)
    cost = price("gpt-4o-mini", cached, base_url=OPENAI)
    assert cost is not None
    assert cost == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("no-such-model", OPENAI),
        ("gpt-4o-mini", "https://no-such-service.example/v1"),
        ("gpt-4o-mini", "http://127.0.0.1:8080/v1"),
    ],
)
def test_what_is_unknown_has_no_price(model: str, base_url: str) -> None:
    assert price(model, MILLION, base_url=base_url) is None


def test_counts_that_contradict_each_other_have_no_price() -> None:
    assert price("gpt-4o-mini", Usage(input_tokens=1, cached_tokens=5), base_url=OPENAI) is None


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*args: object, **options: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert price("gpt-4o", MILLION, base_url=OPENAI)
