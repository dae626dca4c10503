"""Kinds of answers, and how each is read leniently: numbers, dates, choices, yes and no, words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from types import MappingProxyType

from pytest_aiassert.matchers.text.passages import Found, Kind, first_sentence, is_negated, last_sentence
from pytest_aiassert.wording import cut

_LONGEST_SAID = 60

_SEPARATOR = r"(?:,|\{,\}|\\,|[\u202f\u00a0\u2009'’_])"
_NUMBER = re.compile(
    rf"""(?<![\w.])(?P<sign>[-−–+]?)\s?
    (?: \\[dt]?frac\{{(?P<over>-?\d{{1,50}})\}}\{{(?P<under>\d{{1,50}})\}}
      | (?P<grouped>\d{{1,3}}+(?:{_SEPARATOR}\d{{3}}(?!\d))++(?:\.\d{{1,400}}+)?)
      | (?P<comma>\d{{1,400}}+,\d{{1,2}}(?![\d,.]))
      | (?P<plain>\d{{1,400}}+(?:\.\d{{1,400}}+)?|\.\d{{1,400}}+)
    )
    (?!\d)(?!(?:st|nd|rd|th)\b)
    (?:[eE](?P<exponent>[-+]?\d{{1,3}})(?!\d)|\s*(?:×|\\times|\*)\s*10\^\{{?(?P<ten>[-−]?\d{{1,3}})\}}?(?!\d))?
    (?:\s?/\s?(?P<divisor>\d{{1,50}})(?![\d/]))?
    (?P<percent>\s?\\?%)?""",
    re.VERBOSE,
)
_EQUALS = re.compile(r"(?i)(?:[=≈]|\b(?:is|are|was|equals?|gives?|makes?|totals?)\b)[^\w\n.=-]*$")
_UNIT = re.compile(r"\s*+(?:[^\W\d]++[\s.°²³/$€£%-]*+){0,3}+\W*+")
_LIST_MARK = re.compile(r"\s*\d+[.):]\s*")
_SMALL = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "  # noqa: SIM905  # words read better than quotes
    "seventeen eighteen nineteen".split()
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = MappingProxyType(
    {**{word: n for n, word in enumerate(_SMALL)}, **{word: 10 * n for n, word in enumerate(_TENS, 2)}, "hundred": 100}
)
_NUMBER_WORD = re.compile(
    rf"(?i)\b(?:({'|'.join(_TENS)})(?:[\s-]({'|'.join(_SMALL[1:10])}))?|({'|'.join(_SMALL)})|(?:a|one)\s(hundred))\b"
)

_MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_MONTH = rf"({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)}|sept)\.?"
_DATES = (
    re.compile(r"(?<![\d./-])(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"),
    re.compile(rf"(?i)\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<month>{_MONTH}),?\s+(?P<y>\d{{4}})\b"),
    re.compile(rf"(?i)\b(?P<month>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b"),
    re.compile(r"(?<![\d./-])(?P<d>\d{1,2})([-/.])(?P<md>\d{1,2})\2(?P<y>\d{4})(?!\d)"),
)

_CHOICE = (
    r"(?:\(\s*([A-Za-z])\s*\)|([A-Za-z])\)|([B-HJ-Z])\b(?!['’])|([AI])(?=\s*(?:[.,;:!?)—–-]|$|(?:because|since|as)\b)))"
)
_CHOSEN = re.compile(rf"\s*(?:(?i:option|choice|letter)\s+)?\W{{0,3}}?{_CHOICE}")
_NAMED_CHOICE = re.compile(r"\b(?i:option|choice|answer)\s+\(?([A-Z])\b")

_POLARITY = MappingProxyType(
    {"yes": True, "yep": True, "yeah": True, "true": True, "correct": True,
     "no": False, "nope": False, "false": False, "incorrect": False}
)  # fmt: skip
_SAYS = re.compile(
    r"(?:(?:so|thus|hence|therefore|in\s+short|overall|it\s+is|that\s+is|that['’]s)\b)?\W*"
    rf"\b({'|'.join(_POLARITY)})\b(?!\s+(?:doubt|problem|worries|matter|one|idea|way\s+of|story|love)\b)",
    re.IGNORECASE,
)


def numbers() -> Kind:
    """Recognise numbers: signs, groups of thousands, fractions, percents, powers of ten, small numbers in words."""
    return Kind(in_passage=_number_said, in_bold=_number_alone, in_prose=_number_in_prose)


def dates() -> Kind:
    """Recognise dates of day, month and year; `01/02/2024` can be read in two ways."""
    return Kind(in_passage=_first_date, in_bold=_first_date, in_prose=_date_in_prose)


def choices() -> Kind:
    """Recognise one letter: `B`, `(B)`, `b)`, `Option B`."""
    return Kind(in_passage=_choice, in_bold=_choice, in_prose=_choice_in_prose)


def yes_or_no() -> Kind:
    """Recognise yes and no: where a reply or its last sentence begins with them, or with true or false."""
    return Kind(in_passage=_polarity, in_bold=_polarity, in_prose=_polarity_in_prose)


def words_of(options: Sequence[str], *, binding: bool) -> Kind:
    """Recognise one of several texts; where `binding`, a marked answer with none of them is an answer, too."""
    pattern = _options_pattern(options)
    known = {fold(option): option for option in options}

    def in_passage(text: str) -> Found | None:
        found = _one_option(first_sentence(_untexted(text)), pattern, known)
        if found is None and binding and text.strip():
            return Found(readings=(text.strip(),), said=_said(text.strip()), start=0)
        return found

    def in_bold(text: str) -> Found | None:
        return _one_option(text, pattern, known)

    def in_prose(text: str) -> Found | None:
        lines = text.strip().split("\n")
        start = len(text) - len(text.lstrip())
        for line, at in ((lines[0], start), (lines[-1], text.rstrip().rfind(lines[-1]))):
            bare = line.strip(" \t.,:;!?\"'“”‘’()[]#-")
            if fold(bare) in known:
                return Found(readings=(known[fold(bare)],), said=bare, start=max(at, 0))
        return _one_option(text, pattern, known)

    return Kind(in_passage=in_passage, in_bold=in_bold, in_prose=in_prose)


def occurring(text: str, options: Sequence[str]) -> list[str]:
    """List the options that a text names: as whole words, not denied, in the order of the text."""
    known = {fold(option): option for option in options}
    return list(dict.fromkeys(option for _, option in _mentions(text, _options_pattern(options), known)))


def fold(text: str) -> str:
    """Return a text as it is compared: without upper case, and with single spaces."""
    return " ".join(text.casefold().split())


def _options_pattern(options: Sequence[str]) -> re.Pattern[str]:
    """Match any option as whole words, the longest first: `very good` is not `good`."""
    ordered = sorted(options, key=len, reverse=True)
    each = "|".join(r"\s+".join(map(re.escape, option.split())) for option in ordered)
    return re.compile(rf"(?<!\w)(?:{each})(?!\w)", re.IGNORECASE)


def _mentions(text: str, pattern: re.Pattern[str], known: dict[str, str]) -> Iterator[tuple[re.Match[str], str]]:
    for match in pattern.finditer(text):
        option = known.get(fold(match.group()))
        if option is not None and not is_negated(text, match.start()):
            yield match, option


def _one_option(text: str, pattern: re.Pattern[str], known: dict[str, str]) -> Found | None:
    """Return the only option that a text has, None for none or several."""
    mentions = list(_mentions(text, pattern, known))
    if len({option for _, option in mentions}) != 1:
        return None
    match, option = mentions[0]
    return Found(readings=(option,), said=match.group(), start=match.start())


def _untexted(text: str) -> str:
    r"""Blank LaTeX's `\text{` and braces; places stay the same."""
    return re.sub(r"\\(?:text|textbf|mathrm|mathbf)\s*\{|[{}$]", lambda match: " " * len(match.group()), text)


