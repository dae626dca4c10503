"""Code fences, as CommonMark has them and as models write them; one pass, whatever the reply's size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from pytest_aiassert.code.languages import canonical_language, language_of_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What a fence says of its code: `language` is its one name, or as written where unknown."""

    language: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fenced:
    """A fence's content; `start` and `end` bound it with its fence lines, `line` is the number of its first line."""

    info: Info
    code: str
    line: int
    closed: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _FenceLine:
    """A line with a run of three or more backticks or tildes in it."""

    number: int
    start: int
    end: int
    prefix: str
    run: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """An open fence: its indentation in columns and the depth of the quote it stands in."""

    line: _FenceLine
    info: Info
    indent: int
    quotes: int


_MARKS = ("```", "~~~")
_RUN = re.compile(r"`{3,}|~{3,}")
_PREFIX = re.compile(r"(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*")
_FILENAME = re.compile(r"(?:title|filename|file|name|path)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s}]+))")
_LONGEST_PREFIX = 200
_LONGEST_INFO = 500
_TAB = 4


def fences(text: str, *, most: int) -> list[Fenced]:
    """Find fenced code, `most` pieces of it at the most; an unclosed fence runs to the end of the text."""
    found: list[Fenced] = []
    opening: _Opening | None = None
    depth = checked = 0
    for line in _fence_lines(text):
        if len(found) >= most:
            return found[:most]
        if opening is not None and opening.quotes:
            end = _quote_end(text, max(checked, opening.line.end + 1), line.start)
            checked = line.start
            if end is not None:
                found.append(_fenced(text, opening, end, end, closed=False))
                opening = None
        if opening is None:
            opening, depth = _open(line), 0
            found.extend(_one_liners(line))
        elif opening.info.language == "markdown" and (step := _step(opening, line, depth)):
            depth += step
        elif _closes(opening, line):
            found.append(_fenced(text, opening, line.start, line.end, closed=True))
            opening = None
        elif _restarts(opening, line):
            found.append(_fenced(text, opening, line.start, line.start, closed=False))
            opening = _open(line)
    if opening is not None:
        left = _quote_end if opening.quotes else partial(_item_end, indent=opening.indent)
        end = left(text, opening.line.end + 1, len(text)) or len(text)
        found.append(_fenced(text, opening, end, end, closed=False))
    return found


def _step(opening: _Opening, line: _FenceLine, depth: int) -> int:
    """Return how a fence within Markdown changes the depth: a Markdown block holds fences of its own."""
    if not _fits(opening, line):
        return 0
    return 1 if line.rest.strip() else -min(depth, 1)


def parse_info(info: str) -> Info:
    """Read an info string: `python title="x.py"`, `{.python}`, `src/x.py`, `3:9:src/x.py`, `js{1,3}`."""
    info = info[:_LONGEST_INFO].strip()
    named = _FILENAME.search(info)
    filename = next((group for group in named.groups() if group), None) if named else None
    words = info.strip("{} \t").split(None, 1)
    if not words:
        return Info(filename=filename)
    word = words[0].lstrip(".").rstrip(",;")
    if canonical_language(word) is None:
        word = re.split(r"[{,\[]", word, maxsplit=1)[0]
    head, _, tail = word.rpartition(":")
    if tail and language_of_file(tail):
        filename = filename or tail
        word = head if canonical_language(head) else ""
    elif head and canonical_language(head):
        filename, word = filename or tail or None, head
    if "=" in word:
        word = ""
    language = canonical_language(word) or (language_of_file(filename) if filename else None) or word.lower() or None
    return Info(language=language, filename=filename)


