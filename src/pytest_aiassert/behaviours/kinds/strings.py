"""Behaviours of texts: palindromes, anagrams, ciphers, distances."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import Any

from pytest_aiassert.behaviours.acceptance import alike
from pytest_aiassert.behaviours.behaviour import BuiltIn
from pytest_aiassert.behaviours.drawing import LETTERS, Draw
from pytest_aiassert.behaviours.examples import Example, same
from pytest_aiassert.behaviours.kinds.cases import single
from pytest_aiassert.behaviours.kinds.domains import sentence
from pytest_aiassert.behaviours.readings import spread
from pytest_aiassert.sandbox import Returned


def _is_palindrome(text: str) -> bool:
    return text == text[::-1]


def _reverse(text: str) -> str:
    return text[::-1]


def _count_vowels(text: str) -> int:
    return sum(letter in "aeiouAEIOU" for letter in text)


def _are_anagrams(a: str, b: str) -> bool:
    return sorted(a) == sorted(b)


def _caesar(text: str, shift: int) -> str:
    def moved(letter: str) -> str:
        if not letter.isalpha():
            return letter
        first = ord("a" if letter.islower() else "A")
        return chr((ord(letter) - first + shift) % 26 + first)

    return "".join(map(moved, text))


def _reverse_words(text: str) -> str:
    return " ".join(reversed(text.split()))


def _title(text: str) -> str:
    return " ".join(word.capitalize() for word in text.split())


def _common_prefix(words: list[str]) -> str:
    first, last = min(words), max(words)
    length = next((at for at, letter in enumerate(first) if last[at] != letter), len(first))
    return first[:length]


def _runs(text: str) -> list[tuple[str, int]]:
    return [(letter, len(list(run))) for letter, run in groupby(text)]


def _run_length_encoding(text: str) -> str:
    return "".join(f"{letter}{count}" for letter, count in _runs(text))


def _edit_distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, start=1):
        above, row = row, [i]
        for j, other in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (one != other)))
    return row[-1]


def _common_subsequence(a: str, b: str) -> int:
    @cache
    def length(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        return 1 + length(i + 1, j + 1) if a[i] == b[j] else max(length(i + 1, j), length(i, j + 1))

    return length(0, 0)


def _any_run_form(example: Example, answer: Returned) -> bool:
    runs = _runs(example.args[0])
    pairs = [list(run) for run in runs]
    forms: list[Any] = [
        example.returns,
        "".join(f"{count}{letter}" for letter, count in runs),
        "".join(f"{letter}{count if count > 1 else ''}" for letter, count in runs),
        "".join(f"{count if count > 1 else ''}{letter}" for letter, count in runs),
        pairs,
        [pair[::-1] for pair in pairs],
    ]
    return any(alike(form, answer.value) for form in forms)


def _length_or_text(example: Example, answer: Returned) -> bool:
    text = answer.value
    if not isinstance(text, str):
        return same(example.returns, text)
    return len(text) == example.returns and all(_within(text, whole) for whole in example.args)


def _within(text: str, whole: str) -> bool:
    letters = iter(whole)
    return all(letter in letters for letter in text)


def _other_vowels(example: Example, answer: Returned) -> str | None:
    text: str = example.args[0]
    if text != text.lower() and same(sum(letter in "aeiou" for letter in text), answer.value):
        return "it leaves out capital vowels"
    return None


def _other_caesar(example: Example, answer: Returned) -> str | None:
    text, shift = example.args
    return "it shifts the other way" if shift % 26 and answer.value == _caesar(text, -shift) else None


def _other_reversal(example: Example, answer: Returned) -> str | None:
    text: str = example.args[0]
    if len(text) > 1 and answer.value == text[::-1]:
        return "it reverses the letters, too"
    each = " ".join(word[::-1] for word in text.split())
    return "it reverses each word, not their order" if each not in ("", text) and answer.value == each else None


def _mirrored(draw: Draw) -> str:
    """Draw a text that is a palindrome about as often as not."""
    half = draw.text("abc", 0, 4)
    return half + draw.one_of(("", "a", "bc")) + half[::-1] if draw.boolean() else draw.text("ab", 0, 6)


def _two_texts(draw: Draw) -> tuple[str, str]:
    """Draw two texts, the other one of the same letters about as often as not."""
    text = draw.text("abcd", 1, 6)
    return text, "".join(draw.shuffled(text)) if draw.boolean() else draw.text("abcd", 1, 6)


def _decoded(runs: str) -> str:
    return "".join(letter * int(count) for letter, count in re.findall(r"(\D)(\d+)", runs))


PALINDROME = BuiltIn(
    name="palindrome",
    aliases=("is_palindrome", "palindrome check", "check palindrome", "palindromic string"),
    names=("palindrome",),
    summary="Tells whether a text reads the same backwards; asked only where case and punctuation do not matter.",
    signature="is_palindrome(text)",
    reference=_is_palindrome,
    inputs=lambda draw: (_mirrored(draw),),
    properties={
        "the first letter is the last where it is one": lambda yes, text: not yes or text[:1] == text[-1:],
    },
    cases=single("racecar", "hello", "a", "", "ab", "aa", "abba", "abca", "été", "12321", "1231", "xy" * 50 + "x"),
)

REVERSE_STRING = BuiltIn(
    name="reverse_string",
    aliases=("reverse", "reversed string", "string reversal"),
    names=("reverse",),
    summary="Returns a text backwards, character by character.",
    signature="reverse(text)",
    reference=_reverse,
    inputs=lambda draw: (draw.text(f"{LETTERS}AZ 09.é"),),
    properties={
        "reversed again, it is the text": lambda reverse, text: reverse[::-1] == text,
    },
    cases=single("abc", "", "a", "hello world", "  x", "Aa1!", "été", "日本語", "a\nb", "ab" * 100),
)

COUNT_VOWELS = BuiltIn(
    name="count_vowels",
    aliases=("vowel count", "number of vowels", "counting vowels", "count the vowels in a string"),
    names=("vowel",),
    summary="Counts the vowels a, e, i, o, u of a text, small and capital.",
    signature="count_vowels(text)",
    reference=_count_vowels,
    inputs=lambda draw: (draw.text("bcxyzaeiouAEIOUBC "),),
    properties={
        "there are no more than letters": lambda count, text: 0 <= count <= len(text),
    },
    cases=single("", "b", "a", "A", "E", "u", "io", "y", "hello", "rhythm", "AEIOU", "Hello World", "a1 e2"),
    explains=_other_vowels,
)

ANAGRAM = BuiltIn(
    name="anagram",
    aliases=("anagrams", "are_anagrams", "is_anagram", "check anagram", "anagram check"),
    names=("anagram",),
    summary="Tells whether two texts are anagrams; asked only where case, spaces and punctuation do not matter.",
    signature="are_anagrams(a, b)",
    reference=_are_anagrams,
    inputs=_two_texts,
    properties={
        "they are as long as each other where they are anagrams": lambda yes, a, b: not yes or len(a) == len(b),
    },
    cases=(
        *(("listen", "silent"), ("a", "b"), ("a", "a"), ("ab", "a"), ("a", "ab"), ("ab", "ba"), ("aab", "abb")),
        *(("abc", "abd"), ("aabb", "abab"), ("abc", "abcc"), ("rat", "car"), ("ad", "bc"), ("triangle", "integral")),
    ),
)

CAESAR_CIPHER = BuiltIn(
    name="caesar_cipher",
    aliases=("caesar", "caesar encryption", "caesar shift", "shift cipher"),
    names=("caesar", "cipher", "encrypt", "shift"),
    summary="Shifts the letters of a text by some places in the alphabet, keeping case and all that is no letter.",
    signature="caesar(text, shift)",
    reference=_caesar,
    inputs=lambda draw: (draw.text(f"{LETTERS}{LETTERS.upper()} .!"), draw.integer(0, 25)),
    properties={
        "shifted back, it is the text": lambda secret, text, shift: _caesar(secret, -shift) == text,
    },
    cases=(
        *(("a", 1), ("z", 1), ("A", 1), ("Z", 1), ("abc", 1), ("xyz", 3), ("", 5), ("a", 0), ("a b", 1), ("XYZ", 2)),
        *(("a", 26), ("b1!", 2), ("Hi, Bob!", 13), ("The Quick Fox", 7)),
    ),
    explains=_other_caesar,
    readings=(lambda args: args[::-1],),
    accepted="the shift first",
)

REVERSE_WORDS = BuiltIn(
    name="reverse_words",
    aliases=("reverse word order", "reverse the words in a sentence", "reverse words in a string"),
    names=("reverse",),
    summary="Returns the words of a text in reverse order.",
    signature="reverse_words(text)",
    reference=_reverse_words,
    inputs=lambda draw: (sentence(draw),),
    properties={
        "reversed again, it is the text": lambda reverse, text: _reverse_words(reverse) == " ".join(text.split()),
    },
    cases=single("", "a", "one", "a b", "a b c", "hi you", "the sky is blue", "to be or not to be"),
    explains=_other_reversal,
)

TITLE_CASE = BuiltIn(
    name="title_case",
    aliases=(
        "capitalize words",
        "capitalise words",
        "capitalize each word",
        "capitalize the first letter of each word",
    ),
    names=("capital", "title"),
    summary="Writes the first letter of each word as a capital; asked only for small letters and single spaces.",
    signature="title_case(text)",
    reference=_title,
    inputs=lambda draw: (sentence(draw),),
    properties={
        "in small letters, it is the text": lambda title, text: title.lower() == text,
    },
    cases=single("", "a", "ab", "a b", "hello", "hello world", "the quick brown fox", "x1 y2"),
)

LONGEST_COMMON_PREFIX = BuiltIn(
    name="longest_common_prefix",
    aliases=("common prefix",),
    names=("prefix",),
    summary="Returns the longest text that all words of a list begin with.",
    signature="longest_common_prefix(words)",
    reference=_common_prefix,
    inputs=lambda draw: (draw.items(lambda: draw.text("ab", 0, 4), 1, 4),),
    properties={
        "each word begins with it": lambda prefix, words: all(word.startswith(prefix) for word in words),
    },
    cases=single(
        *(["a"], [""], ["a", "b"], ["a", "ab"], ["ab", "a"], ["a", ""], ["abc", "abc"], ["ab", "ac", "b"]),
        *(["abx", "aby"], ["ab", "cb"], ["flower", "flow", "flight"], ["dog", "racecar", "car"]),
    ),
    readings=(spread,),
    accepted="the words one by one",
)

RUN_LENGTH_ENCODING = BuiltIn(
    name="run_length_encoding",
    aliases=("rle", "run length encode", "string compression", "compress a string"),
    names=("rle", "encod", "compress", "run_length"),
    summary="Writes each run of a character once, with its length: aab as a2b1.",
    signature="encode(text)",
    reference=_run_length_encoding,
    inputs=lambda draw: ("".join(draw.items(lambda: draw.one_of("abc") * draw.integer(1, 11), 0, 5)),),
    properties={
        "decoded, it is the text": lambda runs, text: _decoded(runs) == text,
    },
    cases=single("", "a", "aa", "ab", "aab", "abb", "aba", "aaabbc", "abba", "wwwwwwwwwwww", "aabbbaaaa"),
    accepts=_any_run_form,
    accepted="2a1b, runs of one without their length, pairs of character and length",
)

EDIT_DISTANCE = BuiltIn(
    name="edit_distance",
    aliases=("levenshtein", "levenshtein distance"),
    names=("distance", "levenshtein", "edit"),
    summary="Returns the least number of insertions, deletions and replacements that turn one text into another.",
    signature="edit_distance(a, b)",
    reference=_edit_distance,
    inputs=lambda draw: (draw.text("abc", 0, 5), draw.text("abc", 0, 5)),
    properties={
        "it is 0 for equal texts alone": lambda distance, a, b: (distance == 0) == (a == b),
        "it is between the difference of the lengths and the greater one": lambda distance, a, b: (
            abs(len(a) - len(b)) <= distance <= max(len(a), len(b))
        ),
    },
    cases=(
        *(("", ""), ("a", ""), ("", "a"), ("a", "a"), ("a", "b"), ("ab", "ba"), ("abc", "c"), ("ab", "abc")),
        *(("abc", "axc"), ("flaw", "lawn"), ("sunday", "sat"), ("kitten", "sitting")),
    ),
)

LONGEST_COMMON_SUBSEQUENCE = BuiltIn(
    name="longest_common_subsequence",
    aliases=("lcs", "common subsequence"),
    names=("lcs", "subsequence"),
    summary="Returns the length of the longest common subsequence of two texts.",
    signature="lcs(a, b)",
    reference=_common_subsequence,
    inputs=lambda draw: (draw.text("abc", 0, 5), draw.text("abc", 0, 5)),
    properties={
        "it is not above the shorter length": lambda length, a, b: 0 <= length <= min(len(a), len(b)),
    },
    cases=(
        *(("a", "a"), ("a", "b"), ("", "a"), ("a", ""), ("ab", "ba"), ("abc", "abc"), ("abc", "ac"), ("abc", "def")),
        *(("aa", "a"), ("abcde", "ace"), ("abcba", "abcbcba"), ("aggtab", "gxtxayb")),
    ),
    accepts=_length_or_text,
    accepted="the subsequence itself, any of the longest",
)

BEHAVIOURS = (
    *(PALINDROME, REVERSE_STRING, COUNT_VOWELS, ANAGRAM, CAESAR_CIPHER, REVERSE_WORDS, TITLE_CASE),
    *(LONGEST_COMMON_PREFIX, RUN_LENGTH_ENCODING, EDIT_DISTANCE, LONGEST_COMMON_SUBSEQUENCE),
)
