"""What linters and type checkers find."""

from __future__ import annotations

from dataclasses import dataclass

SYNTAX = "invalid-syntax"
"""The rule of a finding that says code does not parse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a linter found at a place; line and column count from 1, `rule` is a code such as F401.

    Code that does not parse is a finding whose rule is `invalid-syntax`.
    """

    line: int
    rule: str
    message: str
    column: int = 1

    @property
    def is_syntax_error(self) -> bool:
        """True where the code does not parse."""
        return self.rule == SYNTAX

    def __str__(self) -> str:
        return f"line {self.line}: {self.rule} {self.message}"


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings by place; where several stand at one, by rule and message."""
    return tuple(sorted(findings, key=lambda each: (each.line, each.column, each.rule, each.message)))
