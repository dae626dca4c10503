"""Code in replies without any fence: told from prose line by line, then by a parser."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, replace

from pytest_aiassert.code.guessing import any_of, guess_language, is_python, looks_like_python
from pytest_aiassert.code.parsing import parses_cleanly

LONGEST_SEARCHED = 200_000
"""Characters of a reply without a fence that are searched for code; longer replies hold none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """Code found in prose; `line` is the number of its first line, from 1."""

    code: str
    language: str
    line: int


_PATCH_LINE = any_of(
    r"[ +\-@\\]|$",
    r"diff --git |index [0-9a-f]+\.\.|(?:old|new|deleted) (?:file )?mode |(?:similarity|dissimilarity) index ",
    r"(?:rename|copy) (?:from|to) |Binary files ",
)
_INDENTED = re.compile(r"(?:\A|(?<=\n\n))(?:(?: {4}|\t)[^\n]*(?:\n|\Z)|[ \t]*\n)++")
_PYTHON_START = any_of(
    r"(?:async )?def \w+ ?\(",
    r"class \w+(?:\(.*\))?:",
    r"import \w+(?:\.\w+)*(?:,| as |$|[ \t]*#)",
    r"from [\w.]+ import ",
    r"@\w[\w.]*(?:\(.*)?$",
    r"(?:if|for|while|with|try|match) ?.*:[ \t]*(?:#.*)?$",
    r"(?:print|assert|raise|return|lambda|del|global)\b[ (]",
    r"[a-zA-Z_][\w.\[\]'\", ]* ?[-+*/|&]?=(?!=) ?\S",
    r"[a-zA-Z_][\w.]*\(.*\)[ \t]*(?:#.*)?$",
    r"#!|\"\"\"|\'\'\'",
)
_PYTHON_GOES_ON = any_of(
    r"[)\]}#@\"']",
    r"(?:elif|else|except|finally|case|pass|break|continue|await|yield)\b",
)
_OTHER_START = any_of(
    *(
        r"(?:export |default |async |pub |public |private |static |abstract |final )*" + words + rest
        for words, rest in (
            ("function", r"\b ?\*?\w*\("),
            ("(?:const|let|var)", r" [\w{\[].*="),
            ("(?:class|interface)", r" \w+.*\{"),
            ("type", r" \w+ = "),
            ("(?:enum|fn|struct|package)", r" \w+"),
            ("func", r" [\w(]"),
            ("impl", r"\b"),
            ("namespace", r" [\w.]+"),
            ("(?:use|using|import)", r" [\w:.*= ]+;"),
            ("import", r" .* from ['\"]"),
            ("#(?:include|define|!/)", ""),
            ("(?:int|void|double|float|char|bool|String|string|long)", r" [\w*\[\]]+ ?\("),
            ("(?:describe|test|it)", r"\("),
            ("module", r"\.exports"),
        )
    )
)
_PROSE = any_of(
    r"(?:[*-] |\d+[.)] |#{2,} |\*\*|>)",
    r"[A-Z`][\w'’`-]*[,:]?(?: [\w'’`(\"-]+){2,}",
    r"[A-Z][\w ]+:$",
    r"[A-Z]\w+[.!]$",
)


def bare_code(text: str) -> Bare | None:
    """Find the first stretch of lines that is code; None where the reply is prose only.

    A stretch that defines or imports something counts even where its syntax is broken; any other has to parse.
    """
    if len(text) > LONGEST_SEARCHED or not text.strip():
        return None
    if text.lstrip()[0] in "{[" and guess_language(text) == "json":
        return _stretch(text.split("\n"), 0, None, "json")
    lines = text.split("\n")
    return _patch(lines) or _python(lines) or _other(lines)


def _patch(lines: list[str]) -> Bare | None:
    for start, line in enumerate(lines):
        if line.startswith("*** Begin Patch"):
            ends = (number + 1 for number in range(start, len(lines)) if lines[number].startswith("*** End Patch"))
            return _stretch(lines, start, next(ends, None), "diff")
        if line.startswith("diff --git ") or (
            line.startswith("--- ") and "".join(lines[start + 1 : start + 2]).startswith("+++ ")
        ):
            ends = (number for number in range(start, len(lines)) if not _PATCH_LINE.match(lines[number]))
            return _stretch(lines, start, next(ends, None), "diff")
    return None


def indented_code(text: str) -> Bare | None:
    """Find the first stretch of lines that Markdown takes for code: indented by four, after a blank line."""
    if len(text) > LONGEST_SEARCHED:
        return None
    for found in _INDENTED.finditer(text):
        code = textwrap.dedent(found[0])
        language = guess_language(code)
        if language is not None and (is_python(code) or looks_like_python(code) or parses_cleanly(code, language)):
            stretch = _stretch(code.split("\n"), 0, None, language)
            return replace(stretch, line=stretch.line + text.count("\n", 0, found.start()))
    return None


def _python(lines: list[str]) -> Bare | None:
    start = next((i for i, line in enumerate(lines) if _PYTHON_START.match(line)), None)
    if start is None:
        return None
    end = _python_end(lines, start)
    found = _stretch(lines, start, end, "python")
    if is_python(found.code) or (looks_like_python(found.code) and guess_language(found.code) == "python"):
        return found
    return None


def _python_end(lines: list[str], start: int) -> int:
    """Return the number of the first line that is prose again, keeping multi-line strings whole."""
    quote: str | None = None
    for number in range(start, len(lines)):
        line = lines[number]
        if quote is None and line[:1].strip() and _is_prose(line):
            return number
        quote = _open_quote(line, quote)
    return len(lines)


def _is_prose(line: str) -> bool:
    if _PYTHON_GOES_ON.match(line):
        return False
    return _PROSE.match(line) is not None or not _PYTHON_START.match(line)


def _open_quote(line: str, quote: str | None) -> str | None:
    """Return the triple quote that is open at the end of a line."""
    for mark in re.findall(r'"""|\'\'\'', line):
        if quote is None:
            quote = mark
        elif quote == mark:
            quote = None
    return quote


def _other(lines: list[str]) -> Bare | None:
    start = next((i for i, line in enumerate(lines) if _OTHER_START.match(line)), None)
    if start is None:
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i][:1].strip() and _PROSE.match(lines[i])), None)
    found = _stretch(lines, start, end, "")
    language = guess_language(found.code)
    return None if language is None else Bare(code=found.code, language=language, line=found.line)


def _stretch(lines: list[str], start: int, end: int | None, language: str) -> Bare:
    """Join a stretch of lines, without the blank ones around it."""
    end = len(lines) if end is None else end
    while not lines[start].strip():
        start += 1
    return Bare(code="\n".join(lines[start:end]).rstrip(), language=language, line=start + 1)
