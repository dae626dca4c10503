"""OpenAI's responses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from assistant.messages import Completion, Message, Request, Tool, ToolCall, Usage
from pytest_aiassert.wire.formats.base import CREATED, Call, sse
from pytest_aiassert.wire.formats.counting import argument_pieces, arguments_text, pieces
from pytest_aiassert.wire.formats.openai_chat import ROLES, OpenAIFormat, read_content, tool_id
from pytest_aiassert.wire.formats.reading import Reader, call_of, read_body, tool_call, tool_of
from pytest_aiassert.wire.message import WireRequest

_PATH: Final = re.compile(r"/(?:v\d+|openai)/responses/?$")


class OpenAIResponses(OpenAIFormat):
    """`/v1/responses`, on any host."""

    title = "OpenAI responses"

    def claims(self, request: WireRequest) -> bool:
        """Say whether this is a request for a response."""
        return request.method == "POST" and _PATH.search(request.path) is not None

    def read(self, request: WireRequest) -> Call:
        """Read a request for a response; raises UsageError."""
        body = read_body(request, self.title)
        asked = Request(
            messages=tuple(_read_input(body)),
            tools=tuple(_tools(body)),
            parameters=body.rest("model", "input", "instructions", "tools", "stream"),
        )
        model, stream = body.text("model"), body.flag("stream")
        return call_of(request, self.api, "chat", raw=body.value, request=asked, model=model, stream=stream)

    def write(self, answer: Completion, call: Call) -> Any:
        """Return a response that is complete."""
        items = [
            item
            for number, tool in enumerate((None, *answer.tool_calls))
            if (item := _item(tool, number, answer, call)) is not None
        ]
        cut = answer.finish_reason == "length"
        return {
            **_frame(answer, call),
            "status": "incomplete" if cut else "completed",
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "output": items,
            "usage": _usage(answer.usage),
        }

    def events(self, answer: Completion, call: Call) -> Iterator[bytes]:
        """Yield the events of a response, from response.created to response.completed."""
        for number, (kind, fields) in enumerate(self._steps(answer, call)):
            yield sse({"type": kind, "sequence_number": number, **fields}, kind)

    def _steps(self, answer: Completion, call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
        whole = self.write(answer, call)
        begun = {**_frame(answer, call), "status": "in_progress", "incomplete_details": None, "output": []}
        yield "response.created", {"response": {**begun, "usage": None}}
        yield "response.in_progress", {"response": {**begun, "usage": None}}
        tools = iter(answer.tool_calls)
        for index, item in enumerate(whole["output"]):
            place = {"output_index": index}
            empty: dict[str, Any] = {"content": []} if item["type"] == "message" else {"arguments": ""}
            yield "response.output_item.added", {**place, "item": {**item, **empty, "status": "in_progress"}}
            place["item_id"] = item["id"]
            yield from _said(item, place) if item["type"] == "message" else _called(next(tools), place)
            yield "response.output_item.done", {"output_index": index, "item": item}
        yield f"response.{whole['status']}", {"response": whole}


def _said(item: dict[str, Any], place: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    part = item["content"][0]
    place = {**place, "content_index": 0}
    field, name = ("refusal", "refusal") if part["type"] == "refusal" else ("text", "output_text")
    more: dict[str, Any] = {} if field == "refusal" else {"logprobs": []}
    yield "response.content_part.added", {**place, "part": {**part, field: ""}}
    for piece in pieces(part[field]):
        yield f"response.{name}.delta", {**place, "delta": piece, **more}
    yield f"response.{name}.done", {**place, field: part[field], **more}
    yield "response.content_part.done", {**place, "part": part}


def _called(tool: ToolCall, place: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for piece in argument_pieces(tool):
        yield "response.function_call_arguments.delta", {**place, "delta": piece}
    yield "response.function_call_arguments.done", {**place, "arguments": arguments_text(tool), "name": tool.name}


def _item(tool: ToolCall | None, number: int, answer: Completion, call: Call) -> dict[str, Any] | None:
    """Return one item of the output; the first is the message, which a reply of tool calls alone lacks."""
    status = "incomplete" if answer.finish_reason == "length" else "completed"
    if tool is not None:
        return {
            "type": "function_call",
            "id": call.identifier("fc_", number),
            "call_id": tool_id(tool, number, call),
            "name": tool.name,
            "arguments": arguments_text(tool),
            "status": status,
        }
    if not answer.text and answer.tool_calls:
        return None
    if answer.finish_reason == "refused":
        part: dict[str, Any] = {"type": "refusal", "refusal": answer.text}
    else:
        part = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    identity = call.identifier("msg_")
    return {"type": "message", "id": identity, "role": "assistant", "status": status, "content": [part]}


def _frame(answer: Completion, call: Call) -> dict[str, Any]:
    """Return what a response repeats of its request."""
    raw = call.raw
    return {
        "id": call.identifier("resp_"),
        "object": "response",
        "created_at": CREATED,
        "error": None,
        "instructions": raw.get("instructions"),
        "max_output_tokens": raw.get("max_output_tokens"),
        "metadata": raw.get("metadata") or {},
        "model": answer.model or call.model,
        "parallel_tool_calls": raw.get("parallel_tool_calls", True),
        "previous_response_id": raw.get("previous_response_id"),
        "reasoning": raw.get("reasoning") or {"effort": None, "summary": None},
        "temperature": raw.get("temperature", 1.0),
        "text": raw.get("text") or {"format": {"type": "text"}},
        "tool_choice": raw.get("tool_choice") or "auto",
        "tools": [{"strict": None, "parameters": None, **tool} for tool in raw.get("tools") or ()],
        "top_p": raw.get("top_p", 1.0),
        "truncation": raw.get("truncation") or "disabled",
        "user": raw.get("user"),
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.total_tokens,
    }


def _tools(body: Reader) -> Iterator[Tool]:
    for tool in body.children("tools"):
        if tool.text("type") == "function":
            yield tool_of(tool, "parameters")


def _read_input(body: Reader) -> Iterator[Message]:
    instructions = body.text("instructions")
    if instructions:
        yield Message(role="system", content=instructions)
    if not isinstance(body.get("input"), list):
        text = body.text("input")
        if text or not instructions:
            yield Message(role="user", content=text)
        return
    for item in body.children("input"):
        yield from _turn(item)


def _turn(item: Reader) -> Iterator[Message]:
    match item.text("type", "message"):
        case "message":
            role = item.required("role")
            if role not in ROLES:
                item.fail("role", role, f"one of {', '.join(ROLES)}")
            yield Message(role=ROLES[role], content=read_content(item))
        case "function_call":
            call = tool_call(item.text("call_id"), item.required("name"), item.get("arguments"))
            yield Message(role="assistant", tool_calls=(call,))
        case "function_call_output":
            text = read_content(Reader({"content": item.get("output")}, item.where, item.path))
            yield Message(role="tool", content=text, tool_call_id=item.text("call_id"))
        case _:
            return  # reasoning and the calls of built-in tools say nothing in words
