"""Texts as the numbers that BERT's models read: words, and pieces of words from a fixed vocabulary."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import punctuation

_UNKNOWN, _START, _END = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100
_INVISIBLE = ("Cc", "Cf", "Co", "Cs")
_IDEOGRAPHS = (
    range(0x4E00, 0xA000),
    range(0x3400, 0x4DC0),
    range(0x20000, 0x2CEB0),
    range(0xF900, 0xFB00),
    range(0x2F800, 0x2FA20),
)


def numbered(text: str, *, most: int) -> list[list[int]]:
    """Return the numbers of a text; runs of at most `most`, each with its start and end marks."""
    known = _vocabulary()
    pieces = [number for word in _words(text) for number in _pieces(word, known)]
    runs = [list(run) for run in _runs(pieces, most - 2)] or [[]]
    return [[known[_START], *run, known[_END]] for run in runs]


def _runs(pieces: list[int], size: int) -> list[list[int]]:
    return [pieces[start : start + size] for start in range(0, len(pieces), size)]


def _words(text: str) -> list[str]:
    """Split a text at spaces and marks, in lower case and without accents; each ideograph is a word."""
    plain = unicodedata.normalize("NFD", "".join(map(_cleaned, text)))
    lower = unicodedata.normalize("NFD", "".join(character.lower() for character in plain))
    return "".join(map(_parted, lower)).split()


def _cleaned(character: str) -> str:
    kind = unicodedata.category(character)
    if character in "\t\n\r" or kind == "Zs":
        return " "
    if character in "\0\ufffd" or kind in _INVISIBLE:
        return ""
    return f" {character} " if any(ord(character) in part for part in _IDEOGRAPHS) else character


def _parted(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Mn":
        return ""
    return f" {character} " if character in punctuation or kind.startswith("P") else character


def _pieces(word: str, known: Mapping[str, int]) -> list[int]:
    """Split a word into the longest pieces that are known, from its start on."""
    if len(word) > _LONGEST_WORD:
        return [known[_UNKNOWN]]
    numbers: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in known), start)
        if end == start:
            return [known[_UNKNOWN]]
        numbers.append(known[prefix + word[start:end]])
        start = end
    return numbers


@cache
def _vocabulary() -> Mapping[str, int]:
    lines = resources.files(__package__ or "").joinpath("wordpieces.txt").read_text(encoding="utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines[:-1])}