def _fence_lines(text: str) -> Iterator[_FenceLine]:
    """Yield each line with a run; plain searches find its place, because a pattern takes ten times as long."""
    number, counted, end = 1, 0, 0
    ahead = [text.find(mark) for mark in _MARKS]
    while max(ahead) >= 0:
        match = _RUN.match(text, min(at for at in ahead if at >= 0))
        assert match is not None
        start = text.rfind("\n", end, match.start()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        ahead = [text.find(mark, end) if 0 <= at < end else at for mark, at in zip(_MARKS, ahead, strict=True)]
        number += text.count("\n", counted, start)
        counted = start
        prefix, rest = text[start : match.start()], text[match.end() : end]
        yield _FenceLine(number=number, start=start, end=end, prefix=prefix, run=match.group(), rest=rest)


def _open(line: _FenceLine) -> _Opening | None:
    if line.run[0] == "`" and "`" in line.rest:
        return None
    info = parse_info(line.rest)
    prefix = line.prefix
    if len(prefix) > _LONGEST_PREFIX or not _PREFIX.fullmatch(prefix):
        word = line.rest.strip()
        if line.run != "```" or canonical_language(word) is None or not prefix.endswith((" ", ":")):
            return None
        return _Opening(line=line, info=info, indent=0, quotes=0)
    return _Opening(line=line, info=info, indent=_width(prefix.rpartition(">")[2]), quotes=prefix.count(">"))


def _one_liners(line: _FenceLine) -> Iterator[Fenced]:
    """Yield code that is fenced within one line."""
    body = line.rest.rstrip()
    if line.run != "```" or not body.endswith("```") or "`" in body[:-3] or line.prefix.strip(" \t>"):
        return
    word, _, code = body[:-3].strip().partition(" ")
    info = parse_info(word) if code and canonical_language(word) else Info()
    code = code if info.language else body[:-3]
    yield Fenced(info=info, code=code.strip(), line=line.number, closed=True, start=line.start, end=line.end)


def _fits(opening: _Opening, line: _FenceLine) -> bool:
    """Tell whether a fence line is of the opening's kind, long enough, and not indented like code."""
    start = opening.line
    if line.run == start.run and not line.prefix:
        return True
    if line.run[0] != start.run[0] or len(line.run) < len(start.run) or len(line.prefix) > _LONGEST_PREFIX:
        return False
    outside, _, inside = line.prefix.rpartition(">") if opening.quotes else ("", "", line.prefix)
    return not outside.strip(" \t>") and not inside.strip(" \t") and _width(inside) <= opening.indent + 3


def _closes(opening: _Opening, line: _FenceLine) -> bool:
    return not line.rest.strip() and _fits(opening, line)


def _restarts(opening: _Opening, line: _FenceLine) -> bool:
    """Tell whether a model forgot to close a fence: the next one names a language."""
    return (
        opening.info.language != "markdown"
        and _fits(opening, line)
        and "`" not in line.rest
        and canonical_language(parse_info(line.rest).language or "") is not None
    )


def _quote_end(text: str, position: int, until: int) -> int | None:
    """Return the start of the first line outside the quote, None where the quote holds on to `until`."""
    while position < until:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        if not text[position:end].lstrip(" \t").startswith(">"):
            return position
        position = end + 1
    return None


def _item_end(text: str, position: int, until: int, *, indent: int) -> int | None:
    """Return the start of the first line outside a list's item whose content is indented so far, None without one."""
    while indent and position < until:
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if line.strip() and _width(line[: len(line) - len(line.lstrip(" \t"))]) < indent:
            return position
        position = end + 1
    return None


def _fenced(text: str, opening: _Opening, content_end: int, end: int, *, closed: bool) -> Fenced:
    body = text[opening.line.end + 1 : content_end].removesuffix("\n")
    if opening.quotes or opening.indent:
        body = "\n".join(_strip(line, opening) for line in body.split("\n"))
    number = opening.line.number + 1
    return Fenced(info=opening.info, code=body, line=number, closed=closed, start=opening.line.start, end=end)


def _strip(line: str, opening: _Opening) -> str:
    for _ in range(opening.quotes):
        bare = line.lstrip(" \t")
        if not bare.startswith(">"):
            break
        line = bare[1:].removeprefix(" ")
    indent = opening.indent - 1 if opening.quotes else opening.indent
    columns = kept = 0
    for character in line:
        if columns >= indent or character not in " \t":
            break
        columns += _TAB - columns % _TAB if character == "\t" else 1
        kept += 1
    return line[kept:]


def _width(prefix: str) -> int:
    return len(prefix.expandtabs(_TAB))
