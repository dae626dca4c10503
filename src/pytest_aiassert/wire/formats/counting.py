"""Tokens as a mock counts them, and texts in the pieces in which a model would send them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from assistant.messages import Completion, Request, ToolCall, Usage

_PIECE: Final = re.compile(r"\s*\S{1,8}|\s+")
_BYTES_A_TOKEN: Final = 4
_TOKENS_A_MESSAGE: Final = 3
_ARGUMENTS_A_PIECE: Final = 12


def pieces(text: str) -> list[str]:
    """Split a text as a model would send it: about a word at a time."""
    return _PIECE.findall(text)


def argument_pieces(call: ToolCall) -> list[str]:
    """Split the arguments of a tool call as a model would send them."""
    text = arguments_text(call)
    return [text[start : start + _ARGUMENTS_A_PIECE] for start in range(0, len(text), _ARGUMENTS_A_PIECE)]


def arguments_text(call: ToolCall) -> str:
    """Return the arguments as the model wrote them, else as JSON."""
    return call.raw_arguments or json.dumps(dict(call.arguments), ensure_ascii=False)


def count(text: str) -> int:
    """Count tokens: one for each four bytes of UTF-8, rounded up."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES_A_TOKEN)


def count_request(request: Request, inputs: Iterable[str] = ()) -> int:
    """Count a request's tokens: its texts, tools and calls, and three for each message."""
    total = sum(count(text) for text in inputs)
    for message in request.messages:
        total += _TOKENS_A_MESSAGE + count(message.content) + _count_calls(message.tool_calls)
    for tool in request.tools:
        total += count(tool.name) + count(tool.description) + count(json.dumps(tool.parameters, default=repr))
    return total


def with_usage(completion: Completion, request: Request) -> Completion:
    """Return the completion with its tokens counted, where it says nothing about them."""
    if completion.usage != Usage():
        return completion
    output = count(completion.text) + _count_calls(completion.tool_calls)
    return replace(completion, usage=Usage(input_tokens=count_request(request), output_tokens=max(1, output)))


def _count_calls(calls: Iterable[ToolCall]) -> int:
    return sum(count(call.name) + count(arguments_text(call)) for call in calls)