def _said(text: str) -> str:
    return cut(" ".join(text.split()), _LONGEST_SAID)


def _numbers(text: str) -> Iterator[Found]:
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        readings = (value, value / 100) if match["percent"] else (value,)
        yield Found(readings=readings, said=_said(match.group()), start=match.start())


def _value(match: re.Match[str]) -> Fraction | None:
    if match["over"]:
        value = Fraction(int(match["over"]), int(match["under"])) if int(match["under"]) else None
    else:
        digits = match["plain"] or (match["comma"] or "").replace(",", ".")
        value = Fraction(digits or re.sub(_SEPARATOR, "", match["grouped"]))
    exponent = (match["exponent"] or match["ten"] or "0").replace("−", "-")
    divisor = int(match["divisor"] or 1)
    if value is None or not divisor:
        return None
    value = value * Fraction(10) ** int(exponent) / divisor
    return -value if match["sign"] in {"-", "−", "–"} else value


def _number_words(text: str) -> Iterator[Found]:
    for match in _NUMBER_WORD.finditer(text):
        value = sum(_WORDS[word.lower()] for word in match.groups() if word)
        yield Found(readings=(Fraction(value),), said=match.group(), start=match.start())


def _number_said(text: str) -> Found | None:
    """Return a passage's number: behind its last `=`, or else the first."""
    sentence = first_sentence(text)
    found = [*_numbers(sentence)] or [*_number_words(sentence)]
    after = sentence.rfind("=")
    return next((each for each in found if each.start > after), None) or next(iter(found), None)


