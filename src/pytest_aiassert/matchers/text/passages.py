"""Where a reply puts its answer: in a box, behind `Answer:`, in bold, or anywhere in its prose."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_SEARCHED = 100_000
_LONGEST_PASSAGE = 300
_MOST_PASSAGES = 200
_THOUGHT_ENDS = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{")
_LABEL = re.compile(
    r"\b(?:answer|final\s+result|(?:correct|right|best)\s+(?:option|choice))\b"
    r"[^\n.:=]{0,60}?(?:\bis\b|\bwould\s+be\b|[:=→])\s*|\banswer[^\S\n]*\n\s*|^[^\S\n]*\#{4}\s+",
    re.IGNORECASE | re.MULTILINE,
)
_BOLD = re.compile(r"\*\*([^*\n]{1,200})\*\*|__([^_\n]{1,200})__")
_EMPHASIS = re.compile(r"(?<!\w)\*+|\*+(?!\w)|`|(?<!#)#{1,3}(?=\s)")
_NEGATED = re.compile(r"\W*(?:not|never|neither|isn['’]t)\b", re.IGNORECASE)
_NEGATION_BEFORE = re.compile(
    r"(?:\b(?:not|never|neither|nor|without|rather\s+than|instead\s+of)|n['’]t)\s+(?:(?:a|an|the|really|quite)\s+)?\W*$",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.!?](?=\s|$)|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in a text: its readings (a date can have two), its words, and where it starts."""

    readings: tuple[Any, ...]
    said: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How an answer of one kind is recognised: in a passage made for it, in bold, in prose."""

    in_passage: Callable[[str], Found | None]
    in_bold: Callable[[str], Found | None]
    in_prose: Callable[[str], Found | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply's answer: its readings, its words, where it stands, and on which line."""

    readings: tuple[Any, ...]
    said: str
    where: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    text: str
    start: int
    where: str
    bold: bool = False


def find_answer(text: str, kind: Kind) -> Answer | None:
    r"""Find what a reply answers, or None where it does not.

    Looked at in this order, the last of each first: `\boxed{…}`, what follows `Answer:` or "the answer is", bold
    words, and the prose; thoughts in tags are passed over. The last hundred thousand characters are searched.
    """
    skipped = max(0, len(text) - _SEARCHED)
    visible = without_thoughts(text[skipped:])
    prose = without_fences(visible)
    for body in (prose, visible) if prose.strip() else (visible,):
        where, found = _look(body, kind)
        if found is not None:
            line = text.count("\n", 0, skipped + found.start) + 1
            return Answer(readings=found.readings, said=found.said, where=where, line=line)
    return None


def first_sentence(text: str) -> str:
    """Return a text up to where its first sentence or line ends."""
    end = _SENTENCE_ENDS.search(text)
    return text[: end.start()] if end else text


def last_sentence(text: str) -> tuple[str, int]:
    """Return a text's last sentence, and where it starts."""
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(text.rstrip()[:-1])]
    start = ends[-1] if ends else 0
    return text[start:], start


def is_negated(text: str, start: int) -> bool:
    """Tell whether what starts there is denied: `not X`, `rather than X`."""
    return _NEGATION_BEFORE.search(text, max(0, start - 40), start) is not None


def unmarked(text: str) -> str:
    """Blank Markdown's marks, so that words are words; places stay the same."""
    return _EMPHASIS.sub(_spaces, text)


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _look(text: str, kind: Kind) -> tuple[str, Found | None]:
    for passage in _passages(text):
        found = (kind.in_bold if passage.bold else kind.in_passage)(passage.text)
        if found is not None:
            return passage.where, Found(readings=found.readings, said=found.said, start=passage.start + found.start)
    return "in the text", kind.in_prose(unmarked(text))


def _passages(text: str) -> Iterator[_Passage]:
    for match in _last(_BOX, text):
        yield _Passage(text=_braced(text, match.end()), start=match.end(), where="in a box")
    plain = unmarked(text)
    for match in _last(_LABEL, plain):
        rest = plain[match.end() : match.end() + _LONGEST_PASSAGE].partition("\n")[0]
        if rest.strip() and not _NEGATED.match(rest):
            label = " ".join(match.group().split()).rstrip(":= ") or "####"
            yield _Passage(text=rest, start=match.end(), where=f"behind {label!r}")
    for match in _last(_BOLD, text):
        group = 1 if match.group(1) else 2
        if not is_negated(text, match.start()):
            yield _Passage(text=match.group(group), start=match.start(group), where="in bold", bold=True)


def _last(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """Return the last matches of a pattern, the very last first."""
    return list(deque(pattern.finditer(text), maxlen=_MOST_PASSAGES))[::-1]


def _braced(text: str, start: int) -> str:
    """Return what stands up to the brace that closes, or a limit."""
    depth = 1
    end = min(len(text), start + _LONGEST_PASSAGE)
    for position in range(start, end):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if not depth:
            return text[start:position]
    return text[start:end]


def without_thoughts(text: str) -> str:
    """Blank what comes before the last closing tag of thoughts."""
    end = 0
    for match in _THOUGHT_ENDS.finditer(text):
        end = match.end()
    return _blank(text[:end]) + text[end:]


def without_fences(text: str) -> str:
    """Blank fenced blocks, whose numbers and words are no answer where there is prose."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        fence = line.lstrip().startswith(("```", "~~~"))
        lines.append(" " * len(line) if fence or inside else line)
        inside ^= fence
    return "\n".join(lines)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
