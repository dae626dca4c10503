"""What never reaches a cassette: keys, tokens and passwords, wherever they stand in a body or URL."""

from __future__ import annotations

import re
from typing import Final

REDACTED: Final = "[REDACTED]"

_FIELDS: Final = (
    r"api[_-]?key|apikey|x-api-key|authorization|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|"
    r"secret[_-]?key|password|passwd|private[_-]?key"
)
_TOKENS: Final = (
    r"\b(?:sk|rk|pk)-[A-Za-z0-9_\-]{16,}",  # OpenAI, Anthropic, OpenRouter
    r"\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe
    r"\bAIza[A-Za-z0-9_\-]{30,}",  # Google
    r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}",
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS
    r"\bxox[abeprs]-[A-Za-z0-9\-]{10,}",  # Slack
    r"\bhf_[A-Za-z0-9]{24,}|\bgsk_[A-Za-z0-9]{24,}|\bnpm_[A-Za-z0-9]{30,}",
    r"\beyJ[A-Za-z0-9_\-]{8,2000}\.eyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,}",  # JSON web tokens
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----BEGIN ).)*?-----END [A-Z ]{0,40}PRIVATE KEY-----",
)
_TOKEN: Final = re.compile("|".join(_TOKENS), re.DOTALL)
_BEARER: Final = re.compile(r"\b(Bearer\s+)[A-Za-z0-9._~+/\-]{12,}=*", re.IGNORECASE)
_FIELD: Final = re.compile(rf'("(?:{_FIELDS})"\s*:\s*")(?:[^"\\]|\\.)+(?=")', re.IGNORECASE)
_QUERY: Final = re.compile(rf"([?&](?:{_FIELDS}|key|token|sig|signature|code)=)[^&#\s\"\\]+", re.IGNORECASE)
_USERINFO: Final = re.compile(r"(\bhttps?://)[^/\s\"\\@:]{1,200}:[^/\s\"\\@]{1,200}@", re.IGNORECASE)


def redact(text: str) -> str:
    """Replace every secret in a JSON text or URL; doing it twice changes nothing more."""
    text = _TOKEN.sub(REDACTED, text)
    text = _BEARER.sub(rf"\1{REDACTED}", text)
    text = _FIELD.sub(rf"\1{REDACTED}", text)
    text = _QUERY.sub(rf"\1{REDACTED}", text)
    return _USERINFO.sub(rf"\1{REDACTED}@", text)
