"""Read a reply the way a person does: paragraphs and fenced code, nothing of it ever taken as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^`\n]*$")
_INLINE: Final = re.compile(r"(`[^`\n]+`|\*\*[^*\n]+\*\*)")
_HEADING: Final = re.compile(r"^#{1,6} +")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a reply; code has a `language`, empty where the fence names none, text has None."""

    text: str
    language: str | None = None
    closed: bool = True

    @property
    def is_code(self) -> bool:
        """True for fenced code."""
        return self.language is not None


def passages(text: str) -> list[Passage]:
    """Split a reply into text and fenced code, in order; empty text is left out."""
    return [passage for passage in _split(text.split("\n")) if passage.is_code or passage.text.strip()]


def inline(text: str) -> Markup:
    """Return text with code spans, bold words and headings marked up, all else escaped."""
    return Markup("\n").join(_line(line) for line in text.strip("\n").split("\n"))


def _line(line: str) -> Markup:
    heading = _HEADING.match(line)
    if heading:
        return Markup("<strong>{}</strong>").format(_spans(line[heading.end() :]))
    return _spans(line)


def _spans(line: str) -> Markup:
    pieces: list[Markup] = []
    for position, piece in enumerate(_INLINE.split(line)):
        if position % 2 == 0:  # between the matches
            pieces.append(escape(piece))
        elif piece[0] == "`":
            pieces.append(Markup("<code>{}</code>").format(piece[1:-1]))
        else:
            pieces.append(Markup("<strong>{}</strong>").format(piece[2:-2]))
    return Markup("").join(pieces)


def _split(lines: list[str]) -> Iterator[Passage]:
    held: list[str] = []
    fence, language = "", ""
    for line in lines:
        opening = _FENCE.match(line)
        if fence:
            stripped = line.strip()
            if stripped and set(stripped) == {fence[0]} and len(stripped) >= len(fence):
                yield Passage(text="\n".join(held), language=language)
                held, fence = [], ""
            else:
                held.append(line)
        elif opening:
            yield Passage(text="\n".join(held))
            held, fence, language = [], opening[1], opening[2].lower()
        else:
            held.append(line)
    yield Passage(text="\n".join(held), language=language if fence else None, closed=not fence)
