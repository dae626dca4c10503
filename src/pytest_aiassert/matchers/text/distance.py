"""How far two texts are apart: by characters edited, and by words in common."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

LONGEST_COMPARED = 20_000
"""Characters of each text that are compared one by one; what comes after them counts as different."""

_MOST_TOKENS = 200_000
_WORD = re.compile(r"\w+|[^\w\s]")


def edit_likeness(a: str, b: str) -> float:
    """Return 1 - edits / the longer length: 1 for equal texts, 0 for nothing alike.

    Edits are characters inserted, left out or replaced. For texts longer than the limit the value is a lower bound.
    """
    if a == b:
        return 1.0
    start = _shared_start(a, b)
    a_rest, b_rest = a[start:], b[start:]
    tail = max(len(a_rest), len(b_rest)) - max(len(a_rest[:LONGEST_COMPARED]), len(b_rest[:LONGEST_COMPARED]))
    edits = edit_distance(a_rest[:LONGEST_COMPARED], b_rest[:LONGEST_COMPARED]) + tail
    return max(0.0, 1 - edits / max(len(a), len(b)))


def edit_distance(a: str, b: str) -> int:
    """Count the fewest edits between two texts: characters inserted, left out or replaced.

    Bit-parallel: Hyyrö, Explaining and extending the bit-parallel approximate string matching algorithm of Myers,
    2001. Memory is linear in the shorter text.
    """
    pattern, text = sorted((a, b), key=len)
    if not pattern:
        return len(text)
    places: dict[str, int] = {}
    for position, character in enumerate(pattern):
        places[character] = places.get(character, 0) | 1 << position
    every, last = (1 << len(pattern)) - 1, 1 << (len(pattern) - 1)
    up, down, distance = every, 0, len(pattern)
    for character in text:
        equal = places.get(character, 0)
        diagonal = (((equal & up) + up) ^ up) | equal | down
        right, left = down | ~(diagonal | up) & every, up & diagonal
        distance += bool(right & last) - bool(left & last)
        right, left = right << 1 & every | 1, left << 1 & every
        up, down = left | ~(diagonal | right) & every, right & diagonal
    return distance


def token_likeness(a: str, b: str) -> float:
    """Return the share of words and marks in common, in any order and case: Dice's coefficient of their counts.

    The first 200,000 of each text count.
    """
    counts = [_tokens(text) for text in (a, b)]
    total = sum(each.total() for each in counts)
    return 2 * (counts[0] & counts[1]).total() / total if total else 1.0


def _tokens(text: str) -> Counter[str]:
    matches = islice(_WORD.finditer(text), _MOST_TOKENS)
    return Counter(match.group().casefold() for match in matches)


def _shared_start(a: str, b: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
