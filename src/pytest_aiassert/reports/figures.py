"""How reports write numbers: rates, intervals, money, tokens and times."""

from __future__ import annotations

import math
from typing import Final

from pytest_aiassert.verdict import Judging
from pytest_aiassert.wording import plural

NONE: Final = "–"
"""What stands where a figure is unknown."""


def percent(value: float | None) -> str:
    """Write a share in [0, 1] as a whole per cent; only exactly 0 and 1 read 0% and 100%."""
    if value is None:
        return NONE
    whole = round(value * 100)
    if whole == 0 and value > 0:
        return "<1%"
    if whole == 100 and value < 1:  # noqa: PLR2004 - a hundred per cent
        return ">99%"
    return f"{whole}%"


def interval(low: float, high: float) -> str:
    """Write an interval of shares as `54–80%`."""
    return f"{math.floor(low * 100 + 0.5)}–{math.floor(high * 100 + 0.5)}%"


def money(dollars: float | None) -> str:
    """Write US dollars, two digits of it where less than a cent."""
    if dollars is None or not math.isfinite(dollars):
        return NONE
    if dollars == 0:
        return "$0"
    if abs(dollars) >= 0.01:  # noqa: PLR2004 - a cent
        return f"${dollars:,.2f}"
    digits = 1 - math.floor(math.log10(abs(dollars)))
    return f"${dollars:.{digits}f}"


def judging_cost(judging: Judging) -> str:
    """Write what judges took: `$0.02 for 12 answers of gpt-5-mini, 4,120 tokens`."""
    price = "" if judging.cost is None else f"{money(judging.cost)} for "
    tokens = f", {plural(judging.tokens, 'token')}" if judging.tokens else ""
    return f"{price}{plural(judging.calls, 'answer')}{f' of {judging.model}' if judging.model else ''}{tokens}"


def count(number: int) -> str:
    """Write a count with thousands apart."""
    return f"{number:,}"


def seconds(value: float | None) -> str:
    """Write a time in seconds the way a reader says it: `412 ms`, `3.2 s`, `2 min 05 s`."""
    if value is None or not math.isfinite(value):
        return NONE
    if value < 0.9995:  # noqa: PLR2004 - what still rounds to milliseconds
        return f"{round(value * 1000)} ms"
    if value < 59.95:  # noqa: PLR2004 - what still rounds to seconds
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
