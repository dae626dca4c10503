"""A matcher that looks for unsafe Python, by ruff's S rules, and for secrets in code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.messages import Completion
from pytest_aiassert.code.extraction import Block
from pytest_aiassert.code.findings import Finding
from pytest_aiassert.code.lint import SECURITY_SELECT
from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers.base import Matcher
from pytest_aiassert.matchers.code.passes_lint import cleanliness, lint_blocks
from pytest_aiassert.matchers.describing import block_evidence, source
from pytest_aiassert.matchers.reading import at_line, read_python
from pytest_aiassert.matchers.secrets import find_secrets, without_secrets
from pytest_aiassert.verdict import Evidence, Verdict
from pytest_aiassert.wording import plural

_IGNORE = ("S101", "S110", "S112", "S311", "S404", "S603", "S607")
_RULE = re.compile(r"S[0-9]{1,4}")
_PASSWORDS = frozenset({"S105", "S106", "S107"})
_LEAK = "leak"
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class IsSecure(Matcher):
    """Passes where nothing unsafe is found in the reply's Python; made by `is_secure`."""

    ignore: tuple[str, ...] = _IGNORE

    def judge(self, reply: Completion) -> Verdict:
        """Lint every Python block for what is unsafe; the score is the share of lines without a finding."""
        code = read_python(reply)
        if code.complaint:
            evidence = tuple(_shown(block, ()) for block in code.broken)
            return self.verdict(passed=False, reason=code.complaint, evidence=evidence)
        python = [block for block, _ in code.parsed]
        found = [
            _joined(findings, _secrets(block))
            for block, findings in zip(python, lint_blocks(python, SECURITY_SELECT, self.ignore), strict=True)
        ]
        marked = [(block, each) for block, each in zip(python, found, strict=True) if each]
        evidence = tuple(_shown(block, each) for block, each in marked or [(block, ()) for block in python])
        words = [f"{at_line(block, each.line)}: {_said(each)}" for block, findings in marked for each in findings]
        if not words:
            reason = f"nothing unsafe found in {plural(len(python), 'python block')}"
            return self.verdict(passed=True, reason=reason, evidence=evidence)
        more = f"; and {len(words) - _MOST_LISTED} more" if len(words) > _MOST_LISTED else ""
        reason = f"{plural(len(words), 'finding')}: {'; '.join(words[:_MOST_LISTED])}{more}"
        return self.verdict(passed=False, score=cleanliness(python, found), reason=reason, evidence=evidence)

    def __repr__(self) -> str:
        return source("is_secure", **({} if self.ignore == _IGNORE else {"ignore": self.ignore}))


def is_secure(ignore: str | Iterable[str] = _IGNORE) -> IsSecure:
    """Pass where ruff's S rules find nothing unsafe in the Python code, nor any secret.

    Left out are, by default, S101, S110, S112, S311, S404, S603 and S607, which are fine in a snippet: asserts,
    swallowed exceptions, `random`, and `subprocess` without a shell. Secrets are found as `has_no_secrets` finds them.
    The score is the share of lines without a finding, 0 where code does not parse. Raises UsageError for what cannot
    be one of the rules.
    """
    return IsSecure(ignore=_rules(ignore))


def _secrets(block: Block) -> list[Finding]:
    return [
        Finding(
            line=block.code.count("\n", 0, secret.start) + 1,
            column=secret.start - (block.code.rfind("\n", 0, secret.start) + 1) + 1,
            rule=_LEAK,
            message=f"{secret.kind} stands in the code; read it from the environment",
        )
        for secret in find_secrets(block.code)
    ]


def _joined(findings: Sequence[Finding], secrets: Sequence[Finding]) -> tuple[Finding, ...]:
    """Put secrets among ruff's findings; a hard-coded password is not told twice."""
    lines = {secret.line for secret in secrets}
    kept = [each for each in findings if not (each.rule in _PASSWORDS and each.line in lines)]
    return tuple(sorted([*kept, *secrets], key=lambda each: each.line))


def _said(finding: Finding) -> str:
    return finding.message if finding.rule == _LEAK else f"{finding.rule} {finding.message}"


def _shown(block: Block, findings: Sequence[Finding]) -> Evidence:
    safe = replace(block, code=without_secrets(block.code, find_secrets(block.code)))
    return block_evidence(safe, [each.line for each in findings])


def _rules(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in re.split(r"[,\s]+", value) if part]
    if not isinstance(value, Iterable):
        raise UsageError(f"is_secure: ignore is {value!r}; expected rule codes such as ['S101', 'S311']")
    rules = tuple(value)
    for rule in rules:
        if not isinstance(rule, str) or not _RULE.fullmatch(rule):
            raise UsageError(f"is_secure: ignore has {rule!r}; expected one of ruff's S rules such as 'S311'")
    return rules
