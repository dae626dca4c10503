"""Words that messages share: counted nouns, texts cut to a length, and the name that was meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def plural(number: int, noun: str, nouns: str = "") -> str:
    """Write a number with its noun: `1 case`, `2,000 cases`; `nouns` is the plural that takes no s."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def cut(text: str, limit: int = 200) -> str:
    """Return at most `limit` characters, the last of them `…` where something is left out."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known name was meant; empty where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def known_names(name: str, known: Iterable[str]) -> str:
    """Say what an unknown name may have meant, and every name there is."""
    known = tuple(known)
    return f"{did_you_mean(name, known)} Known: {', '.join(known)}".lstrip()
