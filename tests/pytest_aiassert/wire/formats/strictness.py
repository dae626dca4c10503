"""Requests to formats, and replies held to the response models of the SDKs: every field known, every type as told."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from assistant.messages import Completion, ToolCall, Usage
from pytest_aiassert.wire.formats import Call, WireFormat
from pytest_aiassert.wire.formats.counting import with_usage
from pytest_aiassert.wire.message import WireRequest

REPLIES = {
    "text": Completion(text="Zwei plus drei ist fünf. 👩‍💻"),
    "empty": Completion(),
    "cut": Completion(text="Two plus", finish_reason="length"),
    "refused": Completion(text="I cannot help with that.", finish_reason="refused"),
    "tool": Completion(
        tool_calls=(ToolCall(id="c1", name="add", arguments={"a": [1, {"b": None}]}),), finish_reason="tool_calls"
    ),
    "tools": Completion(
        text="Let me see.",
        tool_calls=(ToolCall(id="", name="add", arguments={"a": 1}), ToolCall(id="", name="now")),
        finish_reason="tool_calls",
    ),
    "usage": Completion(text="x", usage=Usage(input_tokens=10, output_tokens=3, cached_tokens=4), model="other-model"),
}


def wire(url: str, body: Any = None, method: str = "POST", **headers: str) -> WireRequest:
    given = (("content-type", "application/json"), *((k.replace("_", "-"), v) for k, v in headers.items()))
    content = b"" if body is None else json.dumps(body).encode()
    return WireRequest(method=method, url=url, headers=given, content=content)


def whole(form: WireFormat, call: Call, reply: Completion) -> bytes:
    return form.respond(with_usage(reply, call.request), call).content


def events(form: WireFormat, call: Call, reply: Completion) -> list[bytes]:
    return [piece.data for piece in form.respond(with_usage(reply, call.request), call).pieces]


def strictly(model: Any, content: bytes, *, also: frozenset[str] = frozenset()) -> Any:
    """Validate JSON by a model, strictly; `also` names fields that the API has and the model lacks."""
    value = _adapter(model).validate_json(content, strict=True)
    unknown = sorted(set(_unknown(value, "")) - also)
    assert not unknown, f"{model.__name__} does not know {unknown}"
    return value


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _unknown(value: Any, place: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, BaseModel):
        found += [f"{place}.{name}".strip(".") for name in value.model_extra or {}]
        for name in type(value).model_fields:
            found += _unknown(getattr(value, name), f"{place}.{name}".strip("."))
    elif isinstance(value, list | tuple):
        for element in value:
            found += _unknown(element, place)
    return found
