"""Make text of a model safe to show: nothing invisible, nothing that steers a terminal or a reader's eye."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# C0 and C1 controls but tab and line feed, DEL, bidirectional controls, line separators, surrogates, byte order mark.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_CAP: Final = 8  # characters looked at per column: a reply may be one line of ten million
_LINE: Final = 10_000
_ASCII: Final = {
    "✓": "+", "✗": "x", "█": "#", "░": ".", "–": "-", "—": "-", "·": "|", "▸": ">", "│": "|", "…": "~",
    "→": ">", "↑": "^", "↓": "v", "−": "-", "±": "+", "≥": ">", "≤": "<",
}  # fmt: skip


def visible(text: str) -> str:
    """Return the text with plain line feeds and every unseen character as a visible sign."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSEEN.sub(_sign, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text made visible, its whitespace folded into single spaces; no more than 10,000 characters."""
    return " ".join(visible(text[:_LINE]).split())


def to_ascii(text: str) -> str:
    """Return the text for a stream that cannot encode it; signs keep their width."""
    swapped = "".join(_ASCII.get(character, character) for character in text)
    return swapped.encode("ascii", "replace").decode("ascii")


def columns(text: str) -> int:
    """Return how many terminal columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def shorten(text: str, width: int) -> str:
    """Cut the end off a text wider than `width` columns; `…` takes its place."""
    cut = text[: max(width, 1) * _CAP]
    if len(cut) == len(text) and columns(text) <= width:
        return text
    return _head(cut, max(width, 1) - 1).rstrip() + "…"


def shorten_middle(text: str, width: int) -> str:
    """Cut the middle out of an id that takes more than `width` columns; both ends tell ids apart."""
    if columns(text) <= width:
        return text
    tail = min(len(text), max(0, (width - 1) * 2 // 3))
    while tail and columns(text[-tail:]) > (width - 1) * 2 // 3:
        tail -= 1
    end = text[len(text) - tail :]
    head = shorten(text, width - columns(end))
    return head.removesuffix("…") + "…" + end


def wrap(text: str, width: int) -> list[str]:
    """Break a line at spaces into lines of at most `width` columns; longer words are cut where they must."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        rest = word
        while (line and columns(line) + 1 + columns(rest) > width) or columns(rest) > width:
            if line:
                lines.append(line)
                line = ""
            else:
                head = _head(rest, width)
                lines.append(head)
                rest = rest[len(head) :]
        line = f"{line} {rest}" if line else rest
    return [*lines, line] if line else lines


def pad(text: str, width: int) -> str:
    """Fill a text with spaces up to `width` columns."""
    return text + " " * max(0, width - columns(text))


def _head(text: str, width: int) -> str:
    """Return what of the text fits into `width` columns, at least one character of it where there is room at all."""
    room = width
    for position, character in enumerate(text):
        room -= _columns_of(character)
        if room < 0:
            return text[: max(position, min(width, 1))]
    return text


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:  # noqa: PLR2004 - C0 controls have pictures of their own
        return chr(0x2400 + code)
    if code == 0x7F:  # noqa: PLR2004 - and so has DEL
        return "␡"
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - a lone surrogate cannot be written as UTF-8
        return "\N{REPLACEMENT CHARACTER}"
    return f"⟨U+{code:04X}⟩"


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
