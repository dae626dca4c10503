"""A reply without what is not part of the answer: thoughts, the marks of chat formats, and signs that show nothing."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thought|thoughts|reasoning|reflection|scratchpad"
_OPENING = re.compile(
    rf"^[ \t]*(?:<(?P<tag>{_NAMES})>|<\|begin_of_thought\|>|"
    r"(?:<\|start\|>assistant)?<\|channel\|>analysis<\|message\|>)",
    re.MULTILINE | re.IGNORECASE,
)
_HERE = re.compile(rf"\s*<(?P<tag>{_NAMES})>", re.IGNORECASE)
_FENCE = re.compile(r"`{3,}|~{3,}")
_LOST_CLOSING = re.compile("</(?:think|thinking|thought)>", re.IGNORECASE)
_MARKS = re.compile(
    r"<\|(?:begin|end)_of_(?:thought|solution|text)\|>|<\|im_(?:start|end)\|>|<\|(?:endoftext|eot_id|end|return)\|>"
    r"|<\|start\|>assistant|<\|channel\|>(?:final|analysis|commentary)?|<\|message\|>"
)
_INVISIBLE = "\ufeff\u200b-\u200f\u2060\u202a-\u202e\u2066-\u2069"
_BEFORE_FENCE = re.compile(rf"^[{_INVISIBLE}]++(?=[ \t>]*(?:`{{3}}|~{{3}}))", re.MULTILINE)
_AFTER_FENCE = re.compile(rf"(?<=`)[{_INVISIBLE}]++$", re.MULTILINE)


def without_thinking(text: str) -> str:
    """Leave out thoughts, marks of chat formats, and what is invisible around fences.

    Lines keep their numbers. A thought without an end hides the rest; one that begins after a fence is left.
    """
    if "<" in text:
        text = _MARKS.sub("", _without_thoughts(text))
    if not text.isascii():
        text = _AFTER_FENCE.sub("", _BEFORE_FENCE.sub("", text))
    return text


def _without_thoughts(text: str) -> str:
    kept: list[str] = []
    position = 0
    while opening := _HERE.match(text, position) or _OPENING.search(text, position):
        if _FENCE.search(text, position, opening.start()):
            break
        end = _end(text, opening)
        kept += [text[position : opening.start()], "\n" * text.count("\n", opening.start(), end)]
        position = end
    if not position and (lost := _LOST_CLOSING.search(text)) and not re.search(f"<{lost[0][2:]}", text):
        return "\n" * text.count("\n", 0, lost.end()) + text[lost.end() :]
    return "".join(kept) + text[position:]


def _end(text: str, opening: re.Match[str]) -> int:
    """Return where a thought ends: behind its closing tag or mark, else with the text."""
    tag = opening["tag"]
    closing = f"</{tag}>" if tag else "<|end_of_thought|>" if "begin" in opening[0] else "<|end|>"
    found = re.compile(re.escape(closing), re.IGNORECASE).search(text, opening.end())
    return found.end() if found else len(text)