def _number_alone(text: str) -> Found | None:
    """Return the number of bold words that are a number and perhaps its unit, but no list mark."""
    if _LIST_MARK.fullmatch(text):
        return None
    after = text.rfind("=") + 1
    for match in _NUMBER.finditer(text, after):
        if not text[after : match.start()].strip(" $€£(~≈") and _UNIT.fullmatch(text, match.end()):
            return next((each for each in _numbers(text) if each.start == match.start()), None)
        return None
    return None


def _number_in_prose(text: str) -> Found | None:
    """Return the last number behind `=`, `is` and the like in the last sentence that has one, or the last number."""
    found = [each for each in _numbers(text) if not is_negated(text, each.start)] or [*_number_words(text)]
    if not found:
        return None
    _, start = last_sentence(text[: found[-1].start + 1])
    last = [each for each in found if each.start >= start]
    told = [each for each in last if _EQUALS.search(text, max(start, each.start - 20), each.start)]
    return (told or last)[-1]


def _dates(text: str) -> Iterator[Found]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            readings = tuple(dict.fromkeys(_readings(match.groupdict())))
            if readings:
                yield Found(readings=readings, said=_said(match.group()), start=match.start())


def _readings(parts: dict[str, str]) -> Iterator[dt.date]:
    """Yield the dates that day, month and year can mean; of `01/02/2024`, two."""
    year, day = int(parts["y"]), int(parts["d"])
    if "md" in parts:
        pairs = [(int(parts["md"]), day), (day, int(parts["md"]))]
    elif "month" in parts:
        pairs = [(1 + [name[:3] for name in _MONTHS].index(parts["month"][:3].lower()), day)]
    else:
        pairs = [(int(parts["m"]), day)]
    for month, number in pairs:
        with suppress(ValueError):  # there is no such day
            yield dt.date(year, month, number)


def _first_date(text: str) -> Found | None:
    return min(_dates(text), key=lambda each: each.start, default=None)


def _date_in_prose(text: str) -> Found | None:
    told = (each for each in _dates(text) if not is_negated(text, each.start))
    return max(told, key=lambda each: each.start, default=None)


def _choice(text: str) -> Found | None:
    match = _CHOSEN.match(text)
    if match is None:
        return None
    letter = next(group for group in match.groups() if group)
    return Found(readings=(letter.upper(),), said=letter, start=match.end() - 1)


def _choice_in_prose(text: str) -> Found | None:
    named = [*_NAMED_CHOICE.finditer(text)]
    if named:
        return Found(readings=(named[-1].group(1),), said=named[-1].group(1), start=named[-1].start(1))
    found: list[Found] = []
    position = 0
    for line in text.split("\n"):
        choice = _choice(line)
        if choice is not None:
            found.append(Found(readings=choice.readings, said=choice.said, start=position + choice.start))
        position += len(line) + 1
    return found[0] if len({each.readings for each in found}) == 1 else None


def _polarity(text: str) -> Found | None:
    match = _SAYS.match(text.lstrip(" \t\n\"'“‘(*_.:,-"))
    if match is None:
        return None
    return Found(readings=(_POLARITY[match.group(1).lower()],), said=match.group(1), start=0)


def _polarity_in_prose(text: str) -> Found | None:
    found = _polarity(text)
    if found is not None:
        return Found(readings=found.readings, said=found.said, start=len(text) - len(text.lstrip()))
    sentence, start = last_sentence(text)
    found = _polarity(sentence)
    return found and Found(
        readings=found.readings, said=found.said, start=start + len(sentence) - len(sentence.lstrip())
    )
