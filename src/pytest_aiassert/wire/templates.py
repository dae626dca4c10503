"""Replies that are Jinja2 templates over the request."""

from __future__ import annotations

from typing import Any

from assistant.messages import Request
from pytest_aiassert.errors import UsageError
from pytest_aiassert.wording import cut


class Template:
    """A reply made from the request: `{{ prompt }}`, `messages`, `tools`, `parameters` and `request` are known.

    It is Jinja2, in its sandbox. Raises UsageError for a template that is none, and for names that are not known.
    """

    def __init__(self, source: str) -> None:
        from jinja2 import StrictUndefined, TemplateSyntaxError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        self.source = source
        # a reply is no web page: nothing in it is to be escaped
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
        try:
            self._compiled = environment.from_string(source)
        except TemplateSyntaxError as error:
            raise UsageError(f"template line {error.lineno}: {error.message}, in {cut(source)!r}") from error

    def render(self, request: Request) -> str:
        """Return the reply to a request; raises UsageError."""
        known: dict[str, Any] = {
            "prompt": request.prompt,
            "messages": request.messages,
            "tools": request.tools,
            "parameters": request.parameters,
            "request": request,
        }
        try:
            return self._compiled.render(known)
        except Exception as error:  # what a template calls may raise anything
            raise UsageError(
                f"template {cut(self.source)!r}: {type(error).__name__}: {error}; known: {', '.join(known)}"
            ) from error

    def __repr__(self) -> str:
        return f"Template({self.source!r})"
