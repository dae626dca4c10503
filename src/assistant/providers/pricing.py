"""Prices in US dollars from the data that genai-prices brings along; nothing is ever fetched."""

from __future__ import annotations

from assistant.messages import Usage


def price(model: str, usage: Usage, *, base_url: str) -> float | None:
    """Return what a reply cost in US dollars; None where the price at that address is unknown."""
    if base_url.startswith("http://"):  # servers of one's own; spares loading the price list
        return None
    from genai_prices import Usage as TokenUsage
    from genai_prices import calc_price

    tokens = TokenUsage(
        input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, cache_read_tokens=usage.cached_tokens
    )
    try:
        return float(calc_price(tokens, model, provider_api_url=base_url).total_price)
    except (LookupError, ValueError):
        return None
