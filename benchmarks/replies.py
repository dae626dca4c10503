"""Recorded replies of real models, and code of theirs in any number."""

from __future__ import annotations

import json
from itertools import cycle, islice

from benchmarks.environment import ROOT
from pytest_aiassert.code import extract

CASSETTES = ROOT / "golden" / "coding" / "cassettes"


def recorded_replies() -> list[str]:
    """Return the text of every reply in the coding set's cassettes."""
    return [
        exchange["response"]["body"]["json"]["choices"][0]["message"]["content"]
        for file in sorted(CASSETTES.glob("*/*.json"))
        for exchange in json.loads(file.read_text(encoding="utf-8"))["exchanges"]
    ]


def recorded_code() -> list[str]:
    """Return every piece of Python in these replies, once."""
    blocks = (block for text in recorded_replies() for block in extract(text))
    return list(dict.fromkeys(f"{block.code}\n" for block in blocks if block.language == "python"))


def varied(texts: list[str], count: int, *, mark: str = "# {}\n") -> list[str]:
    """Return that many texts, no two the same: each has its number on a line of its own."""
    return [f"{text}{mark.format(number)}" for number, text in enumerate(islice(cycle(texts), count))]
