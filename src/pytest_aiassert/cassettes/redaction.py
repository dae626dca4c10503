"""What never reaches a cassette: keys, tokens and passwords, wherever they stand in a body or URL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

REDACTED: Final = "[REDACTED]"

_FIELDS: Final = (
    r"api[_-]?key|apikey|x-api-key|authorization|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|"
    r"secret[_-]?key|password|passwd|private[_-]?key"
)
_TOKENS: Final = (
    r"\b(?:sk|rk|pk)-[A-Za-z0-9_\-]{16,}",  # OpenAI, Anthropic, OpenRouter
    r"\borg-[A-Za-z0-9]{16,}|\bproj_[A-Za-z0-9]{16,}",  # organisations and projects of OpenAI
    r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe
    r"\bAIza[A-Za-z0-9_\-]{30,}",  # Google
    r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS
    r"\bxox[abeprs]-[A-Za-z0-9\-]{10,}",  # Slack
    r"\bhf_[A-Za-z0-9]{24,}|\bgsk_[A-Za-z0-9]{24,}|\bnpm_[A-Za-z0-9]{30,}",
    r"\b(?:xai|pplx|csk|nvapi|GOCSPX)-[A-Za-z0-9_\-]{16,}",  # xAI, Perplexity, Cerebras, NVIDIA, Google OAuth
    r"\br8_[A-Za-z0-9]{20,}|\bya29\.[A-Za-z0-9_\-]{20,}",  # Replicate, Google's access tokens
    r"\beyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,}",  # JSON web tokens
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----BEGIN ).)*?-----END [A-Z ]{0,40}PRIVATE KEY-----",
)
_RULES: Final = (
    (
        re.compile("|".join(_TOKENS), re.DOTALL | re.ASCII),
        REDACTED,
        "",
        (
            *("k-", "org-", "proj_", "k_live_", "k_test_", "aiza", "ghp_", "gho_", "ghu_", "ghs_"),
            *("ghr_", "github_pat_", "glpat-", "akia", "asia", "xox", "hf_", "gsk_", "npm_", "eyj", "private key"),
            *("xai-", "pplx-", "nvapi-", "gocspx-", "r8_", "ya29."),
        ),
    ),
    (
        re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/\-]{12,}=*", re.IGNORECASE | re.ASCII),
        rf"\1{REDACTED}",
        "bearer",
        ("",),
    ),
    (
        re.compile(rf'("(?:{_FIELDS})"\s*:\s*")(?:[^"\\]|\\.)+(?=")', re.IGNORECASE | re.ASCII),
        rf"\1{REDACTED}",
        '"',
        ('key"', 'token"', 'secret"', 'authorization"', 'password"', 'passwd"'),
    ),
    (  # forms, by their beginning or in parts
        re.compile(
            rf"(\"(?:{_FIELDS})=|name=\\?\"(?:{_FIELDS})\\?\"(?:\r\n|\\r\\n){{2}})[^&\s\"\\]+",
            re.IGNORECASE | re.ASCII,
        ),
        rf"\1{REDACTED}",
        "=",
        ("key=", "token=", "secret=", "authorization=", "password=", "passwd=", "name="),
    ),
    (
        re.compile(rf"([?&](?:{_FIELDS}|key|token|sig|signature|code)=)[^&#\s\"\\]+", re.IGNORECASE | re.ASCII),
        rf"\1{REDACTED}",
        "=",
        ("key=", "token=", "secret=", "authorization=", "password=", "passwd=", "sig=", "signature=", "code="),
    ),
    (
        re.compile(r"(\bhttps?://)[^/?#\s\"\\@:]{1,200}(?::[^/?#\s\"\\@]{0,200})?@", re.IGNORECASE | re.ASCII),
        rf"\1{REDACTED}@",
        "@",
        ("://",),
    ),
)
"""A rule, what it writes, and two things that a text must have (in lower case) for it to find anything.

These are a first mark, and one of several others: most texts need no rule.
"""

_QUOTED: Final = (2, 3)
"""The places of the rules that know a secret by its name in quotation marks."""

_SECRET_HEADERS: Final = frozenset(
    {
        *(
            "authorization",
            "proxy-authorization",
            "api-key",
            "x-api-key",
            "x-goog-api-key",
            "ocp-apim-subscription-key",
        ),
        *("cookie", "openai-organization", "openai-project", "x-goog-user-project", "x-amz-security-token"),
    }
)
SHORTEST: Final = 8
"""Letters of a secret that is looked for wherever it may stand; a shorter one would be found in other words."""


def redact(text: str) -> str:
    """Replace every secret in a JSON text or URL; doing it twice changes nothing more."""
    low = text.lower()
    for rule, replacement, first, marks in _RULES:
        if first not in low:
            continue
        for mark in marks:  # plain loops: this runs for every request
            if mark in low:
                text = rule.sub(replacement, text)
                break
    return text


def found_secrets(
    text: str, patterns: Sequence[re.Pattern[str]] = (), *, quoted: bool = True
) -> Iterator[tuple[int, int]]:
    """Yield where each secret of a text begins and ends; without those that only their `quoted` name tells."""
    for place, (rule, *_) in enumerate(_RULES):
        if quoted or place not in _QUOTED:
            for found in rule.finditer(text):
                yield found.end(1) if rule.groups else found.start(), found.end()
    for pattern in patterns:
        for found in pattern.finditer(text):
            yield found.span()


def sent_secrets(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the keys, cookies and organisations in headers: a server may repeat them."""
    values: list[str] = []
    for name, value in headers:
        if name.lower() in _SECRET_HEADERS:
            cookies = value.split(";") if name.lower() == "cookie" else ()
            values += [cookie.partition("=")[2] for cookie in cookies] or [value.rpartition(" ")[2]]
    return tuple(value for value in values if len(value) >= SHORTEST)


def redact_bytes(content: bytes, patterns: Sequence[re.Pattern[str]] = ()) -> bytes:
    """Replace every secret in bytes that are no text, or a form in parts."""
    return str(redact_strings(redact(content.decode("latin-1")), patterns)).encode("latin-1")


def redact_strings(value: Any, patterns: Sequence[re.Pattern[str]]) -> Any:
    """Return a JSON value in whose strings whatever a pattern finds is replaced; keys stay."""
    if isinstance(value, str):
        for pattern in patterns:
            value = pattern.sub(REDACTED, value)
        return value
    if isinstance(value, dict):
        return {key: redact_strings(item, patterns) for key, item in value.items()}
    if isinstance(value, list):
        return [redact_strings(item, patterns) for item in value]
    return value
