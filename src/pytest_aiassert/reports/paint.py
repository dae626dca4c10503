"""Terminal colours, in pytest's own palette."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Style: TypeAlias = Literal["passed", "failed", "error", "bold", "dim", "plain"]

_CODES: Final[dict[Style, str]] = {
    "passed": "\x1b[32m",
    "failed": "\x1b[31m",
    "error": "\x1b[33m",
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "plain": "",
}


def paint(text: str, style: Style, *, colour: bool) -> str:
    """Return the text in a style; as it is where colour is off."""
    code = _CODES[style]
    return f"{code}{text}\x1b[0m" if colour and code and text else text
