"""Highlight code for HTML: one span per line, few classes, and a budget so that big reports stay quick."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from typing import Final

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, String
from pygments.util import ClassNotFound

from pytest_aiassert.reports.excerpt import Line
from pytest_aiassert.wording import plural

_BLOCK: Final = 20_000  # characters; longer code is shown plain
_CLASSES: Final = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Keyword, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin, "b"),
    (Name.Exception, "b"),
    (Name.Tag, "k"),
    (Name.Attribute, "f"),
)


class Highlighter:
    """Turns code into marked-up lines; once its `budget` of characters is used up, code stays plain."""

    def __init__(self, *, budget: int = 400_000) -> None:
        self._left = budget
        self._known: dict[tuple[str, str], list[Markup]] = {}
        self._lexers: dict[str, Lexer | None] = {}

    def code(self, code: str, language: str | None, *, marks: Collection[int] = ()) -> Markup:
        """Return all lines of a code block, numbered from 1."""
        lines = self.lines(code, language)
        return block((number, line, number in marks) for number, line in enumerate(lines, 1))

    def excerpt(self, shown: Iterable[Line], code: str, language: str | None) -> Markup:
        """Return the chosen lines of a code block under their own numbers."""
        lines = self.lines(code, language)
        return block(
            (line.number, lines[line.number - 1], line.marked)
            if line.number is not None
            else (None, escape(f"{plural(line.skipped, 'line')} left out"), False)
            for line in shown
        )

    def lines(self, code: str, language: str | None) -> list[Markup]:
        """Return a code block as highlighted lines, without line ends."""
        key = (code, (language or "").lower())
        if key not in self._known:
            self._known[key] = self._lines(*key)
        return self._known[key]

    def _lines(self, code: str, language: str) -> list[Markup]:
        lexer = self._lexer(language) if len(code) <= min(_BLOCK, self._left) else None
        if lexer is None:
            return [escape(line) for line in code.split("\n")]
        self._left -= len(code)
        lines: list[list[str]] = [[]]
        for kind, value in lexer.get_tokens(code):
            style = _style(kind)
            for position, part in enumerate(value.split("\n")):
                if position:
                    lines.append([])
                if part:
                    lines[-1].append(f'<span class="{style}">{escape(part)}</span>' if style else str(escape(part)))
        if len(lines) != code.count("\n") + 1:  # a lexer that changes its input cannot be trusted with line numbers
            return [escape(line) for line in code.split("\n")]
        return [Markup("".join(line)) for line in lines]  # noqa: S704 - every part was escaped above

    def _lexer(self, language: str) -> Lexer | None:
        if language not in self._lexers:
            try:
                self._lexers[language] = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            except ClassNotFound:
                self._lexers[language] = None
        return self._lexers[language]


def block(lines: Iterable[tuple[int | None, Markup, bool]]) -> Markup:
    """Return numbered lines as the content of a `pre`; a line without number tells of a gap."""
    written: list[str] = []
    for number, text, marked in lines:
        if number is None:
            written.append(f'<span class="gap">{text}\n</span>')
        else:
            mark = ' class="m"' if marked else ""
            written.append(f'<span data-n="{number}"{mark}>{text}\n</span>')
    return Markup("".join(written))  # noqa: S704 - made of markup and numbers


@functools.cache
def _style(kind: tuple[str, ...]) -> str:
    """Return the class of a token; a kind of token lies within its family, which is how Pygments nests them."""
    return next((name for family, name in _CLASSES if kind[: len(family)] == tuple(family)), "")
