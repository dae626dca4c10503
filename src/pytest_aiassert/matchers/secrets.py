"""Secrets in text: keys of well-known formats, private keys, and assignments that look random."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

LONGEST_SEARCHED = 1_000_000
"""Characters of a text that are searched; what comes after them is not."""

_FORMATS = MappingProxyType(
    {
        "an Anthropic key": r"\bsk-ant-[A-Za-z0-9_-]{20,400}",
        "an OpenRouter key": r"\bsk-or-[A-Za-z0-9_-]{20,400}",
        "an OpenAI key": r"\bsk-(?!ant-|or-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,400}",
        "a Stripe key": r"\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,400}",
        "a Google key": r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])|\bya29\.[A-Za-z0-9_-]{30,400}",
        "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,400}|\bgithub_pat_[A-Za-z0-9_]{22,400}",
        "a GitLab token": r"\bglpat-[A-Za-z0-9_-]{20,400}",
        "an AWS access key": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
        "a Slack token": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,400}|\bxapp-\d-[A-Za-z0-9-]{20,400}",
        "a Slack webhook": r"\bhooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{30,400}",
        "a Hugging Face token": r"\bhf_[A-Za-z0-9]{30,400}",
        "a Groq key": r"\bgsk_[A-Za-z0-9]{40,400}",
        "an npm token": r"\bnpm_[A-Za-z0-9]{36}\b",
        "a PyPI token": r"\bpypi-[A-Za-z0-9_-]{50,400}",
        "a SendGrid key": r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}",
        "a Twilio key": r"\bSK[0-9a-f]{32}\b",
        "a Telegram bot token": r"\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])",
        "a DigitalOcean token": r"\bdo[opr]_v1_[0-9a-f]{64}\b",
        "a Databricks token": r"\bdapi[0-9a-f]{32}\b",
        "a JSON web token": r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,2000}",
        "a private key": r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\w+/=\s\\:,.-]{40,20000}",
        "a password in a URL": r"(?<=\w)://[^\s/:@\"'<>]{1,100}:(?P<url>[^\s/@\"'<>]{4,200})@[\w.-]",
    }
)
_FORMAT = re.compile("|".join(f"(?P<f{n}>{pattern})" for n, pattern in enumerate(_FORMATS.values())))
_NAMES = tuple(_FORMATS)
_ASSIGNED = re.compile(
    r"(?P<name>(?:api[_-]?key|secret|token|passw(?:or)?d|pwd|credential|private[_-]?key|access[_-]?key|auth[_-]?key)"
    r"[\w-]{0,20})[\"']?\s{0,5}(?:=>|:=|[:=])\s{0,5}"
    r"(?:[\"'](?P<quoted>[^\s\"']{8,200})[\"']|(?P<bare>[A-Za-z0-9+/_=-]{16,200})(?=\s|$))",
    re.IGNORECASE,
)
_NAME_BEGINS = re.compile(r"\w+\Z")
_LONGEST_PREFIX = 40
_BEARER = re.compile(r"\bBearer\s+(?P<bearer>[A-Za-z0-9._~+/-]{16,2000}=*)")
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|change.?me|dummy|fake|sample|redacted|insert|replace|todo|goes.?here|secret.?here|"
    r"my.?(?:api|secret|token|pass|key)|test.?(?:key|token|pass)|(?:api|secret|access).?(?:key|token)$|"
    r"x{4}|\*{3}|\.{3}|0{8}|1234567|abcdef|qwerty|[<>{}$%()\[\]]|"
    r"^(?:pass(?:word|wd)?\d{0,4}|hunter2|secret|token|user|username|none|null|true|false)\W*$",
    re.IGNORECASE,
)
_SAMPLE = re.compile(
    r"example|your|placeholder|dummy|fake|redacted|x{6}|\*{3}|1234567890abc|abcdefgh|0{12}|[<>{}$]", re.IGNORECASE
)
_MIN_ENTROPY = 3.0
_MIN_ENTROPY_OF_A_PASSWORD = 2.5
_KEPT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Something that must not be shown: its kind in words, and where it stands."""

    kind: str
    start: int
    end: int
    hint: str


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Find keys, private keys and random-looking values given to names such as `password`; placeholders do not count.

    The first million characters are searched.
    """
    text = text[:LONGEST_SEARCHED]
    found: list[Secret] = []
    end = 0
    for secret in sorted([*_formatted(text), *_assigned(text)], key=lambda each: (each.start, -each.end)):
        if secret.start >= end:
            found.append(secret)
            end = secret.end
    return tuple(found)


def without_secrets(text: str, secrets: tuple[Secret, ...]) -> str:
    """Replace secrets by their first characters and a mark."""
    pieces: list[str] = []
    end = 0
    for secret in secrets:
        pieces += [text[end : secret.start], f"{secret.hint}[redacted]"]
        end = secret.end
    return "".join([*pieces, text[end:]])


def _formatted(text: str) -> Iterator[Secret]:
    for match in _FORMAT.finditer(text):
        kind = next(name for n, name in enumerate(_NAMES) if match[f"f{n}"])
        group = "url" if match["url"] else 0
        value = match[group]
        if kind != "a private key" and _is_sample(value, kind):
            continue
        yield Secret(kind=kind, start=match.start(group), end=match.end(group), hint=_hint(value, kind))


def _assigned(text: str) -> Iterator[Secret]:
    for match in _ASSIGNED.finditer(text):
        group = "quoted" if match["quoted"] else "bare"
        value = match[group]
        least = _MIN_ENTROPY_OF_A_PASSWORD if "pass" in match["name"].lower() and match["quoted"] else _MIN_ENTROPY
        if not _PLACEHOLDER.search(value) and _looks_random(value) and entropy(value) >= least:
            before = _NAME_BEGINS.search(text, max(0, match.start() - _LONGEST_PREFIX), match.start())
            kind = f"a value given to {before.group() if before else ''}{match['name']}"
            yield Secret(kind=kind, start=match.start(group), end=match.end(group), hint="")
    for match in _BEARER.finditer(text):
        value = match["bearer"]
        if not _PLACEHOLDER.search(value) and _looks_random(value) and entropy(value) >= _MIN_ENTROPY:
            yield Secret(kind="a bearer token", start=match.start("bearer"), end=match.end("bearer"), hint="")


def entropy(text: str) -> float:
    """Return Shannon's entropy in bits a character."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def _looks_random(value: str) -> bool:
    """Tell random characters from words and names in code: both letters and digits, not only `a_name.like_this`."""
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) and not re.fullmatch(
        r"[A-Za-z]+\d{0,2}(?:[._-][A-Za-z]*\d{0,2})*", value
    )


def _is_sample(value: str, kind: str) -> bool:
    """Tell a key that stands in documentation from one that may work."""
    pattern = _PLACEHOLDER if kind == "a password in a URL" else _SAMPLE
    return bool(pattern.search(value)) or len(set(value)) < min(8, len(value) // 2)


def _hint(value: str, kind: str) -> str:
    return "" if kind in {"a password in a URL", "a private key"} else f"{value[:_KEPT]}…"
