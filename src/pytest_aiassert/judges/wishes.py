"""What a judge wishes of a request, and does without where a server does not grant it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from assistant.errors import BadRequestError, ContentRefusedError, ContextLengthError, ProviderError

_FORMS: Final = ("json_schema", "json_object")
_TEMPERATURE: Final = "temperature"


def parameters_for(
    given: Mapping[str, Any], temperature: float, schema: Mapping[str, Any], refused: frozenset[str]
) -> dict[str, Any]:
    """Return a request's parameters: what was given, and the wishes that were not refused.

    The wishes are a temperature, and an answer by the schema: as `json_schema`, else as `json_object` with the schema
    beside it, which other servers take.
    """
    parameters: dict[str, Any] = {} if _TEMPERATURE in refused else {_TEMPERATURE: temperature}
    form = next((form for form in _FORMS if form not in refused), None)
    if form == "json_schema":
        described = {"name": "judgement", "strict": True, "schema": dict(schema)}
        parameters["response_format"] = {"type": form, "json_schema": described}
    elif form == "json_object":
        parameters["response_format"] = {"type": form, "schema": dict(schema)}
    return {**parameters, **given}


def refused_wish(error: ProviderError, parameters: Mapping[str, Any], given: Mapping[str, Any]) -> str | None:
    """Return the wish that a server's complaint is about; None where it is another matter.

    A bad request that names nothing is taken to mean the form: old servers say no more.
    """
    if isinstance(error, (ContextLengthError, ContentRefusedError)):
        return None
    words = str(error).lower()
    if _TEMPERATURE in words and _TEMPERATURE in parameters and _TEMPERATURE not in given:
        return _TEMPERATURE
    if "response_format" not in parameters or "response_format" in given:
        return None
    meant = any(word in words for word in ("response_format", "response format", *_FORMS))
    form: str = parameters["response_format"]["type"]
    silent = isinstance(error, BadRequestError) and error.status in (400, 422, None)
    return form if meant or silent else None


def fewer_wishes(refused: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield what else may have been refused when an answer was recorded: refusals are not always kept."""
    for without in (refused, refused | {_TEMPERATURE}):
        for count in range(len(_FORMS) + 1):
            more = without | set(_FORMS[:count])
            if more != refused:
                yield more
