"""A Case: an input, and what a good reply to it must satisfy."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.messages import Message
from pytest_aiassert.verdict import Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An input and its matchers; `weight` is positive, `parameters` go to the provider as they are.

    `min_pass_rate` lies in [0, 1]; None leaves it to whoever runs the case.
    """

    id: str
    messages: tuple[Message, ...]
    checks: tuple[Checks, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    min_pass_rate: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """The text of the last user message."""
        return next((m.content for m in reversed(self.messages) if m.role == "user"), "")

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change with messages, parameters or checks."""
        messages = [[m.role, m.content] for m in self.messages]
        content = [messages, dict(self.parameters), [repr(check) for check in self.checks]]
        text = json.dumps(content, sort_keys=True, default=repr)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
